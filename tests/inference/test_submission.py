"""A submission answers for every image of the sample, says what it could not, and goes on where it was stopped."""

import shutil

import numpy as np
import pytest

from hemoscope.datasets.rsna import read_probabilities
from hemoscope.errors import BundleError, InputError
from hemoscope.evaluation.challenge import weighted_log_loss
from hemoscope.inference import submission
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.submission import score_submission, write_submission
from hemoscope.models.bundle import Bundle
from hemoscope.terms import Label
from tests.datasets.public_sets import rsna_rows, write_csv

NAMES = ["ID_0fbf6a978", "ID_0d62513ec"]


def test_what_is_written_is_read_back_the_same(rsna, tmp_path):
    made = write_submission(None, rsna, tmp_path / "out.csv")
    assert read_probabilities(tmp_path / "out.csv") == made.probabilities
    assert list(made.probabilities) == NAMES
    assert (dict(made.unanswered), made.failed) == ({}, 0)
    result = Predictor().predict(rsna / "stage_2_test" / f"{NAMES[0]}.dcm")
    assert made.probabilities[NAMES[0]] == (result.probability, *(result.subtypes[label] for label in list(Label)[1:]))
    assert not (tmp_path / "out.csv.part").exists()
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert len(lines) == 13
    assert lines[0] == "ID,Label"
    assert lines[1].startswith("ID_0fbf6a978_any,0.")


def test_images_without_an_answer_keep_the_samples_value_and_are_counted(rsna, tmp_path):
    copy = shutil.copytree(rsna, tmp_path / "copy")
    (copy / "stage_2_test" / f"{NAMES[1]}.dcm").unlink()
    made = write_submission(None, copy, tmp_path / "out.csv")
    assert made.probabilities[NAMES[1]] == (0.5,) * 6
    assert (dict(made.unanswered), made.failed) == ({"input.not_found": 1}, 1)


def test_a_stopped_run_goes_on_and_scores_each_image_once(rsna, tmp_path, monkeypatch):
    whole = write_submission(None, rsna, tmp_path / "whole.csv")
    monkeypatch.setattr(submission, "_AT_ONCE", 1)
    scored = []

    class KilledError(Exception):
        pass

    def kill(done: int, total: int) -> None:
        scored.append(done)
        raise KilledError

    with pytest.raises(KilledError):
        write_submission(None, rsna, tmp_path / "out.csv", on_progress=kill)
    with (tmp_path / "out.csv.part").open("a") as stream:
        stream.write("ID_0d62513ec,0.1")  # half a line
    seen = []
    made = write_submission(None, rsna, tmp_path / "out.csv", on_progress=lambda *done: seen.append(done))
    assert (scored, seen) == ([1], [(2, 2)])
    assert made.probabilities == whole.probabilities


def test_what_another_bundle_scored_is_not_taken(rsna, tmp_path):
    (tmp_path / "out.csv.part").write_text(f"another\n{NAMES[0]},{','.join(['0.25'] * 6)}\n")
    assert write_submission(None, rsna, tmp_path / "out.csv").probabilities[NAMES[0]] != (0.25,) * 6


def test_the_loss_counts_the_images_that_both_name(tmp_path):
    rows = [*rsna_rows("ID_1", Label.SUBDURAL), *rsna_rows("ID_2", None)]
    write_csv(tmp_path / "labels.csv", ("ID", "Label"), rows)
    half = {"ID_1": (0.9, 0.1, 0.1, 0.1, 0.1, 0.8), "ID_9": (0.5,) * 6}
    loss, images = score_submission(half, tmp_path / "labels.csv")
    assert images == 1
    assert loss == pytest.approx(weighted_log_loss(np.array([[1, 0, 0, 0, 0, 1]]), np.array([half["ID_1"]])))


def test_a_folder_without_sample_and_a_network_without_subtypes_are_errors(rsna, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"There is no stage_2_sample_submission\.csv in .*\[input\.not_found\]"):
        write_submission(None, tmp_path, tmp_path / "out.csv")
    monkeypatch.setattr(Bundle, "subtype_calibration", {})
    with pytest.raises(BundleError, match=r"this one does not tell subtypes.*\[submission\.no_subtypes\]"):
        write_submission(None, rsna, tmp_path / "out.csv")
