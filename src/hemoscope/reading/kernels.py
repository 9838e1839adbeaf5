"""Soft or sharp: what the name of a reconstruction kernel says about noise and edges."""

import re
import unicodedata
from enum import StrEnum


class Kernel(StrEnum):
    """How a slice was reconstructed."""

    SOFT = "soft"
    BONE = "bone"
    UNKNOWN = "unknown"


_SIEMENS = re.compile(r"^[A-Z]{1,2}([0-9]{2})[A-Z]*(?:[\\ /-]|$)", re.I)
_TOSHIBA = re.compile(r"^FC([0-9]{2})", re.I)
_SIEMENS_SHARP = 50
"""Siemens numbers its kernels by sharpness: H30 and Hr38 show brain, H60 and Hr59 bone."""
_TOSHIBA_SHARP = (range(30, 40), range(50, 60), range(80, 90))
"""Canon and Toshiba: FC30 inner ear and bone, FC50 lung, FC80 high resolution; FC20 and FC60 are for the brain."""
_SOFT_NAMES = frozenset(
    {"STANDARD", "STND", "STD", "SOFT", "SMOOTH", "BRAIN", "UA", "UB", "A", "B", "CB", "IMR1", "HEAD"}
)
_BONE_NAMES = frozenset({"BONE", "BONEPLUS", "BONE+", "EDGE", "LUNG", "ULTRA", "DETAIL+", "D", "E", "L", "YC", "YD"})
"""As GE (STANDARD, SOFT, BONE, BONEPLUS, EDGE) and Philips (UA, UB, A, B; D, E, L, YC) call theirs."""
_BONE_WORDS = re.compile(
    r"\bbones?\b|knochen|\bos\b|osseu|\bosse[oi]\b|\bosso\b|huesos?\b|\bosea?o?\b|\bbot\b|\bkost|kosci|ben(?:vindu|filter)|кост|骨|뼈"
    r"|felsenbein|petrous|\brocher|inner ear|\bsharp\b"
)
_SOFT_WORDS = re.compile(
    r"\bbrain\b|\bhirn|gehirn|cerebr|encefal|parenchy|weichteil|soft|parties molles|partes moles|partes blandas"
    r"|tessuti molli|мозг|мягк|脑|脳|뇌|smooth|standard"
)


def kernel_of(kernel: str, description: str = "") -> Kernel:
    r"""Tell a soft kernel from a sharp one.

    Args:
        kernel: (0018,1210) Convolution Kernel, values joined by blanks.
        description: (0008,103E) Series Description, used where the kernel tells nothing.

    Returns:
        SOFT, BONE (any kernel made for edges) or UNKNOWN.

    >>> [str(kernel_of(name)) for name in ("STANDARD", "H31s", "Hr59\\3", "BONEPLUS", "FC30", "")]
    ['soft', 'soft', 'bone', 'bone', 'bone', 'unknown']
    """
    name = kernel.strip().upper()
    for pattern, is_sharp in ((_TOSHIBA, _is_sharp_toshiba), (_SIEMENS, _is_sharp_siemens)):
        found = pattern.match(name)
        if found:
            return Kernel.BONE if is_sharp(int(found.group(1))) else Kernel.SOFT
    if name in _BONE_NAMES or _BONE_WORDS.search(plain_text(name)):
        return Kernel.BONE
    if name in _SOFT_NAMES or _SOFT_WORDS.search(plain_text(name)):
        return Kernel.SOFT
    text = plain_text(description)
    if _BONE_WORDS.search(text):
        return Kernel.BONE
    return Kernel.SOFT if _SOFT_WORDS.search(text) else Kernel.UNKNOWN


def plain_text(text: str) -> str:
    """Reduce to lower case without accents on Latin letters, underscores as blanks, so that one pattern fits all.

    >>> plain_text("Crâne_OSSEUX")
    'crane osseux'
    """
    parts = unicodedata.normalize("NFD", text.replace("_", " ").casefold())
    bare = "".join(part for part in parts if not "\u0300" <= part <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def _is_sharp_siemens(number: int) -> bool:
    return number >= _SIEMENS_SHARP


def _is_sharp_toshiba(number: int) -> bool:
    return any(number in family for family in _TOSHIBA_SHARP)
