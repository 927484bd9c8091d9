"""The generated pages, and the exposures of the boards, say what the definitions say."""

import csv
from pathlib import Path

import pytest
import yaml

from orchestration.boards.gaps import Needs
from orchestration.documents.exposures import PAGE, exposures_page
from orchestration.documents.lineage import Lineage, kpi_metrics
from orchestration.documents.write import generated_pages, write_pages
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.sources import project_declarations
from orchestration.settings import PROJECT_DIR
from orchestration.transform.project import Manifest, published_models


def test_the_pages_in_the_repository_are_those_that_the_definitions_give(manifest: Manifest) -> None:
    pages = generated_pages(manifest, PROJECT_DIR)
    docs = PROJECT_DIR / "docs"
    stale = [name for name, text in pages.items() if not (docs / name).is_file() or (docs / name).read_text() != text]
    assert stale == [], "run: contact-center document"
    kept = {
        page.relative_to(docs).as_posix()
        for folder in ("kpis", "contracts", "marts")
        for page in (docs / folder).glob("*.md")
    }
    assert kept | {"data-dictionary.md"} == set(pages)
    assert (PROJECT_DIR / PAGE).read_text() == exposures_page(manifest, PROJECT_DIR), "run: contact-center document"


def test_the_declarations_read_without_dbt_are_those_of_the_parsed_project(manifest: Manifest) -> None:
    declarations = project_declarations(PROJECT_DIR)
    assert len(declarations) > 50
    assert declarations == load_declarations(manifest)


def test_every_kpi_and_every_extract_has_a_page_with_an_example_and_rules(manifest: Manifest) -> None:
    pages = generated_pages(manifest, PROJECT_DIR)
    kpi_ids = {kpi["kpi_id"] for _, kpi in kpi_metrics(manifest)}
    with (PROJECT_DIR / "tests/fixtures/golden/expected.csv").open(newline="") as file:
        examples = {row["kpi_id"] for row in csv.DictReader(file)}
    for kpi_id in kpi_ids:
        page = pages[f"kpis/{kpi_id}.md"]
        assert f"`{kpi_id}`" in page
        assert kpi_id not in examples or "## Worked out by hand" in page, kpi_id
    for source in manifest["sources"].values():
        if source["source_name"] == "standard":
            page = pages[f"contracts/{source['name']}.md"]
            assert all(f"| `{column}` |" in page for column in source["columns"]), source["name"]


def test_lineage_leads_from_a_column_to_the_kpis_that_stand_on_it(manifest: Manifest) -> None:
    lineage = Lineage(manifest)
    assert "leg" in lineage.components_that_read("contact_segments", "hold_seconds")
    assert "customer" not in lineage.components_that_read("contact_segments", "hold_seconds")
    assert "asterisk" in lineage.filled_by("contact_segments", "queued_at")
    assert "asterisk" not in lineage.filled_by("contacts", "customer_id")
    assert "fct_contact_segment" in lineage.facts_of("leg")


def test_lineage_names_the_extracts_that_a_kpi_counts(manifest: Manifest) -> None:
    needs = Needs(manifest, {"anonymous_bank": {"calls"}})
    assert needs.of(["service_level", "first_contact_resolution_rate"]) == ()
    assert needs.of(["quality_score"]) == ("qa_evaluations",)
    assert needs.of(["callback_success_rate"]) == ("callbacks",)
    assert needs.of(["customer_churn_rate"]) == ("subscriptions",)
    assert needs.of(["average_first_response_time"]) == ("tickets",)
    assert Needs(manifest, {"zendesk": {"tickets"}}).of(["average_first_response_time"]) == ()
    every = {kpi["kpi_id"] for _, kpi in kpi_metrics(manifest)}
    assert [kpi for kpi in sorted(every) if not Needs(manifest, {}).of([kpi])] == []


def test_writing_twice_changes_nothing_and_pages_of_what_is_no_more_go(manifest: Manifest, tmp_path: Path) -> None:
    example = tmp_path / "tests" / "fixtures" / "golden"
    example.mkdir(parents=True)
    (example / "expected.csv").write_text("kpi_id,variant,scope,numerator,denominator,value,arithmetic\n")
    pages, changed = write_pages(manifest, tmp_path)
    assert changed == pages
    (tmp_path / "docs" / "kpis" / "gone.md").write_text("a KPI of the past")
    assert write_pages(manifest, tmp_path) == (pages, 1)
    assert not (tmp_path / "docs" / "kpis" / "gone.md").exists()


def test_every_board_and_the_bundle_is_an_exposure_on_published_models(manifest: Manifest) -> None:
    exposures = {exposure["name"]: exposure for exposure in manifest["exposures"].values()}
    boards = {f"board_{file.stem.replace('-', '_')}" for file in (PROJECT_DIR / "charts").glob("*.yml")}
    assert set(exposures) == boards | {"superset_bundle"}
    published = set(published_models(manifest))
    for name, exposure in exposures.items():
        below = {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]}
        assert below, name
        assert below <= published, name
    below = {node.split(".")[-1] for node in exposures["board_service"]["depends_on"]["nodes"]}
    assert below == {"kpi_value", "dim_kpi"}
    assert "service_level" in exposures["board_service"]["config"]["meta"]["kpis"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"tiles": ["service_levle"]}, "KPI service_levle"),
        ({"charts": [{"chart": "line", "kpi": "no_such"}]}, "KPI no_such"),
        ({"charts": [{"chart": "table", "kpis": ["csat_score", "no_such"]}]}, "KPI no_such"),
        ({"charts": [{"chart": "records", "table": "fct_contact"}]}, "table fct_contact"),
    ],
)
def test_a_board_that_names_what_is_not_published_is_refused(
    manifest: Manifest, tmp_path: Path, entry: dict[str, object], said: str
) -> None:
    (tmp_path / "charts").mkdir()
    board = {"title": "Mine", "sections": [{"title": "One", **entry}]}
    (tmp_path / "charts" / "mine.yml").write_text(yaml.safe_dump(board))
    with pytest.raises(ValueError, match=f"mine.yml names what is not published: {said}"):
        exposures_page(manifest, tmp_path)
