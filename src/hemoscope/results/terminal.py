"""One line of a summary for a terminal."""

from rich.console import ConsoleOptions
from rich.text import Text

from hemoscope.results.wording import printable


def terminal_line(text: str, options: ConsoleOptions, *, style: str = "") -> Text:
    """Write out what would steer the terminal and what its encoding has no sign for."""
    return Text(printable(text).encode(options.encoding, "backslashreplace").decode(options.encoding), style=style)
