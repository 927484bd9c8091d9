"""Labels in other languages, from the translation seed: a KPI's name by ``kpi:<id>``, any other label by its English.

A label that is not translated is shown in English; that every label is, a test makes sure.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

SEED = Path("seeds/label_translation.csv")
LANGUAGES = {
    "en": "English",
    "fa": "فارسی",
    "zh": "中文",
    "id": "Bahasa Indonesia",
    "he": "עברית",
    "tr": "Türkçe",
}
RIGHT_TO_LEFT = frozenset({"fa", "he"})
KEY = "label_key"

Translations = Mapping[str, Mapping[str, str]]
"""By label key, then by language."""


def load_translations(project_dir: Path) -> Translations:
    """Return the translations of a project; none where it has no seed of them."""
    file = project_dir / SEED
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as stream:
        return {row.pop(KEY): row for row in csv.DictReader(stream)}


def kpi_key(kpi_id: str) -> str:
    """Return the label key of a KPI's name."""
    return f"kpi:{kpi_id}"
