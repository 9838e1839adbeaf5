"""What may make a slice difficult, in words: small functions from measures and labels to traits, several of which hold.

The limits are round figures: chosen so that neighbors of one whole head come out in anatomical order, and by looking at
what lies on either side of each. They sort mistakes for a reader; nothing is decided by them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hemoscope.review.cases import ReviewedCase
from hemoscope.review.measure import BleedMeasures, Measures, PeakMeasures, SliceMeasures


class Kind(StrEnum):
    """What a trait speaks of, in the order in which tables list them."""

    LABEL = "label"
    VIEW = "what is shown"
    ARTIFACT = "artifact"
    SIZE = "size of the bleed"
    CONTRAST = "contrast of the bleed"
    PLACE = "place of the bleed"
    MAP = "map"
    LEVEL = "slice level"
    SUBTYPE = "subtype"
    CLAIM = "taken for"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that holds of a case.

    Attributes:
        kind: What it speaks of.
        value: What it says, in words; unique within its kind.
    """

    kind: Kind
    value: str

    @property
    def place(self) -> tuple[int, int, str]:
        """Where tables list it: sizes from small to large and levels from below upwards, all else by its name."""
        rising = (*SIZES, *LEVELS)
        return list(Kind).index(self.kind), rising.index(self.value) if self.value in rising else 0, self.value

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


TINY_CM2, SMALL_CM2, MEDIUM_CM2 = 1.0, 4.0, 10.0
SIZES = ("tiny, below 1 cm²", "small, 1 to 4 cm²", "medium, 4 to 10 cm²", "large, from 10 cm²")
ISODENSE_HU = 8.0
DARKER, ISODENSE = "darker than the brain around it", "hardly denser than the brain around it"
CLIPPED_SHARE = 0.5
CLIPPED = "as white as bone"
CONTACT_MM = 20.0
AT_BONE = "along the bone"
NOISY_HU = 3.0
NOISY = "noisy"
DENSE_MM2 = 10.0
DENSE = "white spots deep in the brain: calcification, contrast or metal"
NO_BRAIN, OPEN = "little or no brain", "skull not closed around the brain"
DOUBTFUL = "doubtful"
SKULL_BASE, VENTRICLES, CONVEXITY, VERTEX = "skull base", "ventricles", "above the ventricles", "vertex"
LEVELS = (SKULL_BASE, VENTRICLES, CONVEXITY, VERTEX)
BASE_AIR, BASE_BONE, BASE_BEHIND = 0.004, 0.04, 0.05
"""Of deep air, deep bone and the brain's place from which a slice shows the skull base ..."""
FULL_BRAIN = 0.64
"""... deep bone only where the brain fills so much of the head, as near the vertex bone is cut aslant all around."""
VERTEX_BRAIN = 0.6
VENTRICLE_CM2 = 1.0
ELSEWHERE = "highest outside the bleed"
RIM_MM, MIDLINE_MM, VENTRICLE_MM = 8.0, 5.0, 5.0
HIGHEST_RIM, HIGHEST_VENTRICLE = "highest at the bone", "highest at a ventricle or its plexus"
HIGHEST_MIDLINE, HIGHEST_DEEP = "highest at the midline", "highest elsewhere in the brain"


def traits_of(case: ReviewedCase, found: Measures) -> tuple[Trait, ...]:
    """Collect what holds of a case.

    Args:
        case: With its label; what speaks of a bleed holds of slices with hemorrhage alone, what speaks of a false alarm
            of the others.
        found: Its measures.
    """
    return tuple(Trait(kind, value) for kind, value in _values(case, found) if value is not None)


