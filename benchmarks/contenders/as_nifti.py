"""Write the series that is scored as a NIfTI volume: FOLDER FILE."""

import sys

import numpy as np

from hemoscope.reading import open_studies
from hemoscope.writing.nifti import write_nifti


def main() -> None:
    """Write it, int16 HU."""
    with open_studies(sys.argv[1]) as found:
        series = found.studies[0].chosen
        if series is None or series.geometry.spacing is None or series.geometry.pixel_spacing is None:
            sys.exit("the study has no series with known spacing")
        volume = np.stack([series.read(place).pixels for place in range(len(series))]).astype(np.int16)
        spacing = (series.geometry.spacing, *series.geometry.pixel_spacing)
    write_nifti(volume, sys.argv[2], spacing=spacing)


if __name__ == "__main__":
    main()
