"""From an exception to a check that says what is broken, without the paths that its text may hold."""

from hemoscope.errors import HemoscopeError
from hemoscope.records import Check, Health

REINSTALL = "Install it again: pip install --force-reinstall hemoscope"


def failed(topic: str, name: str, error: Exception, *, next_step: str = REINSTALL) -> Check:
    """Tell of a part that does not work.

    Args:
        topic: What it belongs to.
        name: Of the part.
        error: What it raised; only our own errors and the names of modules hold no path, and are quoted.
        next_step: What to do where the error does not say.
    """
    if isinstance(error, HemoscopeError):
        return Check(topic, name, Health.FAILED, f"{error.message} [{error.code}]", next_step=error.next_step)
    if isinstance(error, ImportError) and error.name:
        return Check(topic, name, Health.FAILED, f"Its module {error.name} cannot be imported.", next_step=next_step)
    return Check(topic, name, Health.FAILED, f"It stopped with {type(error).__name__}.", next_step=next_step)