def _values(case: ReviewedCase, found: Measures) -> Iterator[tuple[Kind, str | None]]:
    yield Kind.LABEL, DOUBTFUL if case.is_doubtful else None
    yield Kind.VIEW, view_of(found.of_slice)
    if found.of_slice is not None:
        yield Kind.ARTIFACT, noise_of(found.of_slice)
        yield Kind.ARTIFACT, spots_of(found.of_slice)
        yield Kind.LEVEL, level_of(found.of_slice)
    if found.of_bleed is not None:
        for kind, name in OF_BLEED:
            yield kind, name(found.of_bleed)
    if found.of_peak is not None:
        yield Kind.MAP, miss_of(found.of_peak) if case.truth else peak_of(found.of_peak)
    for label in case.subtypes:
        yield Kind.SUBTYPE, str(label)
    if not case.truth and case.claimed is not None:
        yield Kind.CLAIM, str(case.claimed)
    yield Kind.ORIGIN, case.origin or None


def view_of(found: SliceMeasures | None) -> str | None:
    """Say what is unusual about what the slice shows."""
    if found is None:
        return NO_BRAIN
    return OPEN if found.is_open else None


def noise_of(found: SliceMeasures) -> str | None:
    """Say whether the brain is noisy."""
    return NOISY if found.noise_hu is not None and found.noise_hu >= NOISY_HU else None


def spots_of(found: SliceMeasures) -> str | None:
    """Say whether the brain has white spots; at the skull base, and where bones are open, they may be bone."""
    if found.dense_mm2 is None or found.dense_mm2 < DENSE_MM2 or found.is_open or level_of(found) == SKULL_BASE:
        return None
    return DENSE


def level_of(found: SliceMeasures) -> str:
    """Estimate the level of a slice from air and bone in the head, from the room that brain takes, and from fluid."""
    has_base_bone = found.deep_bone >= BASE_BONE and found.brain_share >= FULL_BRAIN
    if found.deep_air >= BASE_AIR or found.behind >= BASE_BEHIND or has_base_bone:
        return SKULL_BASE
    if found.brain_share < VERTEX_BRAIN:
        return VERTEX
    return VENTRICLES if found.ventricles_cm2 >= VENTRICLE_CM2 else CONVEXITY


def size_of(found: BleedMeasures) -> str:
    """Say how large a bleed is.

    >>> size_of(BleedMeasures(0.5, None, 0.0, None))
    'tiny, below 1 cm²'
    """
    return SIZES[sum(found.area_cm2 >= limit for limit in (TINY_CM2, SMALL_CM2, MEDIUM_CM2))]


def contrast_of(found: BleedMeasures) -> str | None:
    """Say whether a bleed is as dense as the brain around it, or darker, as an old one is."""
    if found.contrast_hu is None or found.contrast_hu >= ISODENSE_HU:
        return None
    return ISODENSE if found.contrast_hu > -ISODENSE_HU else DARKER


def clipping_of(found: BleedMeasures) -> str | None:
    """Say whether most of a bleed is as white as bone, so that its outline is all that tells it from bone."""
    return CLIPPED if found.white_share >= CLIPPED_SHARE else None


def place_of(found: BleedMeasures) -> str | None:
    """Say whether a bleed lies along bone, as epidural and subdural ones do."""
    return AT_BONE if found.contact_mm is not None and found.contact_mm >= CONTACT_MM else None


OF_BLEED: tuple[tuple[Kind, Callable[[BleedMeasures], str | None]], ...] = (
    (Kind.SIZE, size_of),
    (Kind.CONTRAST, contrast_of),
    (Kind.CONTRAST, clipping_of),
    (Kind.PLACE, place_of),
)


def miss_of(found: PeakMeasures) -> str | None:
    """Say whether the map of a slice with a drawn bleed is highest somewhere else."""
    return ELSEWHERE if found.is_in_mask is False else None


def peak_of(found: PeakMeasures) -> str | None:
    """Say where the map of a slice without hemorrhage is highest."""
    if found.depth_mm is None or found.across_mm is None:
        return None
    if found.depth_mm <= RIM_MM:
        return HIGHEST_RIM
    if found.ventricle_mm is not None and found.ventricle_mm <= VENTRICLE_MM:
        return HIGHEST_VENTRICLE
    return HIGHEST_MIDLINE if found.across_mm <= MIDLINE_MM else HIGHEST_DEEP
