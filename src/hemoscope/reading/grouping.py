"""Which slices belong together: by study, patient and series, and apart again where that is not one series."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from hemoscope.reading.instance_record import Instance
from hemoscope.reading.orientation import AXIAL
from hemoscope.records import Notice


@dataclass(frozen=True, slots=True)
class Group:
    """Slices of one series.

    Attributes:
        instances: In the order found.
        findings: What grouping noticed.
    """

    instances: tuple[Instance, ...]
    findings: tuple[Notice, ...] = ()


_SPLITS: tuple[tuple[str, str], ...] = (
    ("series.mixed_kinds", "scout views beside slices, or pictures beside HU"),
    ("series.mixed_shapes", "several sizes of picture or pixel"),
    ("series.mixed_kernels", "several reconstruction kernels"),
    ("series.mixed_orientations", "several orientations"),
    ("series.mixed_phases", "several phases of one place"),
)
"""What one Series Instance UID may wrongly hold, each part a series of its own: code and words."""


def group_studies(instances: Iterable[Instance]) -> list[tuple[Instance, ...]]:
    """Bring together what is of one study and one patient, in the order of their first file.

    A missing (0020,000D) Study Instance UID is replaced by the folder; an invalid one is used as it is. Slices that
    name no patient go with the only one that their study names.
    """
    studies: list[tuple[Instance, ...]] = []
    for study in _grouped(instances, lambda instance: instance.study_uid or (_folder(instance),)):
        named = {instance.patient for instance in study} - {""}
        only = next(iter(named)) if len(named) == 1 else ""
        studies.extend(_grouped(study, lambda instance, only=only: instance.patient or only))  # type: ignore[misc]
    return studies


def crowd_of(instances: Iterable[Instance]) -> Counter[tuple[str, str | None, str]]:
    """Count the slices of each folder, study and patient, for `strangers`."""
    return Counter((_folder(instance), instance.study_uid, instance.patient) for instance in instances)


def strangers(study: Sequence[Instance], crowd: Mapping[tuple[str, str | None, str], int]) -> tuple[Notice, ...]:
    """Report slices of other patients that lie among those of a study: "study.mixed_patients".

    Args:
        study: All instances of one study and patient.
        crowd: What `crowd_of` counted of all that was found, this study included.
    """
    own = {instance.patient for instance in study} | {""}
    folders, uid = {_folder(instance) for instance in study}, study[0].study_uid
    others = sum(
        count
        for (folder, other_uid, patient), count in crowd.items()
        if patient not in own and (folder in folders or (uid is not None and other_uid == uid))
    )
    if not others or own == {""}:
        return ()
    text = (
        f"Among the files of this study {'lies 1 slice' if others == 1 else f'lie {others} slices'} of another "
        "patient, by (0010,0020) Patient ID or (0010,0010) Patient's Name; they were kept apart."
    )
    return (Notice("study.mixed_patients", text),)


def group_series(study: Sequence[Instance]) -> list[Group]:
    """Divide a study into series.

    Args:
        study: All instances of one study and patient.

    Returns:
        Groups of one shape, orientation and kind; what one Series Instance UID held together is told by the findings.
    """
    groups: list[Group] = []
    for series in _grouped(study, _series_key):
        groups.extend(_split(series))
    return groups


def _series_key(instance: Instance) -> Hashable:
    if instance.series_uid is not None:
        return instance.series_uid
    return (_folder(instance), instance.series_number, instance.making.description)


def _split(series: tuple[Instance, ...]) -> list[Group]:
    parts = [series]
    findings = []
    for (code, words), divide in zip(_SPLITS, _DIVIDERS, strict=True):
        divided = [piece for part in parts for piece in divide(part)]
        if len(divided) > len(parts):
            findings.append(_mixed(code, words, len(series)))
        parts = divided
    return [Group(part, tuple(findings)) for part in parts]


def _mixed(code: str, words: str, count: int) -> Notice:
    return Notice(code, f"One series of {count} slices holds {words}; each part was taken as its own series.")


def _by_kind(part: Sequence[Instance]) -> list[tuple[Instance, ...]]:
    return _grouped(part, lambda instance: (instance.unit, instance.making.is_localizer))


def _by_shape(part: Sequence[Instance]) -> list[tuple[Instance, ...]]:
    return _grouped(part, lambda instance: (instance.shape, _rounded(instance.placement.pixel_spacing)))


def _by_kernel(part: Sequence[Instance]) -> list[tuple[Instance, ...]]:
    return _grouped(part, lambda instance: instance.making.kernel)


def _by_orientation(part: Sequence[Instance]) -> list[tuple[Instance, ...]]:
    """Divide by direction with a degree of slack; who has none goes with the largest part."""
    clusters: list[list[Instance]] = []
    for instance in part:
        axes = instance.placement.axes
        if axes is None:
            continue
        near = (group for group in clusters if (first := group[0].placement.axes) is not None and axes.is_near(first))
        home = next(near, None)
        if home is None:
            clusters.append([instance])
        else:
            home.append(instance)
    without = [instance for instance in part if instance.placement.axes is None]
    if not clusters:
        return [tuple(part)]
    max(clusters, key=len).extend(without)
    return [tuple(cluster) for cluster in clusters]


def _by_phase(part: Sequence[Instance]) -> list[tuple[Instance, ...]]:
    """Divide by acquisition where most places are taken more than once, and by that no longer are."""
    axes = next((instance.placement.axes for instance in part if instance.placement.axes is not None), AXIAL)
    places = {id(one): round(at.dot(axes.normal), 2) for one in part if (at := one.placement.position) is not None}
    counts = Counter(places.values())
    doubled = sum(count > 1 for count in counts.values())
    phases = _grouped(part, lambda instance: instance.acquisition)
    is_clean = all(len({places[id(one)] for one in phase if id(one) in places}) == len(phase) for phase in phases)
    return phases if len(phases) > 1 and doubled > 1 and 2 * doubled >= len(counts) and is_clean else [tuple(part)]


_DIVIDERS = (_by_kind, _by_shape, _by_kernel, _by_orientation, _by_phase)


def _rounded(spacing: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if spacing is None else (round(spacing[0], 3), round(spacing[1], 3))


def _folder(instance: Instance) -> str:
    return str(PurePath(instance.name).parent)


def _grouped(instances: Iterable[Instance], key: Callable[[Instance], Hashable]) -> list[tuple[Instance, ...]]:
    groups: dict[Hashable, list[Instance]] = {}
    for instance in instances:
        groups.setdefault(key(instance), []).append(instance)
    return [tuple(group) for group in groups.values()]
