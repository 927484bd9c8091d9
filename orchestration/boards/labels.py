"""The languages of boards: labels from the translation seed, a KPI's name by ``kpi:<id>``, any other by its English.

A label that is not translated is shown in English; that every label is, a test makes sure. How a language writes
numbers does not belong here (``numbers``).
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Label:
    """A text that a reader's language may replace; ``key`` is empty for names of people's own things."""

    text: str
    key: str = ""


@dataclass(frozen=True)
class Language:
    """A language to draw boards in: its ISO code, its labels by key, and whether its pages lie at the top."""

    code: str
    labels: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = True

    @property
    def name(self) -> str:
        """What its speakers call it."""
        return LANGUAGES[self.code]

    @property
    def direction(self) -> str:
        """Which way it is read, as HTML says it."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    @property
    def folder(self) -> str:
        """Folder of its pages within the site; the first language has the site's own."""
        return "" if self.is_first else self.code

    def say(self, label: Label) -> str:
        """Return a label in this language."""
        return self.labels.get(label.key, label.text)

    def path_to(self, other: "Language") -> str:
        """Return the way from this language's pages to another's, as it leads a link."""
        return ("" if self.is_first else "../") + (f"{other.folder}/" if other.folder else "")


def isolated(text: str, code: str) -> str:
    """Return a text as a drawing needs it: SVG is laid out from the left, so what is read from the right says so."""
    return f"\u2067{text}\u2069" if text and code in RIGHT_TO_LEFT else text


def words(text: str) -> Label:
    """Return a label of the board itself: its English is its key."""
    return Label(text, text)


def languages_of(project_dir: Path, codes: Sequence[str]) -> tuple[Language, ...]:
    """Return languages with a project's translations, the first one first."""
    translations = load_translations(project_dir)
    return tuple(
        Language(code, {key: own[code] for key, own in translations.items() if own.get(code)}, code == codes[0])
        for code in codes
    )


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
