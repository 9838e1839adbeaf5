"""Hemoscope: intracranial hemorrhage on head CT. A study in, a result out, a reason always. Research use only.

The public names below are imported when first used, so that `import hemoscope` is instant and never imports keras.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hemoscope.errors import HemoscopeError as HemoscopeError
    from hemoscope.inference.predictor import Predictor as Predictor
    from hemoscope.preparation.canonical import preprocess_single_image as preprocess_single_image
    from hemoscope.reading import read_slice as read_slice
    from hemoscope.records import Slice as Slice
    from hemoscope.records import SliceResult as SliceResult

__version__ = "0.1.0"

_HOME_OF = {
    "HemoscopeError": "hemoscope.errors",
    "Predictor": "hemoscope.inference.predictor",
    "Slice": "hemoscope.records",
    "SliceResult": "hemoscope.records",
    "preprocess_single_image": "hemoscope.preparation.canonical",
    "read_slice": "hemoscope.reading",
}

__all__ = [*_HOME_OF, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'hemoscope' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
