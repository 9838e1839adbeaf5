"""One slice on disk as its header describes it; plain data, without any DICOM library."""

from dataclasses import dataclass
from pathlib import Path

from hemoscope.reading.orientation import Axes, Vector
from hemoscope.terms import Unit


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one slice lies in the patient; None for whatever the header does not say, or says wrongly.

    Attributes:
        position: (0020,0032) Image Position (Patient): center of the first pixel, mm, LPS.
        axes: (0020,0037) Image Orientation (Patient).
        pixel_spacing: (0028,0030) Pixel Spacing (row, column) in mm.
        thickness: (0018,0050) Slice Thickness in mm.
        location: (0020,1041) Slice Location in mm.
    """

    position: Vector | None = None
    axes: Axes | None = None
    pixel_spacing: tuple[float, float] | None = None
    thickness: float | None = None
    location: float | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """How a slice was made, as far as that decides which series is for the networks.

    Attributes:
        image_type: (0008,0008) Image Type, upper case.
        kernel: (0018,1210) Convolution Kernel.
        contrast_agent: (0018,0010) Contrast/Bolus Agent, or the volume where only that is given.
        description: (0008,103E) Series Description and (0018,1030) Protocol Name, for patterns alone: never shown.
        body_part: (0018,0015) Body Part Examined.
        rescale: (slope, intercept) as stated, None where either is missing.
        is_localizer: The header or the file says scout view.
    """

    image_type: tuple[str, ...] = ()
    kernel: str = ""
    contrast_agent: str = ""
    description: str = ""
    body_part: str = ""
    rescale: tuple[float, float] | None = None
    is_localizer: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """One slice on disk: a file, or a frame of one.

    Attributes:
        path: The file.
        name: What to call it: its path below the input, never a full one.
        study_uid: (0020,000D), whatever it looks like; None when missing.
        series_uid: (0020,000E), likewise.
        instance_uid: (0008,0018), likewise.
        patient: What tells patients apart; for comparing alone, never shown.
        unit: HU, or GREY for a secondary capture.
        shape: (rows, columns).
        placement: Where it lies.
        making: How it was made.
        series_number: (0020,0011).
        acquisition: (0020,0012) and (0020,0100), to tell phases apart.
        number: (0020,0013) Instance Number.
        frame: Which frame of the file, from 0; None in a file of one.
    """

    path: Path
    name: str
    study_uid: str | None
    series_uid: str | None
    instance_uid: str | None
    patient: str
    unit: Unit
    shape: tuple[int, int]
    placement: Placement
    making: Making
    series_number: int | None = None
    acquisition: tuple[int | None, int | None] = (None, None)
    number: int | None = None
    frame: int | None = None
