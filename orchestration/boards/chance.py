"""Whether the spread of a chart's members can be chance: what the publication says of it, as sentences for a reader.

Nothing is tested here: ``differs_from_peers`` of a published value is the verdict, and empty where there is none.
"""

from collections.abc import Sequence

from orchestration.boards.blocks import Verdict, Writer, kpi_label
from orchestration.boards.declare import Entry
from orchestration.boards.labels import Label, words
from orchestration.boards.publication import Value

SOME = words("Marked: differs from the others by more than chance")
NONE = words("No member differs from the others by more than chance")
UNJUDGED = words("Members with too few cases are not judged")
UNKNOWN = "unknown"


def verdicts(entry: Entry, writer: Writer, values: Sequence[Value]) -> tuple[Verdict, ...]:
    """Return what is said of the members that a chart shows; nothing where none of its KPIs is judged.

    A chart of several KPIs names those of which nobody is marked, because others may not be judged at all.
    """
    shown = [value for value in values if value.value is not None]
    judged = {value.kpi_id for value in shown if value.differs_from_peers is not None}
    marked = {value.kpi_id for value in shown if value.differs_from_peers}
    found = [Verdict(SOME, is_marked=True)] if marked else []
    level = [kpi for kpi in entry.kpis if kpi in judged - marked]
    if level:
        names: tuple[Label, ...] = ()
        if len(entry.kpis) > 1:
            names = tuple(kpi_label(writer.publication, kpi, entry.variant) for kpi in level)
        found.append(Verdict(NONE, kpis=names))
    nobody = {UNKNOWN, *writer.publication.rests}
    if any(
        value.differs_from_peers is None and value.kpi_id in judged and value.scope_id not in nobody for value in shown
    ):
        found.append(Verdict(UNJUDGED))
    return tuple(found)
