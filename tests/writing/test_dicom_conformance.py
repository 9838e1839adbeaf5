from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.writing.dicom import write_series


@pytest.mark.parametrize("spacing", [230.4 / 100, 230.4 / 130, 1 / 3])
def test_no_decimal_string_is_longer_than_16_characters(tmp_path: Path, spacing: float) -> None:
    hu = np.full((2, 16, 16), -1000.0)
    path = write_series(hu, tmp_path, spacing=(5 / 3, spacing, spacing), name="a", tilt_degrees=100 / 7)[1]
    header = dcmread(path)
    for element in header:
        if element.VR == "DS":
            raw = header.get_item(element.tag).value
            assert all(len(str(value)) <= 16 for value in (raw if element.VM > 1 else [raw])), element
    assert header.PixelSpacing[0] == pytest.approx(spacing, rel=1e-12)


def test_patient_position_is_there_as_ct_requires(tmp_path: Path) -> None:
    header = dcmread(write_series(np.zeros((1, 16, 16)), tmp_path, spacing=(5, 1, 1), name="a")[0])
    assert header.PatientPosition == "HFS"  # PS3.3 C.7.3.1, type 2C
