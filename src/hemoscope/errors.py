"""What can go wrong, as types: each error says what was expected, what came, and what to do next.

Every code that this package raises is listed in docs/reference/errors.md; a test holds the two together.
"""


class HemoscopeError(Exception):
    """Base of all errors a user can meet.

    Args:
        code: Stable name such as "read.truncated"; the CLI prints it and JSON carries it.
        message: One sentence: expected, received. Never a patient's name or ID, never a full path.
        next_step: One sentence: what the user can do now.

    >>> str(ReadingError("read.empty", "The file has no bytes.", "Fetch it again."))
    'The file has no bytes. Fetch it again. [read.empty]'
    """

    def __init__(self, code: str, message: str, next_step: str) -> None:
        super().__init__(f"{message} {next_step} [{code}]")
        self.code = code
        self.message = message
        self.next_step = next_step


class InputError(HemoscopeError, ValueError):
    """A path, pattern or option does not name something to work on."""


class ReadingError(HemoscopeError, ValueError):
    """Bytes that cannot be read as a slice."""


class RefusedError(HemoscopeError, ValueError):
    """A file that reads well but that the networks must not judge, such as an MRI or an empty picture."""


class NotHounsfieldError(HemoscopeError, TypeError):
    """An array that cannot be in Hounsfield units."""


class DatasetError(HemoscopeError, ValueError):
    """A labelled collection that cannot be used as it is."""


class TrainingError(HemoscopeError, RuntimeError):
    """A run that cannot start, continue or be exported."""


class BundleError(HemoscopeError, ValueError):
    """A model bundle that is incomplete, changed or of another version."""


class MissingExtraError(HemoscopeError, ImportError):
    """A feature whose optional dependencies are not installed."""

    def __init__(self, *, feature: str, extra: str) -> None:
        super().__init__(
            "install.missing_extra",
            f"{feature} needs packages that the base install leaves out.",
            f'Run: pip install "hemoscope[{extra}]"',
        )


class BrokenInstallError(HemoscopeError, ImportError):
    """A package of the base install that cannot be imported."""

    def __init__(self, *, module: str) -> None:
        super().__init__(
            "install.broken",
            f"The module {module}, which the base install brings, cannot be imported.",
            "Install again: pip install --force-reinstall hemoscope",
        )


class ServiceError(HemoscopeError, RuntimeError):
    """A request that the service does not grant, or a service that cannot start."""
