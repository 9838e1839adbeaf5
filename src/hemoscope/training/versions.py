"""Which packages a run was made with."""

import platform
from importlib.metadata import PackageNotFoundError, version

RECORDED_PACKAGES = (
    "hemoscope",
    "keras",
    "numpy",
    "opencv-python-headless",
    "scikit-learn",
    "tensorflow-cpu",
    "tensorflow",
)


def versions() -> dict[str, str]:
    """Return the version of Python and of each recorded package that is installed."""
    found = {"python": platform.python_version()}
    for name in RECORDED_PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
