"""Which colour stands for what: one member of a scope, or one KPI, has the same colour on all boards of a release.

The palette is Okabe and Ito's, which colour-blind readers can tell apart. It has seven colours; more members than that
share some, but never on one chart. What is alone on its chart is drawn in a plain colour that stands for nobody.
"""

from collections.abc import Iterable, Sequence

SERIES = 7
"""So many lines can be told apart; more belong into a table."""

PALETTE = {
    f"--series-{at}": color
    for at, color in enumerate(("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5f5f5f"), start=1)
}
HEAT = {
    f"--heat-{at}": color
    for at, color in enumerate(("#e4f1f9", "#bcdcf0", "#8ec4e4", "#56a5d3", "#2483bb", "#0b639a", "#08446d"), start=1)
}
GOOD = {f"--good-{at}": color for at, color in enumerate(("#c9dff0", "#7fb6dc", "#2f7fb8"), start=1)}
BAD = {f"--bad-{at}": color for at, color in enumerate(("#fbdcc4", "#f2a66e", "#cc5a12"), start=1)}
LIGHT = {
    **PALETTE,
    **HEAT,
    **GOOD,
    **BAD,
    "--plain": "#47617d",
    "--ink": "#1b1f24",
    "--muted": "#57606a",
    "--grid": "#dde1e6",
    "--target": "#7a4b00",
    "--card": "#ffffff",
}
"""The colours of a bright page, by variable; those of a dark one stand in ``board.css``."""

PLAIN = "var(--plain)"

Member = tuple[str, str]
"""A type of scope and a member's id; ``kpi`` and its id."""


class Colors:
    """The colours of all members that boards show side by side. ``charts`` are the members that share a chart each."""

    def __init__(self, charts: Iterable[Sequence[Member]]) -> None:
        beside: dict[Member, set[Member]] = {}
        for members in charts:
            for member in members:
                beside.setdefault(member, set()).update(set(members) - {member})
        self._places: dict[Member, int] = {}
        for member in sorted(beside):
            taken = {self._places[other] for other in beside[member] if other in self._places}
            free = [place for place in range(SERIES) if place not in taken]
            self._places[member] = free[0] if free else len(self._places) % SERIES

    def of(self, scope_type: str, member: str | None) -> str:
        """Return the colour of a member as CSS; the plain one for whoever has none."""
        place = self._places.get((scope_type, member or ""))
        return PLAIN if place is None else f"var(--series-{place + 1})"


def shade(value: float, target: float, low: float, high: float, *, is_higher_better: bool) -> str:
    """Return the colour of a value on the diverging scale around a target, from the lowest to the highest value.

    Both sides have three shades, reached at their own end; a value that meets the target is on the good side.
    """
    is_good = value >= target if is_higher_better else value <= target
    reach = (high - target) if value > target else (target - low)
    part = abs(value - target) / reach if reach > 0 else 0.0
    return f"var(--{'good' if is_good else 'bad'}-{min(int(part * 3), 2) + 1})"


def heat(value: float, low: float, high: float) -> str:
    """Return the colour of a value on the scale from light to strong, for what has no target."""
    part = (value - low) / (high - low) if high > low else 0.0
    return f"var(--heat-{min(int(part * len(HEAT)), len(HEAT) - 1) + 1})"
