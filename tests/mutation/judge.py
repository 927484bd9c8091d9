"""Is a mutant caught? Its KPI values are held against those that are proven right, row by row."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.settings import PROJECT_DIR
from orchestration.transform.command import build_arguments, common_arguments
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
        """Return what notices a mutant of the SQL: a wrong row, dbt's own error, or a unit test of the model."""
        with self._changed({mutant.file: mutant.text}) as copy:
            bad = self._build(copy, f"{mutant.file.stem}+")
            if bad:
                return f"{bad} cannot be built"
            for key, parts in self._wrong(copy).items():
                return f"{' '.join(str(part) for part in key if part is not None)}: {parts}, right is {self.right[key]}"
            unit_tests = ["test", *common_arguments(self.paths), "--select", f"{mutant.file.stem},test_type:unit"]
            failed = failures(run_dbt(unit_tests, copy.home))
            return f"{failed[0].node.name} fails" if failed else None

    def caught_together(self, broken: Mapping[Path, str]) -> set[tuple[str, str]]:
        """Return every KPI and variant with a wrong row when many definitions are broken at once, each by itself."""
        with self._changed(broken) as copy:
            bad = self._build(copy, "path:models/marts/kpi")
            assert not bad, f"{bad} cannot be built"
            return {(str(key[0]), str(key[1])) for key in self._wrong(copy)}

    @contextlib.contextmanager
    def _changed(self, texts: Mapping[Path, str]) -> Iterator[Nights]:
        """Give a copy of the warehouse to build in, while files of the scratch project hold other texts."""
        copy = Nights(self.scratch / "mutant", self.scratch / "state")
        shutil.rmtree(copy.home, ignore_errors=True)
        copy.home.mkdir()
        shutil.copy(self.nights.warehouse, copy.warehouse)
        originals = {file: (self.project / file).read_text() for file in texts}
        for file, text in texts.items():
            (self.project / file).write_text(text)
        try:
            yield copy
        finally:
            for file, text in originals.items():
                (self.project / file).write_text(text)

    def _build(self, copy: Nights, selected: str) -> str | None:
        """Build models in a copy; return the name of one that cannot be built."""
        arguments = build_arguments(self.paths, full_refresh=True, parameters=self.parameters)
        arguments += ["--no-write-json", "--exclude-resource-type", "test", "--select", selected]
        bad = failures(run_dbt(arguments, copy.home))
        return bad[0].node.name if bad else None

    def _wrong(self, copy: Nights) -> dict[tuple[Any, ...], tuple[Any, ...] | None]:
        """Return the rows of a copy that are not what is right, by key; None for one that is gone."""
        found = self._rows(copy)
        return {key: found.get(key) for key, parts in self.right.items() if found.get(key) != parts}
