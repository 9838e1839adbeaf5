"""The slices of one series in order: by position along their normal, never by name; by less only with a warning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from hemoscope.reading.geometry import Geometry, Grid, measure
from hemoscope.reading.instance_record import Instance
from hemoscope.reading.orientation import AXIAL, Axes, Turn, Vector, corner_after, upright
from hemoscope.reading.spacing import number_finding
from hemoscope.records import ErrorReport, Notice


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """A series in order.

    Attributes:
        instances: From feet to head.
        geometry: Their report, as displayed.
        turn: What puts each picture as displayed.
        warnings: What had to be assumed for the order.
        error: Why there is no order; the instances then stand as they were found.
    """

    instances: tuple[Instance, ...]
    geometry: Geometry
    turn: Turn
    warnings: tuple[Notice, ...] = ()
    error: ErrorReport | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    instances: tuple[Instance, ...]
    positions: tuple[float, ...] = ()
    has_corners: bool = False
    warnings: tuple[Notice, ...] = ()
    error: ErrorReport | None = None


def arrange(instances: Sequence[Instance]) -> Arranged:
    """Sort the slices of one series from feet to head and measure how they lie.

    Args:
        instances: At least one, all of one shape and orientation.

    Returns:
        The order and the report. Without (0020,0032) Image Position (Patient) in every slice the order is that of
        (0020,1041) Slice Location ("series.ordered_by_location"), else of (0020,0013) Instance Number
        ("series.ordered_by_number"), else there is none ("series.no_order").
    """
    axes, assumed = _axes_of(instances)
    turn = upright(axes)
    order = _order(instances, turn.turned(axes))
    first = order.instances[0]
    shape, spacing = first.shape, first.placement.pixel_spacing
    grid = Grid(
        corners=_corners(order, turn, axes),
        across=turn.turned(axes).across,
        down=turn.turned(axes).down,
        pixel_spacing=None if spacing is None else turn.swap(spacing),
        shape=(shape[1], shape[0]) if turn.transpose else shape,
        thickness=_usual_thickness(order.instances),
    )
    geometry = measure(grid, positions=order.positions)
    findings = (
        *geometry.findings,
        *number_finding([instance.number for instance in order.instances]),
        *_turn_finding(turn),
    )
    return Arranged(
        order.instances, replace(geometry, findings=findings), turn, (*assumed, *order.warnings), order.error
    )


def _axes_of(instances: Sequence[Instance]) -> tuple[Axes, tuple[Notice, ...]]:
    known = [instance.placement.axes for instance in instances if instance.placement.axes is not None]
    if len(known) == len(instances):
        return known[0], ()
    lacking = len(instances) - len(known)
    text = (
        f"{lacking} of {len(instances)} slices lack a valid (0020,0037) Image Orientation (Patient); they were taken "
        f"as {'lying like the others' if known else 'axial, shown as usual'}."
    )
    return known[0] if known else AXIAL, (Notice("series.orientation_assumed", text),)


def _order(instances: Sequence[Instance], axes: Axes) -> _Order:
    """Take the best key that every slice has; what ties is settled by number and UID, so that names play no part."""
    corners = [instance.placement.position for instance in instances]
    known = [corner for corner in corners if corner is not None]
    if len(known) == len(instances):
        positions = {id(instance): at.dot(axes.normal) for instance, at in zip(instances, known, strict=True)}
        ordered = _sorted(instances, lambda instance: positions[id(instance)])
        return _Order(ordered, tuple(positions[id(instance)] for instance in ordered), has_corners=True)
    if len(instances) == 1:
        return _Order(tuple(instances))
    locations = [instance.placement.location for instance in instances]
    if all(location is not None for location in locations) and len(set(locations)) > 1:
        ordered = _sorted(instances, lambda instance: instance.placement.location or 0.0)
        return _Order(
            ordered,
            tuple(instance.placement.location or 0.0 for instance in ordered),
            warnings=(
                _fallback(
                    corners, "series.ordered_by_location", "(0020,1041) Slice Location, taken as rising toward the head"
                ),
            ),
        )
    numbers = [instance.number for instance in instances]
    if all(number is not None for number in numbers) and len(set(numbers)) == len(numbers):
        ordered = _sorted(instances, lambda instance: float(instance.number or 0))
        text = "(0020,0013) Instance Number; whether that runs to the head or the feet is not known"
        return _Order(ordered, warnings=(_fallback(corners, "series.ordered_by_number", text),))
    return _Order(tuple(instances), error=_no_order(len(instances)))


def _sorted(instances: Sequence[Instance], key: Callable[[Instance], float]) -> tuple[Instance, ...]:
    def full_key(instance: Instance) -> tuple[float, int, str, int, str]:
        number = -1 if instance.number is None else instance.number
        return (round(key(instance), 3), number, instance.instance_uid or "", instance.frame or 0, instance.name)

    return tuple(sorted(instances, key=full_key))


def _corners(order: _Order, turn: Turn, axes: Axes) -> tuple[Vector, ...]:
    """Place the first pixel of each turned slice; nothing where positions are not known."""
    corners = []
    for instance in order.instances if order.has_corners else ():
        rows, columns = instance.shape
        row_mm, column_mm = instance.placement.pixel_spacing or (0.0, 0.0)
        position = instance.placement.position
        if position is not None:
            corners.append(corner_after(turn, position, axes, ((rows - 1) * row_mm, (columns - 1) * column_mm)))
    return tuple(corners)


def _usual_thickness(instances: Sequence[Instance]) -> float | None:
    known = [instance.placement.thickness for instance in instances if instance.placement.thickness is not None]
    return median(known) if known else None


def _turn_finding(turn: Turn) -> tuple[Notice, ...]:
    if not turn.changes:
        return ()
    done = [
        words
        for is_so, words in (
            (turn.transpose, "rows and columns were swapped"),
            (turn.flip_rows, "it was mirrored top to bottom"),
            (turn.flip_columns, "it was mirrored left to right"),
        )
        if is_so
    ]
    text = (
        "(0020,0037) Image Orientation (Patient) says that the picture is not as usually displayed: "
        f"{', '.join(done)}, which puts the patient's right on its left and the front up."
    )
    return (Notice("series.flipped", text),)


def _fallback(corners: Sequence[object], code: str, words: str) -> Notice:
    lacking = sum(corner is None for corner in corners)
    return Notice(
        code,
        f"{lacking} of {len(corners)} slices lack a valid (0020,0032) Image Position (Patient); they were ordered by "
        f"{words}.",
    )


def _no_order(count: int) -> ErrorReport:
    return ErrorReport(
        "series.no_order",
        f"Expected positions that put {count} slices in order, received neither (0020,0032) Image Position (Patient) "
        "nor (0020,1041) Slice Location nor distinct (0020,0013) Instance Numbers in all of them.",
        "Export the series from the scanner or PACS again, or score its slices one by one.",
    )
