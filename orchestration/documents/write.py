"""Write the generated pages into the documentation."""

from pathlib import Path

from orchestration.documents.contract_pages import contract_pages
from orchestration.documents.exposures import PAGE, exposures_page
from orchestration.documents.kpi_pages import kpi_pages
from orchestration.documents.mart_pages import dictionary_page, mart_pages
from orchestration.transform.project import Manifest

EXAMPLE = Path("tests") / "fixtures" / "golden"


def generated_pages(manifest: Manifest, project: Path) -> dict[str, str]:
    """Return every generated page: path below ``docs/`` -> Markdown."""
    pages = {
        "kpis": kpi_pages(manifest, project / EXAMPLE),
        "contracts": contract_pages(manifest),
        "marts": mart_pages(manifest),
    }
    found = {f"{folder}/{name}": text for folder, own in pages.items() for name, text in own.items()}
    return found | {"data-dictionary.md": dictionary_page(manifest)}


def write_pages(manifest: Manifest, project: Path) -> tuple[int, int]:
    """Write the pages below ``docs/`` and ``models/exposures.yml``, and remove pages of what is no more.

    Return how many there are and how many changed.
    """
    docs = project / "docs"
    pages = generated_pages(manifest, project)
    changed = 0
    for name, text in pages.items():
        page = docs / name
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
            changed += 1
    for folder in {Path(name).parent for name in pages if "/" in name}:
        for page in (docs / folder).glob("*.md"):
            if page.relative_to(docs).as_posix() not in pages:
                page.unlink()
                changed += 1
    exposures, text = project / PAGE, exposures_page(manifest, project)
    if not exposures.is_file() or exposures.read_text(encoding="utf-8") != text:
        exposures.parent.mkdir(exist_ok=True)
        exposures.write_text(text, encoding="utf-8")
        changed += 1
    return len(pages) + 1, changed
