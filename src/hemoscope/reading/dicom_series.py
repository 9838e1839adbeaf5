"""A series of DICOM files: its slices decoded one at a time, when asked."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from hemoscope.errors import HemoscopeError
from hemoscope.reading.agreement import better_rescale, corrected_notice, rescale_finding, usual_rescale
from hemoscope.reading.arrange import arrange
from hemoscope.reading.dicom import read_dicom
from hemoscope.reading.instance_record import Instance
from hemoscope.reading.orientation import Turn
from hemoscope.reading.repeats import without_repeats
from hemoscope.reading.rescale import Rescale
from hemoscope.reading.source import io_failed, open_source
from hemoscope.reading.study import Series
from hemoscope.reading.traits import traits_of
from hemoscope.records import Notice, Slice

_DOUBT = "dicom.intercept_doubtful"
_MOST_NEIGHBORS = 4


@dataclass(frozen=True, slots=True, eq=False)
class DicomFrames:
    """The slices of a series, in order.

    Attributes:
        instances: From feet to head.
        turn: What puts each picture as displayed.
        usual: The (slope, intercept) that most of them state.
    """

    instances: tuple[Instance, ...]
    turn: Turn
    usual: tuple[float, float] | None

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

    def files(self) -> tuple[Path, ...]:
        """Return the files that the slices are read from, each once."""
        return tuple(dict.fromkeys(instance.path for instance in self.instances))

    def read(self, index: int) -> Slice:
        """Decode one slice, as displayed; where its scale is in doubt, its neighbor settles that."""
        found, instance = self._decode(index), self.instances[index]
        is_doubtful = any(notice.code == _DOUBT for notice in found.warnings)
        if (is_doubtful or instance.making.rescale != self.usual) and instance.making.rescale is not None:
            found = self._agreeing(index, found, instance.making.rescale)
        spacing = None if found.spacing is None else self.turn.swap(found.spacing)
        edges = None if found.edges is None else self.turn.turned_edges(found.edges)
        return replace(found, pixels=self.turn.apply(found.pixels), spacing=spacing, edges=edges)

    def _decode(self, index: int, rescale: Rescale | None = None) -> Slice:
        return decode_instance(self.instances[index], self.name_of(index), rescale)

    def _agreeing(self, index: int, found: Slice, stated: tuple[float, float]) -> Slice:
        neighbor = self._neighbor(index)
        if neighbor is None or neighbor.pixels.shape != found.pixels.shape:
            return found
        better = better_rescale(found.pixels, neighbor.pixels, stated=stated, usual=self.usual)
        if better is None:
            return found
        again = self._decode(index, better)
        return replace(again, warnings=(*again.warnings, corrected_notice(stated, better)))

    def _neighbor(self, index: int) -> Slice | None:
        """Decode the nearest slice of the usual rescale that is not in doubt itself; a few are tried."""
        usual = [at for at, instance in enumerate(self.instances) if instance.making.rescale == self.usual]
        near = sorted((at for at in usual if at != index), key=lambda at: abs(at - index))
        for at in near[:_MOST_NEIGHBORS]:
            with contextlib.suppress(HemoscopeError):
                found = self._decode(at)
                if not any(notice.code == _DOUBT for notice in found.warnings):
                    return found
        return None


def decode_instance(instance: Instance, source: str, rescale: Rescale | None = None) -> Slice:
    """Decode one slice as it is stored, not turned.

    Args:
        instance: Where it is.
        source: Its name for the record and messages.
        rescale: To use in place of what the header says.

    Raises:
        InputError: The file is gone.
        ReadingError: It cannot be decoded.
        RefusedError: It is a localizer or holds no HU.
    """
    with open_source(instance.path) as file:
        try:
            return read_dicom(file, source=source, frame=instance.frame, rescale=rescale)
        except OSError as error:
            raise io_failed(source, error) from error


def dicom_series(instances: Sequence[Instance], *, place: str = "", findings: tuple[Notice, ...] = ()) -> Series:
    """Build a series of slices that belong together.

    Args:
        instances: At least one, all of one patient, shape and orientation.
        place: What to call the folder that names are relative to.
        findings: What grouping noticed about them.

    Returns:
        The series, sorted, with its report.
    """
    arranged = arrange(instances)
    kept, repeated = without_repeats(arranged.instances, arranged.geometry.positions, _decoded_or_none)
    if len(kept) < len(instances):
        arranged = arrange(kept)
    findings = (*findings, *repeated, *arranged.geometry.findings, *rescale_finding(arranged.instances))
    geometry = replace(arranged.geometry, findings=findings)
    return Series(
        uid=instances[0].series_uid,
        source=_source(arranged.instances, place),
        geometry=geometry,
        traits=traits_of(arranged.instances),
        frames=DicomFrames(arranged.instances, arranged.turn, usual_rescale(arranged.instances)),
        warnings=arranged.warnings,
        error=arranged.error,
        place=_place(arranged.instances),
    )


def _decoded_or_none(instance: Instance) -> Slice | None:
    try:
        return decode_instance(instance, PurePath(instance.name).name)
    except HemoscopeError:
        return None


def _source(instances: Sequence[Instance], place: str) -> str:
    """Name the file of one, else the folder that most are in."""
    return PurePath(_place(instances)).name or place


def _place(instances: Sequence[Instance]) -> str:
    """Return the path below the input of the file of one, else of the folder that most are in."""
    if len({instance.name for instance in instances}) == 1:
        return instances[0].name
    folders = [PurePath(instance.name).parent.as_posix().removeprefix(".") for instance in instances]
    return max(sorted(set(folders)), key=folders.count)
