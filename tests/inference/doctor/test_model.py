from types import SimpleNamespace

import onnxruntime

from hemoscope.errors import BundleError
from hemoscope.inference.doctor import model
from hemoscope.inference.doctor.model import check_model
from hemoscope.models.bundle import open_bundle
from hemoscope.records import Check, Health


def test_the_shipped_bundle_is_proven_whole_and_named_with_its_version():
    shipped = open_bundle()
    checks = {check.name: check for check in check_model()}
    assert checks["bundle"].detail == f"{shipped.name} {shipped.version}, proven whole; 6 labels, maps"
    assert checks["study head"].health is (Health.MISSING if shipped.study is None else Health.OK)
    assert not checks["study head"].is_broken
    assert "CPUExecutionProvider" in checks["ONNX Runtime"].detail


def test_a_bundle_that_was_changed_is_told_with_its_code(monkeypatch):
    def changed() -> None:
        raise BundleError("bundle.changed", "model.onnx is not the file that was exported.", "Copy it again.")

    monkeypatch.setattr(model, "open_bundle", changed)
    bundle, runtime = check_model()
    detail = "model.onnx is not the file that was exported. [bundle.changed]"
    assert bundle == Check("model", "bundle", Health.FAILED, detail, next_step="Copy it again.")
    assert runtime.health is Health.OK


def test_a_bundle_that_cannot_be_read_is_told_without_its_path(monkeypatch):
    def unreadable() -> None:
        raise PermissionError("/home/somebody/model.onnx")

    monkeypatch.setattr(model, "open_bundle", unreadable)
    assert next(check_model()).detail == "It stopped with PermissionError."


def test_a_bundle_with_a_study_head_says_so(monkeypatch):
    with_head = SimpleNamespace(labels=("any",), has_maps=False, study=object(), name="a", version="1")
    monkeypatch.setattr(model, "open_bundle", lambda: with_head)
    bundle, head, _ = check_model()
    assert bundle.detail == "a 1, proven whole; 1 labels"
    assert head == Check("model", "study head", Health.OK, "joins the slices of a study", is_needed=False)


def test_onnx_runtime_without_the_cpu_breaks_the_base(monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    assert list(check_model())[-1] == Check(
        "model",
        "ONNX Runtime",
        Health.MISSING,
        "It has no CPUExecutionProvider.",
        next_step="pip install onnxruntime",
    )
