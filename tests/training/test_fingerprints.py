"""The fingerprints of a run, of one collection or of a pool of origins."""

import hashlib

import numpy as np
import pytest

from hemoscope.datasets.audit.fingerprints import UNKNOWN
from hemoscope.datasets.origins import load_origins
from hemoscope.errors import TrainingError
from hemoscope.training.fingerprints import fingerprint_run
from hemoscope.training.maps.keep import rows_of
from hemoscope.training.run import TRAINING, VALIDATION, Run
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_kaggle, write_origins


def test_every_slice_of_a_run_has_a_line_whichever_part_it_stands_in(drawn_run):
    assert {row.part for row in drawn_run.split} == {TRAINING, VALIDATION}
    found = fingerprint_run(drawn_run)
    assert found.hashes == (UNKNOWN,) * len(drawn_run.split)
    assert found.signatures.shape == (16, 256)


def test_the_files_of_a_run_can_be_added_and_no_other_collection(drawn_run, drawn_set, tmp_path):
    found = fingerprint_run(drawn_run, drawn_set)
    first = drawn_set / "head_ct" / "head_ct" / f"{int(drawn_run.split[0].key):03d}.png"
    assert found.hashes[0] == hashlib.sha256(first.read_bytes()).hexdigest()
    assert len(set(found.hashes)) == 16
    with pytest.raises(TrainingError, match=r"not the one that the run was started on.*\[run\.data_changed\]"):
        fingerprint_run(drawn_run, write_kaggle(tmp_path / "other", each=2))


def test_a_run_on_several_origins_knows_the_files_of_each(tmp_path):
    folder = write_origins(tmp_path / "origins", each=2)
    pool = load_origins(folder)
    run = Run.at(tmp_path / "run")
    settings = TrainingSettings.for_model("map-net", size=32)
    record = {"settings": settings.as_json(), "data": {"sha256": pool.data_hash()}}
    inputs = np.random.default_rng(0).random((len(pool), 32, 32, 1)).astype(np.float16)
    run.begin(record, rows_of(pool, np.array([TRAINING] * len(pool))), inputs)
    by_hand = [hashlib.sha256(case.path.read_bytes()).hexdigest() for case in pool]
    assert list(fingerprint_run(run, folder).hashes) == by_hand
    assert len(set(pool.origins.tolist())) == 3
