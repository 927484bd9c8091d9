"""What the dbt project is: its fingerprint, its manifest, its parameters and the extracts it declares.

What does not belong here: running models (``runner``), reading what a run did (``results``).
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.transform.parameters import ParameterError, Rule, read_file, read_rules, violations

CODE = ("dbt_project.yml", "models", "macros", "seeds", "snapshots")
"""What decides the numbers: a change here makes the next refresh rebuild everything."""

TELLS_ONLY = frozenset({"models/exposures.yml", "models/overview.md"})
"""Files among the code that tell of the project and decide no number."""

PARSED = (*CODE, "profiles.yml", "tests/data")
"""What decides the manifest: a change here makes the next start parse the project again."""

NOT_PARAMETERS = frozenset({"systems", "as_of", "parameter_rules"})
"""Variables of the project that are not KPI parameters."""

Manifest = Mapping[str, Any]
"""The dbt manifest as parsed JSON."""


@dataclass(frozen=True)
class DbtPaths:
    """Where dbt reads and writes: everything it writes lies under one home."""

    project: Path
    state: Path

    @property
    def target(self) -> Path:
        """Folder of manifest, run results and parse cache."""
        return self.state / "target"

    @property
    def logs(self) -> Path:
        """Folder of dbt's own log."""
        return self.state / "logs"

    @property
    def manifest(self) -> Path:
        """The manifest that the last parse or run wrote."""
        return self.target / "manifest.json"

    @property
    def fingerprint(self) -> Path:
        """Remembers which files the manifest was parsed from."""
        return self.target / "parsed_from.txt"

    @property
    def run_results(self) -> Path:
        """What the last run did, node by node."""
        return self.target / "run_results.json"


def project_files(project_dir: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files of a project below the given files and folders, in the same order everywhere; no hidden ones."""
    for name in names:
        path = project_dir / name
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))


def project_fingerprint(project_dir: Path, names: tuple[str, ...] = CODE) -> str:
    """Return a hash (64 hexadecimal digits) over names and bytes of the project's files.

    Independent of where the project lies and of file times.
    """
    digest = hashlib.sha256()
    for file in project_files(project_dir, names):
        if names == CODE and file.relative_to(project_dir).as_posix() in TELLS_ONLY:
            continue
        digest.update(file.relative_to(project_dir).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def manifest_is_current(paths: DbtPaths) -> bool:
    """Whether the manifest on disk was parsed from the files as they are now."""
    if not (paths.manifest.is_file() and paths.fingerprint.is_file()):
        return False
    return paths.fingerprint.read_text() == project_fingerprint(paths.project, PARSED)


def read_manifest(paths: DbtPaths) -> Manifest:
    """Return the manifest on disk."""
    manifest: Manifest = json.loads(paths.manifest.read_text())
    return manifest


def manifest_if_there(paths: DbtPaths) -> Manifest | None:
    """Return the manifest that the last parse or run wrote; None before the first one, and for half a file.

    A kill or a full disk can leave half of it; then it is parsed anew.
    """
    try:
        return read_manifest(paths)
    except (FileNotFoundError, ValueError):
        return None


def project_variables(project_dir: Path) -> dict[str, Any]:
    """Return the variables of ``dbt_project.yml`` with their defaults."""
    project = yaml.safe_load((project_dir / "dbt_project.yml").read_text())
    return dict(project.get("vars") or {})


def default_parameters(project_dir: Path) -> dict[str, Any]:
    """Return the KPI parameters and their defaults: every variable of the project but ``NOT_PARAMETERS``."""
    return {name: value for name, value in project_variables(project_dir).items() if name not in NOT_PARAMETERS}


def operators_defaults(defaults: Mapping[str, Any], time_zone: str) -> dict[str, Any]:
    """Return the defaults where the operator's zone is set: where no site is known, it counts instead of UTC."""
    return {**defaults, **({"reporting_time_zone": time_zone} if "reporting_time_zone" in defaults else {})}


def parameter_rules(project_dir: Path) -> dict[str, Rule]:
    """Return what values the parameters of a project may have, by name."""
    return read_rules(project_variables(project_dir))


def checked_parameters(
    given: Mapping[str, Any],
    defaults: Mapping[str, Any],
    rules: Mapping[str, Rule],
    where: Callable[[str], str] = lambda _: "",
) -> dict[str, Any]:
    """Return the given parameters that differ from their defaults.

    Raises ``ParameterError`` with every name that the project does not know and every value that its rules do not
    allow, each behind the place that ``where`` gives for the parameter.
    """
    if wrong := [f"{where(name)}{problem}" for name, problem in violations(given, defaults, rules)]:
        raise ParameterError("\n".join(wrong))
    return {name: value for name, value in given.items() if value != defaults[name]}


def overriding(given: Mapping[str, Any], project_dir: Path, time_zone: str) -> dict[str, Any]:
    """Return what a refresh passes to dbt: given parameters and the operator's zone, where they differ from defaults.

    Raises ``ParameterError`` for what ``checked_parameters`` refuses.
    """
    defaults = default_parameters(project_dir)
    usual = operators_defaults(defaults, time_zone)
    zone = {name: value for name, value in usual.items() if value != defaults[name]}
    return checked_parameters({**zone, **given}, defaults, parameter_rules(project_dir))


def read_parameters(file: Path, defaults: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Return the overrides that a YAML file (name: value) makes to the defaults.

    Raises ``ParameterError`` when the file cannot be read, is no mapping, or fails ``checked_parameters``.
    """
    given, lines = read_file(file)

    def where(name: str) -> str:
        return f"{file}:{lines.get(name, lines.get(name.partition('.')[0], 1))}: "

    return checked_parameters(given, defaults, rules, where)


def parameter_set(overrides: Mapping[str, Any]) -> str:
    """Return the name of a set of overrides: ``default``, or ``custom-`` and 12 digits of its hash."""
    if not overrides:
        return "default"
    text = json.dumps(overrides, sort_keys=True, default=str)
    return f"custom-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def declared_sources(manifest: Manifest) -> dict[str, Mapping[str, Any]]:
    """Return the sources that declare an extract, by ``<system>__<entity>`` (the raw table's name)."""
    sources = {
        f"{source['source_name']}__{source['name']}": source
        for source in manifest["sources"].values()
        if _meta(source).get("extract")
    }
    return dict(sorted(sources.items()))


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = (node.get("config") or {}).get("meta") or {}
    return meta


def published_models(manifest: Manifest) -> dict[str, Mapping[str, Any]]:
    """Return the models whose ``config.meta.published`` is true, or ``view``, by name."""
    models = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed") and _meta(node).get("published") in (True, "view")
    }
    return dict(sorted(models.items()))
