"""The shipped bundle, and what ONNX Runtime can run it on."""

from collections.abc import Iterator

from hemoscope.inference.doctor.probe import failed
from hemoscope.models.bundle import open_bundle
from hemoscope.records import Check, Health

CPU = "CPUExecutionProvider"


def check_model() -> Iterator[Check]:
    """Prove the shipped bundle whole, and look at the providers."""
    yield from _bundle()
    yield _providers()


def _bundle() -> Iterator[Check]:
    try:
        bundle = open_bundle()
        outputs = f"{len(bundle.labels)} labels{', maps' if bundle.has_maps else ''}"
        has_head = bundle.study is not None
    except Exception as error:
        yield failed("model", "bundle", error)
        return
    yield Check("model", "bundle", Health.OK, f"{bundle.name} {bundle.version}, proven whole; {outputs}")
    detail = "joins the slices of a study" if has_head else "The bundle has none: the highest slice speaks for a study."
    yield Check("model", "study head", Health.OK if has_head else Health.MISSING, detail, is_needed=False)


def _providers() -> Check:
    try:
        import onnxruntime

        providers = onnxruntime.get_available_providers()
    except Exception as error:
        return failed("model", "ONNX Runtime", error, next_step="pip install --force-reinstall onnxruntime")
    if CPU not in providers:
        return Check("model", "ONNX Runtime", Health.MISSING, f"It has no {CPU}.", next_step="pip install onnxruntime")
    return Check("model", "ONNX Runtime", Health.OK, ", ".join(providers))
