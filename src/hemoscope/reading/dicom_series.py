"""A series of DICOM files: its slices decoded one at a time, when asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from hemoscope.reading.arrange import arrange
from hemoscope.reading.dicom import read_dicom
from hemoscope.reading.instance_record import Instance
from hemoscope.reading.orientation import Turn
from hemoscope.reading.source import open_source
from hemoscope.reading.study import Series
from hemoscope.reading.traits import traits_of
from hemoscope.records import Notice, Slice


@dataclass(frozen=True, slots=True, eq=False)
class DicomFrames:
    """The slices of a series, in order.

    Attributes:
        instances: From feet to head.
        turn: What puts each picture as displayed.
    """

    instances: tuple[Instance, ...]
    turn: Turn

    def __len__(self) -> int:
        """Count the slices."""
        return len(self.instances)

    def name_of(self, index: int) -> str:
        """Name the file, and the frame in it where it holds several."""
        instance = self.instances[index]
        name = PurePath(instance.name).name
        return name if instance.frame is None else f"{name}[{instance.frame}]"

    def instance_uid(self, index: int) -> str | None:
        """Return (0008,0018) SOP Instance UID, None where there is none."""
        return self.instances[index].instance_uid

    def read(self, index: int) -> Slice:
        """Decode one slice, as displayed."""
        instance, name = self.instances[index], self.name_of(index)
        with open_source(instance.path) as file:
            found = read_dicom(file, source=name, frame=instance.frame)
        spacing = None if found.spacing is None else self.turn.swap(found.spacing)
        return replace(found, pixels=self.turn.apply(found.pixels), spacing=spacing)


def dicom_series(instances: Sequence[Instance], *, findings: tuple[Notice, ...] = ()) -> Series:
    """Build a series of slices that belong together.

    Args:
        instances: At least one, all of one patient, shape and orientation.
        findings: What grouping noticed about them.

    Returns:
        The series, sorted, with its report.
    """
    arranged = arrange(instances)
    geometry = replace(arranged.geometry, findings=(*findings, *arranged.geometry.findings))
    return Series(
        uid=instances[0].series_uid,
        source=_source(arranged.instances),
        geometry=geometry,
        traits=traits_of(arranged.instances),
        frames=DicomFrames(arranged.instances, arranged.turn),
        warnings=arranged.warnings,
        error=arranged.error,
    )


def _source(instances: Sequence[Instance]) -> str:
    """Name the file of one, else the folder that most are in."""
    if len({instance.name for instance in instances}) == 1:
        return PurePath(instances[0].name).name
    folders = [PurePath(instance.name).parent.name for instance in instances]
    return max(sorted(set(folders)), key=folders.count)
