"""Every KPI and every variant of the catalogue is defined here, and the definitions agree with it."""

import csv
import re
from typing import Any

import pytest

from orchestration.documents.lineage import kpi_metrics
from orchestration.settings import PROJECT_DIR
from orchestration.transform.project import Manifest

CATALOGUE = PROJECT_DIR.parent / "shared" / "kpi" / "catalogue.csv"

NOT_YET: set[str] = set()
"""KPIs whose models are still to come."""

CALLED: dict[tuple[str, str], str] = {("average_speed_of_answer", "cumulative_over_queues"): "cumulative"}
"""Variants that the catalogue describes and we name shorter."""

LEFT_OUT: dict[tuple[str, str], str] = {
    ("agent_turnover_rate", "trailing_12m"): "the period of that name, of the default",
    ("cross_sell_rate", "per_offer_made"): "no extract says what was offered",
    ("overstaffing_rate", "cost_of_overstaffing"): "no extract carries an hourly rate",
}
"""Variants of the catalogue that are not computed, with the reason."""

OTHERWISE: dict[tuple[str, str], str] = {
    ("average_sentiment_score", "additivity"): "scores of two models do not add up, so a period takes those of one",
    ("training_hours_per_agent", "additivity"): "the average headcount of a period is not the sum of its months'",
}
"""Where our definition differs from the catalogue on purpose, with the reason."""

Kpi = dict[str, Any]


@pytest.fixture(scope="module")
def catalogue() -> list[dict[str, str]]:
    """Return the rows of the catalogue."""
    if not CATALOGUE.is_file():
        pytest.skip("needs the KPI catalogue, which is kept outside the repository")
    with CATALOGUE.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def defined(manifest: Manifest) -> dict[tuple[str, str], Kpi]:
    """Return what the metrics say of every KPI and variant."""
    return {(kpi["kpi_id"], kpi["variant"]): kpi for _, kpi in kpi_metrics(manifest)}


def variants_of(text: str) -> list[str]:
    """Return the ids of the variants that the catalogue lists: ``window_1d/3d (why)`` names window_1d and window_3d."""
    found: list[str] = []
    for entry in re.sub(r"\s\(.*?(?=;|$)", "", text).split(";"):
        first, *others = entry.strip().split("/")
        prefix = first[: first.rindex("_") + 1] if "_" in first and others else ""
        found += [re.sub(r"[^a-z0-9]+", "_", name.strip().lower()) for name in (first, *(prefix + o for o in others))]
    return [name for name in found if name not in ("", "none")]


def test_variants_are_read_as_they_are_listed() -> None:
    assert variants_of("any_reason; no_transfer (net); window_1d/3d/14d; shrm ((begin+end)/2)") == [
        "any_reason",
        "no_transfer",
        "window_1d",
        "window_3d",
        "window_14d",
        "shrm",
    ]
    assert variants_of("none") == []
    assert variants_of("cost of overstaffing; median/p90 (row data)") == ["cost_of_overstaffing", "median", "p90"]


def test_every_kpi_of_the_catalogue_is_defined(
    catalogue: list[dict[str, str]], defined: dict[tuple[str, str], Kpi]
) -> None:
    listed = {row["kpi_id"] for row in catalogue}
    assert len(listed) == 76
    assert {kpi_id for kpi_id, _ in defined} == listed - NOT_YET


def test_every_variant_of_the_catalogue_is_defined(
    catalogue: list[dict[str, str]], defined: dict[tuple[str, str], Kpi]
) -> None:
    listed = {
        (row["kpi_id"], CALLED.get((row["kpi_id"], variant), variant))
        for row in catalogue
        for variant in ["default", *variants_of(row["variants"])]
    }
    assert {key for key in listed - set(defined) if key[0] not in NOT_YET} == set(LEFT_OUT)


def test_definitions_agree_with_the_catalogue(
    catalogue: list[dict[str, str]], defined: dict[tuple[str, str], Kpi]
) -> None:
    wrong = []
    for row in catalogue:
        kpi = defined.get((row["kpi_id"], "default"))
        if kpi is None:
            continue
        theirs = {
            "category": row["category"],
            "unit": row["unit"],
            "direction": row["direction"],
            "additivity": row["additivity"],
            "tier": row["tier"],
            "classes": row["class"].split(";"),
            "roles": row["roles"].split("/"),
            "aliases": [alias.strip() for alias in row["aliases"].split(";") if alias.strip()],
        }
        for part, said in theirs.items():
            ours = kpi.get(part, [])
            same = sorted(ours) == sorted(said) if isinstance(said, list) else ours == said
            if same == ((row["kpi_id"], part) in OTHERWISE):
                wrong.append(f"{row['kpi_id']}: {part} is {ours}, in the catalogue {said}")
    assert wrong == []
