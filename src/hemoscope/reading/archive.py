"""Bounds on what an archive may unpack to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much may come out of all archives of one input together.

    Attributes:
        entries: Files at most.
        total_bytes: Bytes of all files.
        file_bytes: Bytes of one file.
        ratio: Unpacked bytes for each packed byte, judged from `ratio_from` bytes on.
        ratio_from: Bytes below which no ratio is judged: a small file of one value packs a thousandfold.
        depth: How many archives may lie inside one another below the first.
    """

    entries: int = 20_000
    total_bytes: int = 16 << 30
    file_bytes: int = 4 << 30
    ratio: float = 200.0
    ratio_from: int = 64 << 20
    depth: int = 1


DEFAULT_LIMITS = ArchiveLimits()
