"""Names of files made from whatever an input is called."""

import re

_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_SUFFIX = re.compile(r"(?<=.)(\.nii|\.tar)?\.(png|jpe?g|tiff?|bmp|dcm|dicom|nii|gz|bz2|xz|zip|tar|tgz)$", re.IGNORECASE)
_LONGEST = 80
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""Devices of Windows, whatever ending follows."""


class UniqueNames:
    """Names that any file system takes, each given once, upper and lower case being the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return a safe name that no earlier call returned, without the suffix of a format.

        >>> names = UniqueNames()
        >>> names.take("head <1>.dcm"), names.take("HEAD_1_.png"), names.take("../"), names.take("nul.nii.gz")
        ('head_1_', 'HEAD_1_-2', 'input', '_nul')
        """
        safe = _ODD.sub("_", _SUFFIX.sub("", name)).strip(".")[-_LONGEST:].lstrip(".") or "input"
        safe = "input" if set(safe) <= set("._-") else safe
        safe = f"_{safe}" if _RESERVED.match(safe) else safe
        number, free = 1, safe
        while free.casefold() in self._taken:
            number += 1
            free = f"{safe}-{number}"
        self._taken.add(free.casefold())
        return free
