"""What boards leave out because nothing of it was delivered, and which extracts would fill it.

Which extracts a KPI counts follows from the lineage of the dbt project, which of them came from the published table of
loaded files. What does not belong here: how a page shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestration.boards.blocks import PageSection, kpi_label
from orchestration.boards.declare import Board, Entry, Section
from orchestration.boards.labels import Label
from orchestration.boards.publication import Publication
from orchestration.documents.lineage import Delivered, missing_extracts
from orchestration.transform.project import Manifest

INDEX = "index.html"


class Needs:
    """Knows the extracts that each KPI still needs; without a manifest it knows none."""

    def __init__(self, manifest: Manifest | None, delivered: Delivered) -> None:
        self.missing = {} if manifest is None else missing_extracts(manifest, delivered)

    def of(self, kpis: Sequence[str]) -> tuple[str, ...]:
        """Return the extracts that some KPIs count and that never came, sorted."""
        return tuple(sorted({entity for kpi in kpis for entity in self.missing.get(kpi, ())}))


@dataclass(frozen=True)
class Gap:
    """KPIs that have no value, and the extracts that would fill them; without extracts, what came cannot be counted."""

    kpis: tuple[Label, ...]
    extracts: tuple[str, ...]


@dataclass(frozen=True)
class Followed:
    """A board as far as there are data: its sections, and what was left out."""

    board: Board
    sections: tuple[PageSection, ...]
    gaps: tuple[Gap, ...]

    @property
    def is_index(self) -> bool:
        """Whether it is the page that is opened first; that one tells of what all boards leave out."""
        return self.board.page == INDEX

    @property
    def is_shown(self) -> bool:
        """Whether the board has a page: the first one always has."""
        return self.is_index or bool(self.sections)


def follow(board: Board, sections: Sequence[PageSection], publication: Publication, needs: Needs) -> Followed:
    """Leave out tiles, charts and sections without any value; say which KPIs are gone and what would fill them."""
    kept: list[PageSection] = []
    empty: list[Entry] = []
    for declared, section in zip(board.sections, sections, strict=True):
        filled, lost = _filled(declared, section)
        empty += lost
        if filled.tiles or filled.charts:
            kept.append(filled)
    return Followed(board, tuple(kept), gaps_of(empty, publication, needs))


def _filled(declared: Section, section: PageSection) -> tuple[PageSection, list[Entry]]:
    tiles = list(zip(declared.tiles, section.tiles, strict=True))
    charts = list(zip(declared.charts, section.charts, strict=True))
    lost = [entry for entry, tile in tiles if not tile.value.key]
    lost += [entry for entry, chart in charts if chart.is_empty and not chart.is_news]
    return (
        replace(
            section,
            tiles=tuple(tile for entry, tile in tiles if entry not in lost),
            charts=tuple(chart for entry, chart in charts if entry not in lost),
        ),
        lost,
    )


def gaps_of(empty: Sequence[Entry], publication: Publication, needs: Needs) -> tuple[Gap, ...]:
    """Return the KPIs of entries that have no value anywhere, by what would fill them; last those that lack nothing."""
    grouped: dict[tuple[str, ...], dict[str, Label]] = {}
    for entry in empty:
        for kpi in entry.kpis:
            if not publication.has_values(kpi):
                grouped.setdefault(needs.of([kpi]), {})[kpi] = kpi_label(publication, kpi)
    ordered = sorted(grouped.items(), key=lambda item: (not item[0], item[0]))
    return tuple(Gap(tuple(labels.values()), extracts) for extracts, labels in ordered)


def merged(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Return the gaps of several boards as one list, each KPI once."""
    grouped: dict[tuple[str, ...], dict[Label, None]] = {}
    for gap in gaps:
        grouped.setdefault(gap.extracts, {}).update(dict.fromkeys(gap.kpis))
    ordered = sorted(grouped.items(), key=lambda item: (not item[0], item[0]))
    return tuple(Gap(tuple(labels), extracts) for extracts, labels in ordered)
