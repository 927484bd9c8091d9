"""Is a mutant caught? Its KPI values are held against those that are proven right, row by row."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.settings import PROJECT_DIR
from orchestration.transform.command import build_arguments
from orchestration.transform.project import DbtPaths
from tests.mutation.mutants import Mutant
from tests.reference.catalogue import values
from tests.reference.center import Center
from tests.support.nights import Nights, failures, run_dbt

PARTS = ("dbt_project.yml", "profiles.yml", "macros", "seeds", "models")

ROWS = (
    "select kpi_id, variant, period_type, period_start, scope_type, scope_id, numerator, denominator, value"
    " from marts.kpi_value"
)


@dataclass
class Judge:
    """A finished warehouse, the rows of it that a test holds against another computation, and a scratch project.

    ``right`` maps (KPI, variant, period type, start, scope type, scope id) to (numerator, denominator, value), for
    every row that the independent computation in ``tests/reference`` gives too.
    """

    scratch: Path
    nights: Nights
    center: Center
    parameters: Mapping[str, Any]
    right: dict[tuple[Any, ...], tuple[Any, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Copy the project and remember what is right."""
        self.project = self.scratch / "project"
        for name in PARTS:
            source, target = PROJECT_DIR / name, self.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        self.paths = DbtPaths(self.project, self.scratch / "state")
        proven = {(kpi_id, variant, *key) for (kpi_id, variant), found in values(self.center).items() for key in found}
        self.right = {key: parts for key, parts in self._rows(self.nights).items() if key in proven}

    def _rows(self, nights: Nights) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        return {tuple(row[:6]): tuple(row[6:]) for row in nights.query(ROWS)}

    def catches(self, mutant: Mutant) -> str | None:
        """Return what notices the mutant: the first wrong row, or dbt's own error; None when nothing does."""
        file = self.project / mutant.file
        original = file.read_text()
        copy = Nights(self.scratch / "mutant", self.scratch / "state")
        shutil.rmtree(copy.home, ignore_errors=True)
        copy.home.mkdir()
        shutil.copy(self.nights.warehouse, copy.warehouse)
        file.write_text(mutant.text)
        try:
            return self._noticed(mutant, copy)
        finally:
            file.write_text(original)

    def _noticed(self, mutant: Mutant, copy: Nights) -> str | None:
        models = mutant.models
        if models == "kpi_value+":
            subject = self._subject_of(mutant)
            models = f"{subject}+"
        arguments = build_arguments(self.paths, full_refresh=True, parameters=self.parameters)
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select", models]
        bad = failures(run_dbt(arguments, copy.home))
        if bad:
            return f"{bad[0].node.name} cannot be built"
        found = self._rows(copy)
        for key, parts in self.right.items():
            if found.get(key) != parts:
                return f"{' '.join(str(part) for part in key if part is not None)}: {found.get(key)}, right is {parts}"
        return None

    def _subject_of(self, mutant: Mutant) -> str:
        """Return the table of KPI values that a definition goes into, by its component."""
        text = (self.project / mutant.file).read_text()
        block = text[text.index(f"- name: {mutant.where}\n") :]
        component = block.split("component: ", 1)[1].split("\n", 1)[0].strip()
        for table in sorted((self.project / "models/marts/kpi").glob("kpi_value_*.sql")):
            if f"component='{component}'" in table.read_text():
                return table.stem
        raise LookupError(f"no table of KPI values is made from the component {component}")
