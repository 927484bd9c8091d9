"""Write the generated pages into the documentation."""

from pathlib import Path

from orchestration.documents.contract_pages import contract_pages
from orchestration.documents.kpi_pages import kpi_pages
from orchestration.transform.project import Manifest

EXAMPLE = Path("tests") / "fixtures" / "golden"


def generated_pages(manifest: Manifest, project: Path) -> dict[str, str]:
    """Return every generated page: path below ``docs/`` -> Markdown."""
    pages = {"kpis": kpi_pages(manifest, project / EXAMPLE), "contracts": contract_pages(manifest)}
    return {f"{folder}/{name}": text for folder, found in pages.items() for name, text in found.items()}


def write_pages(manifest: Manifest, project: Path) -> tuple[int, int]:
    """Write the pages below ``docs/`` and remove those of what is no more; return (pages, how many changed)."""
    docs = project / "docs"
    pages = generated_pages(manifest, project)
    changed = 0
    for name, text in pages.items():
        page = docs / name
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
            changed += 1
    for folder in {Path(name).parent for name in pages}:
        for page in (docs / folder).glob("*.md"):
            if page.relative_to(docs).as_posix() not in pages:
                page.unlink()
                changed += 1
    return len(pages), changed
