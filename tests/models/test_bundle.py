"""A bundle is whole and unchanged, or it is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hemoscope.datasets.audit.fingerprints import fingerprint, write_fingerprints
from hemoscope.errors import BundleError
from hemoscope.models.bundle import FILES, FINGERPRINTS, SUMS, Bundle, open_bundle, shipped_bundle, write_sums
from hemoscope.terms import Label

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped bundle to spoil."""
    return Path(shutil.copytree(shipped_bundle(), tmp_path / "bundle"))


def rewrite(folder: Path, **changes: object) -> None:
    """Change metadata and sign it again, as a bundle of another version would be."""
    path = folder / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    write_sums(folder)


def test_the_shipped_bundle_opens_and_says_what_it_is():
    bundle = open_bundle()
    assert isinstance(bundle, Bundle)
    assert Label.ANY in bundle.labels
    assert "balanced" in bundle.operating_points
    assert 0 < bundle.operating_points["balanced"].threshold < 1
    assert len(bundle.hash) == 64


def test_the_shipped_bundle_stays_small():
    sizes = {path.name: path.stat().st_size for path in shipped_bundle().iterdir()}
    fingerprints = sizes.pop(FINGERPRINTS, 0)
    assert sum(sizes.values()) < 25e6
    assert fingerprints <= 420 * open_bundle().metadata["training"]["data"]["slices"]


def test_the_shipped_bundle_was_proven_equal_in_onnx_and_keras():
    assert open_bundle().metadata["onnx_against_keras"] < 1e-4


def test_the_model_card_of_the_project_is_that_of_the_shipped_bundle():
    assert (ROOT / "MODEL_CARD.md").read_text() == (shipped_bundle() / "MODEL_CARD.md").read_text()


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_in_any_file_is_refused(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(bytes(content))
    with pytest.raises(BundleError, match=rf"{name} is not the file that was exported.*\[bundle\.changed\]"):
        open_bundle(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(copy, name):
    (copy / name).unlink()
    with pytest.raises(BundleError, match=rf"disagree about {name}.*\[bundle\.incomplete\]"):
        open_bundle(copy)


def test_an_added_file_is_refused(copy):
    (copy / "payload.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(BundleError, match=r"disagree about payload\.pkl"):
        open_bundle(copy)


def test_a_bundle_without_fingerprints_opens_and_one_with_them_is_proven_whole(copy):
    (copy / FINGERPRINTS).unlink(missing_ok=True)
    write_sums(copy)
    assert open_bundle(copy).fingerprints is None
    table = fingerprint(np.zeros((2, 32, 32), np.float32), hashes=["a", "b"])
    write_fingerprints(copy / FINGERPRINTS, table)
    write_sums(copy)
    assert open_bundle(copy).fingerprints.hashes == ("a", "b")
    (copy / FINGERPRINTS).write_text("sha256,brain16\n")
    with pytest.raises(BundleError, match=r"fingerprints\.csv is not the file that was exported"):
        open_bundle(copy)


def test_a_folder_without_sums_is_no_bundle(copy):
    (copy / SUMS).unlink()
    with pytest.raises(BundleError, match=r"has no SHA256SUMS.*\[bundle\.not_found\]"):
        open_bundle(copy)


def test_another_format_is_refused(copy):
    rewrite(copy, format=99)
    with pytest.raises(BundleError, match=r"Expected bundle format 1; received 99"):
        open_bundle(copy)


def test_another_preparation_is_refused(copy):
    settings = json.loads((copy / "metadata.json").read_text())["preparation"]["settings"]
    rewrite(copy, preparation={"hash": "0" * 16, "settings": settings | {"version": 99}})
    with pytest.raises(BundleError, match=r"bundle\.preparation"):
        open_bundle(copy)


@pytest.mark.parametrize("changes", [{"labels": ["brain"]}, {"operating_points": []}, {"preparation": 3}])
def test_metadata_that_makes_no_sense_is_refused(copy, changes):
    rewrite(copy, **changes)
    with pytest.raises(BundleError, match=r"\[bundle\.format\]"):
        open_bundle(copy)


def test_a_network_that_is_no_onnx_is_refused(copy):
    import hemoscope

    (copy / "model.onnx").write_bytes(b"not a network")
    write_sums(copy)
    with pytest.raises(BundleError, match=r"cannot load model\.onnx.*\[bundle\.onnx\]"):
        hemoscope.Predictor(copy)
