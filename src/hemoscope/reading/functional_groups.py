"""Frames of an enhanced image: functional groups laid flat, so that a frame's header reads like a single slice's."""

from typing import Any

from pydicom import Dataset

from hemoscope.reading.dicom_header import whole_number

_SHARED, _PER_FRAME = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"


def frame_count(header: Any) -> int:
    """Count the frames of an image whose every frame says where it lies; 0 for any other image.

    Args:
        header: A pydicom data set.

    Returns:
        (0028,0008) Number of Frames, where (5200,9230) has one item for each of them (PS3.3 C.7.6.16).
    """
    frames = whole_number(header, "NumberOfFrames", 1)
    return frames if frames == len(header.get(_PER_FRAME) or ()) else 0


def frame_header(header: Any, frame: int) -> Any:
    """Lay the functional groups of one frame flat.

    Args:
        header: Of an enhanced image.
        frame: From 0.

    Returns:
        A new data set: the attributes of the image, of its shared groups and of the frame's own, the last winning;
        Frame Type stands as (0008,0008) Image Type, and there is one frame.

    Source: DICOM PS3.3 C.7.6.16 and A.38.1.4 (functional groups of Enhanced CT).
    """
    flat = Dataset()
    for element in header:
        if element.keyword not in (_SHARED, _PER_FRAME, "NumberOfFrames"):
            flat[element.tag] = element
    flat.file_meta = header.file_meta
    for groups in (header.get(_SHARED) or (), [header[_PER_FRAME].value[frame]]):
        for group in groups:
            for macro in group:
                if macro.VR == "SQ" and len(macro.value) == 1:
                    _lay_flat(macro.value[0], flat)
    if "FrameType" in flat:
        flat.ImageType = flat.FrameType
    flat.NumberOfFrames = 1
    return flat


def _lay_flat(item: Any, flat: Any) -> None:
    for element in item:
        flat[element.tag] = element
