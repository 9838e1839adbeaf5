"""A slice is known again by its file or by its brain, and a fingerprint table shows nobody."""

import contextlib
import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemoscope.datasets.audit.fingerprints import (
    ALIKE,
    UNKNOWN,
    Fingerprints,
    Likeness,
    Seen,
    find_seen,
    fingerprint,
    read_fingerprints,
    write_fingerprints,
)
from hemoscope.datasets.load import load_collection
from hemoscope.errors import BundleError, RefusedError
from hemoscope.preparation.canonical import preprocess_single_image

from .layouts import draw_picture


def prepared(picture: np.ndarray, path: Path) -> np.ndarray:
    Image.fromarray(picture).save(path)
    return preprocess_single_image(path)[0]


@pytest.fixture
def known(tmp_path) -> Fingerprints:
    inputs = [prepared(draw_picture(label=0, seed=seed), tmp_path / f"{seed}.png") for seed in range(3)]
    hashes = [hashlib.sha256((tmp_path / f"{seed}.png").read_bytes()).hexdigest() for seed in range(3)]
    return fingerprint(inputs, hashes=hashes)


def test_the_same_file_is_known_by_its_hash_even_if_its_brain_is_not(known):
    asked = Fingerprints((known.hashes[2], "f" * 64), np.zeros((2, 256), np.int8))
    assert find_seen(asked, known) == (Seen(0, Likeness.SAME_FILE, 1.0),)


def test_a_copy_that_was_scaled_cut_or_mirrored_is_known_by_its_brain(known, tmp_path):
    picture = Image.fromarray(draw_picture(label=0, seed=1))
    copies = [
        picture.resize((170, 170), Image.Resampling.LANCZOS),
        picture.crop((20, 10, 250, 250)),
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        picture.point(lambda grey: int(0.8 * grey + 20)),
    ]
    inputs = [prepared(np.asarray(copy), tmp_path / "copy.png") for copy in copies]
    seen = find_seen(fingerprint(inputs, hashes=[UNKNOWN] * 4), known)
    assert [(one.index, one.likeness) for one in seen] == [(index, Likeness.NEAR_DUPLICATE) for index in range(4)]
    assert min(one.score for one in seen) > ALIKE


def test_another_head_is_not_known(known, tmp_path):
    other = prepared(draw_picture(label=1, seed=50), tmp_path / "other.png")
    assert find_seen(fingerprint([other], hashes=[UNKNOWN]), known) == ()


def test_nothing_is_known_by_an_empty_table_or_an_unknown_hash():
    nothing = Fingerprints((UNKNOWN,), np.zeros((1, 256), np.int8))
    assert find_seen(nothing, nothing) == ()
    assert find_seen(nothing, Fingerprints((), np.zeros((0, 256), np.int8))) == ()


def test_a_table_read_back_is_the_table_written_and_takes_410_bytes_a_slice(known, tmp_path):
    path = tmp_path / "fingerprints.csv"
    write_fingerprints(path, known)
    back = read_fingerprints(path)
    assert back.hashes == known.hashes
    assert np.array_equal(back.signatures, known.signatures)
    assert path.stat().st_size == len("sha256,brain16\n") + 3 * (64 + 1 + 344 + 1)


@pytest.mark.parametrize(
    "text", ["", "sha256,brain32\n", "sha256,brain16\na,b,c\n", "sha256,brain16\na,!!!\n", "sha256,brain16\na,AAAA\n"]
)
def test_a_table_of_another_form_is_an_error_with_the_next_step(tmp_path, text):
    (tmp_path / "fingerprints.csv").write_text(text)
    with pytest.raises(BundleError, match=r"no table of sha256 and brain16\. Export the run again.*fingerprints\]"):
        read_fingerprints(tmp_path / "fingerprints.csv")


def unit_vectors(paths: Iterable[Path]) -> np.ndarray:
    """The signatures of the files that can be prepared, each of length 1."""
    inputs = []
    for path in paths:
        with contextlib.suppress(RefusedError):
            inputs.append(preprocess_single_image(path)[0])
    vectors = fingerprint(inputs, hashes=[UNKNOWN] * len(inputs)).signatures.astype(float)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1.0)


@pytest.mark.real_data
def test_every_copy_among_the_200_is_known_again_and_no_other_patient(two_hundred, real_data):
    groups_file = real_data / "kaggle-head-ct-hemorrhage-groups.csv"
    collection = load_collection(two_hundred, groups_file=groups_file)
    vectors = unit_vectors(item.path for item in collection)
    alike = vectors @ vectors.T
    with groups_file.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["same_image_as"]]
    assert min(alike[int(row["id"]), int(row["same_image_as"])] for row in rows) > 0.92
    groups = np.array(collection.groups)
    assert alike[groups[:, None] != groups[None, :]].max() < 0.70
    others = unit_vectors(sorted((real_data / "phe-sich" / "images").iterdir())[::8])
    assert len(others) > 100
    assert (vectors @ others.T).max() < 0.80
