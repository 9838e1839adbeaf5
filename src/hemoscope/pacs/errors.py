"""What keeps a result from getting where it should go; each is tried again."""

from hemoscope.errors import HemoscopeError


class DeliveryError(HemoscopeError, RuntimeError):
    """A delivery that did not go this time."""
