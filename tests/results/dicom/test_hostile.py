"""Headers that somebody made up: whatever stands in them, valid objects come out or a typed reason."""

import re

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from hemoscope.errors import ReadingError
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.results.dicom.objects import write_objects
from hemoscope.results.dicom.source import EQUIPMENT, FURTHER, NEEDED, PATIENT, STUDY
from tests.results.dicom.drawn import draw_study, objects_of
from tests.results.dicom.validators import errors_of_dciodvfy

COPIED = (*PATIENT, *NEEDED, *STUDY, *FURTHER, *EQUIPMENT, "InstanceNumber")
WHENS = ("ContentDate", "ContentTime", "AcquisitionDate", "AcquisitionTime", "SeriesDate", "SeriesTime")
VALUES = st.one_of(
    st.binary(max_size=90),
    st.sampled_from(
        [b"", b"\\", b"\\\\", b"^", b"=", b"===", b"\x1b$B", b"1\\2", b"A" * 70, b" ", b"\0", b"\xff\xfe", b"20260101"]
    ),
    st.text(max_size=70).map(lambda text: text.encode("utf-8", "replace")),
)


def write_or_refuse(folder):
    """Write the objects of a study; none where it is refused for the reasons that there are."""
    try:
        made = tuple(one for kind in objects_of(folder).values() for one in kind)
    except ReadingError as error:
        if error.code not in ("dicom_result.no_identity", "dicom_result.bad_identity"):
            raise
        return []
    return write_objects(made, folder / "out")


_ALLOWED = re.compile("Length invalid for this VR|invalid data values for Value Repr| UI Study|Illegal root for UID")
"""dciodvfy counts bytes, where PS3.5 6.2 counts characters; and a Study Instance UID that is none stays as it is."""


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # each example takes half a second: what fails is small enough to read
)
@given(
    st.dictionaries(st.sampled_from([*COPIED, *WHENS]), VALUES, min_size=1, max_size=8),
    st.sampled_from([None, b"ISO_IR 192", b"ISO_IR 100", b"\\ISO 2022 IR 87", b"GB18030", b"nonsense"]),
)
def test_made_up_headers_give_valid_objects_or_a_typed_reason(tmp_path_factory, values, charset):
    folder = draw_study(tmp_path_factory.mktemp("hostile"), slices=2)
    told = dict(values) if charset is None else {**values, "SpecificCharacterSet": charset}
    with quiet_libraries():
        for path in folder.iterdir():
            dataset = dcmread(path)
            for keyword, value in told.items():
                tag = Tag(tag_for_keyword(keyword))
                even = value + b" " * (len(value) % 2)
                vr = dataset[tag].VR if tag in dataset else None
                dataset._dict[tag] = RawDataElement(tag, vr or "LO", len(even), even, 0, False, True)
            dataset.save_as(path)
        paths = write_or_refuse(folder)
        assert all(len(dcmread(path).StudyID) <= 16 for path in paths)
    for path in paths:
        assert [line for line in errors_of_dciodvfy(path) if not _ALLOWED.search(line)] == [], told
