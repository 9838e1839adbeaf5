import pytest

from hemoscope.errors import BundleError
from hemoscope.inference.doctor import speed
from hemoscope.inference.doctor.speed import check_speed
from hemoscope.records import ErrorReport, Health, Status, StudyResult


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(speed, "SLICES", 6)
    monkeypatch.setattr(speed, "SIDE", 96)


def test_each_step_and_the_study_are_timed():
    checks = list(check_speed())
    assert [check.name for check in checks] == ["read", "prepare", "score", "study"]
    assert {check.health for check in checks} == {Health.OK}
    assert all(check.milliseconds > 0 for check in checks)
    assert checks[0].detail == f"{checks[0].milliseconds:.1f} ms a slice of 96 x 96"
    assert checks[3].detail == f"{checks[3].milliseconds / 1000:.2f} s for 6 slices, from the folder to the answer"


def test_a_network_that_does_not_load_is_told_once(monkeypatch):
    def broken() -> None:
        raise BundleError("bundle.onnx", "ONNX Runtime cannot load model.onnx.", "Export it again.")

    monkeypatch.setattr(speed, "Predictor", broken)
    (check,) = check_speed()
    assert (check.name, check.detail) == ("network", "ONNX Runtime cannot load model.onnx. [bundle.onnx]")


def test_a_study_without_a_score_is_a_failure_with_its_reason(monkeypatch):
    error = ErrorReport("study.no_brain", "Expected brain.", "Choose another.")
    refused = StudyResult("drawn", None, Status.REFUSED, error=error)
    monkeypatch.setattr(speed.Predictor, "predict_studies", lambda *_: iter([refused]))
    check = list(check_speed())[-1]
    assert (check.health, check.detail) == (Health.FAILED, "It was refused: Expected brain. [study.no_brain]")


def test_steps_that_stop_are_told_and_the_study_is_tried_all_the_same(monkeypatch):
    def stop(_: object) -> None:
        raise OSError("/home/somebody/slice.dcm")

    monkeypatch.setattr(speed, "read_slice", stop)
    checks = list(check_speed())
    assert [(check.name, check.health) for check in checks] == [("slice", Health.FAILED), ("study", Health.OK)]
    assert checks[0].detail == "It stopped with OSError."
