"""Plots as SVG text: a handful of shapes on axes. Style and color come from the page, so they follow its scheme."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

WIDTH, HEIGHT = 360, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 14, 42
"""Room around the plotted area, in units of the viewBox."""
TICK = 4
DOT = 4.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        label: What it shows.
        low: At its start.
        high: At its end.
        ticks: Where it is marked.
        say: Writes a tick's value.
    """

    label: str
    low: float = 0.0
    high: float = 1.0
    ticks: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    say: Callable[[float], str] = "{:g}".format


@dataclass(slots=True)
class Plot:
    """A plot in the making; each call adds a shape, later ones above earlier ones.

    Args:
        title: What it shows, for those who do not see it.
        x: The horizontal axis.
        y: The vertical axis.
    """

    title: str
    x: Axis
    y: Axis
    _shapes: list[str] = field(default_factory=list, init=False)

    def line(self, points: Sequence[Point], style: str) -> None:
        """Join points. `style` is a class of the page's style sheet, here and below."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(self._at, points))
        self._shapes.append(f'<polyline class="{style}" points="{path}"/>')

    def bar(self, left: float, right: float, bottom: float, top: float, style: str) -> None:
        """Fill a rectangle."""
        (x0, y0), (x1, y1) = self._at((left, max(bottom, top))), self._at((right, min(bottom, top)))
        self._shapes.append(
            f'<rect class="{style}" x="{x0:.1f}" y="{y0:.1f}" width="{max(0.0, x1 - x0):.1f}" height="{y1 - y0:.1f}"/>'
        )

    def dot(self, point: Point, style: str, *, radius: float = DOT) -> None:
        """Mark a point."""
        x, y = self._at(point)
        self._shapes.append(f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>')

    def text(self, point: Point, words: str, style: str) -> None:
        """Write beside a point, on the side where there is room."""
        x, y = self._at(point)
        is_right = x > LEFT + (WIDTH - LEFT - RIGHT) / 2
        anchor, shift = ("end", -8) if is_right else ("start", 8)
        self._shapes.append(
            f'<text class="{style}" x="{x + shift:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def as_svg(self) -> Markup:
        """Return the picture: axes below, shapes above, nothing outside the plotted area."""
        frame = "".join([*map(self._tick_x, self.x.ticks), *map(self._tick_y, self.y.ticks)])
        middle_x, middle_y = LEFT + (WIDTH - LEFT - RIGHT) / 2, TOP + (HEIGHT - TOP - BOTTOM) / 2
        names = (
            f'<text class="name" x="{middle_x:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(self.x.label)}</text>'
            f'<text class="name" transform="translate(12 {middle_y:.0f}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.y.label)}</text>"
        )
        return Markup(  # every text went through escape
            f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.title)}">'
            f"{frame}{names}{''.join(self._shapes)}</svg>"
        )

    def _at(self, point: Point) -> Point:
        """Place a point of the data in the viewBox, at the edge if it lies beyond."""
        across, up = (
            min(1.0, max(0.0, (value - axis.low) / (axis.high - axis.low)))
            for value, axis in zip(point, (self.x, self.y), strict=True)
        )
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    def _tick_x(self, value: float) -> str:
        x, floor = self._at((value, self.y.low))
        return (
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{floor + TICK:.1f}"/>'
            f'<text class="tick" x="{x:.1f}" y="{floor + 16:.1f}" text-anchor="middle">{self.x.say(value)}</text>'
        )

    def _tick_y(self, value: float) -> str:
        wall, y = self._at((self.x.low, value))
        return (
            f'<line class="grid" x1="{wall - TICK:.1f}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{wall - 7:.1f}" y="{y + 4:.1f}" text-anchor="end">{self.y.say(value)}</text>'
        )
