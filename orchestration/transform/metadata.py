"""The schema of ``config.meta``: what models, metrics and tests may say of themselves, held before anything is built.

dbt accepts any key there, so a misspelt scope would be no error but a KPI without that scope. Extracts (``extract`` of
sources and the meta of their columns) are held by ``ingest.declarations``, boards by ``boards.declare``.
What does not belong here: where in a file an entry stands (``places``).
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from orchestration.transform.macros import returned
from orchestration.transform.places import Entry, place_of
from orchestration.transform.project import Manifest, default_parameters

Unit = Literal[
    "percent", "net_points", "points", "score", "count", "per_hour", "per_interval", "seconds", "hours", "currency"
]
Additivity = Literal["additive", "ratio_of_sums", "semi_additive_last", "max", "cohort", "non_additive"]
Role = Literal["agent", "team_lead", "ops_manager", "trainer", "wfm_planner", "qa_specialist"]

QUOTED = re.compile(r"'([a-z_]+)'")


class MetadataError(ValueError):
    """Metadata that nobody would read as it is meant; every line of the message names file, line and entry."""


class _Meta(BaseModel):
    """Unknown keys are errors, and a number is no text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Confidence(_Meta):
    """Which confidence interval a value has, and the parts that it needs."""

    method: Literal["wilson", "mean", "skewed_mean", "net"]
    squares: str | None = None
    positive: str | None = None
    negative: str | None = None
    lowest: float | None = None
    highest: float | None = None

    @property
    def measures(self) -> tuple[str | None, ...]:
        """The metrics that it names."""
        return (self.squares, self.positive, self.negative)


class Change(_Meta):
    """From when on a change counts, where the rule of the KPI's unit does not fit (macro ``kpi_change_rule``)."""

    minimum: float | None = None
    kind: Literal["share", "difference"] | None = None
    chance: Literal["proportion", "numerator", "denominator"] | None = None
    dispersion: float | None = None


class Recorded(_Meta):
    """Which cases a source recorded: the measures that count them, all cases, and those with each part of a sum."""

    by: str | None = None
    of: str | None = None
    parts: dict[str, str] = Field(default_factory=dict)


class Kpi(_Meta):
    """``meta.kpi`` of a metric. What a variant leaves out it takes from its KPI's default."""

    kpi_id: str
    variant: str
    component: str
    multiplier: float
    name: str | None = None
    aliases: list[str] | None = None
    category: Literal["customer_satisfaction", "operational_efficiency", "people", "business_value"] | None = None
    unit: Unit | None = None
    direction: Literal["higher", "lower", "range", "context", "neutral"] | None = None
    additivity: Additivity | None = None
    tier: Literal["core", "supporting"] | None = None
    owner: str | None = None
    source: str | None = None
    classes: list[Literal["historical", "real_time", "customer"]] | None = None
    roles: list[Role] | None = None
    scopes: list[str] | None = None
    periods: list[str] | None = None
    final_after_days: int | None = None
    traps: list[str] | None = None
    confidence: Literal["wilson", "skewed_mean"] | Confidence | None = None
    change: Change | None = None
    recorded: Recorded | None = None
    cases: str | None = None
    sampled: bool | None = None
    does_not_add_up: str | None = None
    excluded: str | None = None
    minimum_sample: str | int | None = None
    suppress_below: int | None = None
    version: int | None = None
    strategic_objective: str | None = None
    is_active: bool | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        """The metrics that it names beside numerator and denominator, which dbt itself looks up."""
        more = self.confidence.measures if isinstance(self.confidence, Confidence) else ()
        recorded = self.recorded or Recorded()
        counted = (recorded.by, recorded.of, *recorded.parts.values())
        return tuple(name for name in (self.cases, self.excluded, *more, *counted) if name is not None)


class MetricMeta(_Meta):
    """``config.meta`` of a metric: a KPI, or a part."""

    kpi: Kpi | None = None
    take: Literal["last"] | None = None


class Touched(_Meta):
    """What a refresh rebuilds of a model; the shapes are listed beside the macro ``touched``."""

    subjects: list[str] = []
    column: str | None = None
    period: str | None = None
    periods: list[str] = []
    counted: list[str] = []
    customers: bool = False
    tickets: bool = False
    values_of_every_subject: bool = False


class Summed(_Meta):
    """A part that sums a column of the records that it names, or takes the largest."""

    where: str = "true"
    sum: str | None = None
    max: str | None = None


class Evidence(_Meta):
    """Records that a component is summed from, for ``contact-center explain``."""

    table: str
    id: str
    called: str | None = None
    where: str | None = None
    day: str | None = None
    columns: dict[str, str] | None = None
    every_column: bool | None = None
    parts: dict[str, str | Summed] = Field(default_factory=dict)
    sums: list[str] = []


class Allowance(_Meta):
    """Permission to publish although a test warns."""

    reason: str = Field(min_length=1)
    until: str | datetime.date


class ModelMeta(_Meta):
    """``config.meta`` of a model or seed."""

    published: bool | Literal["view"] = False
    published_in_parts: str | None = None
    published_order: str | None = None
    published_where: str | None = None
    touched: Touched | None = None
    explained_by: list[Evidence] = []
    counts: list[str] = []
    """Contract entities that a KPI component counts, where they are not the nearest ones that it reads."""
    records: dict[str, Literal["absent", "partly", "always"] | list[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _published(self) -> "ModelMeta":
        if not self.published and (self.published_in_parts or self.published_order or self.published_where):
            raise ValueError("says how it is published, but not `published: true`")
        return self


class ColumnMeta(_Meta):
    """``config.meta`` of a column of a model: nothing reads any. Personal data are declared at the source."""


class TestMeta(_Meta):
    """``config.meta`` of a data test."""

    allowance: Allowance | None = None


SCHEMAS: Mapping[str, type[_Meta]] = {
    "model": ModelMeta,
    "seed": ModelMeta,
    "metric": MetricMeta,
    "test": TestMeta,
}
"""By what dbt calls the kind of a node."""


def check_metadata(manifest: Manifest, project: Path) -> None:
    """Raise ``MetadataError`` with every entry of ``config.meta`` that has an unknown key, value or name."""
    problems = [problem for entry in _entries(manifest) for problem in _Checked(manifest, project, entry).problems()]
    problems += _variants_without_kpi(manifest, project)
    if problems:
        raise MetadataError("; ".join(problems))


def _entries(manifest: Manifest) -> Iterator[Entry]:
    for kind in ("nodes", "metrics"):
        for node in manifest[kind].values():
            if node["resource_type"] in SCHEMAS and node["package_name"] == manifest["metadata"]["project_name"]:
                meta = {**(node.get("meta") or {}), **((node.get("config") or {}).get("meta") or {})}
                yield Entry(node["resource_type"], node["name"], node, meta)
                for name, column in (node.get("columns") or {}).items():
                    meta = {**(column.get("meta") or {}), **((column.get("config") or {}).get("meta") or {})}
                    if meta:
                        yield Entry(node["resource_type"], node["name"], node, meta, name)


class _Checked:
    """One entry, held against its schema and against what the project has."""

    def __init__(self, manifest: Manifest, project: Path, entry: Entry) -> None:
        self.manifest = manifest
        self.project = project
        self.entry = entry

    def problems(self) -> Iterator[str]:
        schema = SCHEMAS[self.entry.kind] if self.entry.column is None else ColumnMeta
        try:
            meta = schema.model_validate(self.entry.meta)
        except ValidationError as error:
            for problem in error.errors():
                yield self.told(problem["loc"], _reason(problem, schema))
            return
        if isinstance(meta, MetricMeta) and meta.kpi is not None:
            yield from self._kpi(meta.kpi)
        if isinstance(meta, ModelMeta):
            yield from self._model(meta)

    def told(self, location: tuple[int | str, ...], what: str, depth: int | None = None) -> str:
        """Return a problem, led by where it stands; ``depth`` is how many of its steps are shown."""
        shown = [str(step) for step in location[:depth]]
        path = ".".join(step for step in shown if step not in ("Confidence", "Summed") and "[" not in step)
        return f"{place_of(self.project, self.entry, location)}: {self.entry.text}: {path}: {what}"

    def known(self, location: tuple[str, ...], names: Iterable[str], known: Iterable[str], kind: str) -> Iterator[str]:
        """Yield a problem for every name that is not known."""
        offered = sorted(known)
        for number, name in enumerate(names):
            if name not in offered:
                near = get_close_matches(name, offered, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {_listed(offered)}"
                yield self.told((*location, number, name), f"there is no {kind} {name!r}; {hint}", len(location))

    def _kpi(self, kpi: Kpi) -> Iterator[str]:
        scopes = {"enterprise", *returned(self.manifest, "scope_columns")}
        yield from self.known(("kpi", "scopes"), kpi.scopes or (), scopes, "scope")
        yield from self.known(("kpi", "periods"), kpi.periods or (), returned(self.manifest, "period_types"), "period")
        metrics = [metric["name"] for metric in self.manifest["metrics"].values()]
        yield from self.known(("kpi",), kpi.measures, metrics, "measure")
        components = _names(self.manifest, "kpi_component_")
        yield from self.known(("kpi", "component"), [kpi.component], components, "component")
        if isinstance(kpi.minimum_sample, str):
            parameters = default_parameters(self.project)
            yield from self.known(("kpi", "minimum_sample"), [kpi.minimum_sample], parameters, "parameter")
        if kpi.variant == "default":
            for key in ("name", "category", "unit", "direction", "additivity", "owner", "scopes", "final_after_days"):
                if getattr(kpi, key) is None:
                    yield self.told(("kpi",), f"the default of a KPI needs {key}")

    def _model(self, meta: ModelMeta) -> Iterator[str]:
        periods = returned(self.manifest, "period_types")
        touched = meta.touched or Touched()
        yield from self.known(("touched", "periods"), touched.periods, periods, "period")
        yield from self.known(("touched", "counted"), touched.counted, periods, "period")
        yield from self.known(("touched", "subjects"), touched.subjects, _subjects(self.manifest), "subject")
        models = [
            node["name"] for node in self.manifest["nodes"].values() if node["resource_type"] in ("model", "seed")
        ]
        entity = self.entry.name.split("__", 1)[-1]
        columns = next((n["columns"] for n in self.manifest["nodes"].values() if n["name"] == entity), ())
        yield from self.known(("records",), meta.records, columns, "column")
        for number, evidence in enumerate(meta.explained_by):
            where = ("explained_by", str(number))
            yield from self.known((*where, "table"), [evidence.table], models, "model")
            yield from self.known((*where, "parts"), evidence.parts, self.entry.node["columns"], "measure")
            yield from self.known((*where, "sums"), evidence.sums, self.entry.node["columns"], "measure")
        yield from self.known(("counts",), meta.counts, models, "model")


def _reason(problem: Mapping[str, Any], schema: type[BaseModel]) -> str:
    """Return what is wrong, with the nearest known key where one is unknown."""
    if problem["type"] != "extra_forbidden":
        given = "" if isinstance(problem["input"], Mapping) else f", is {problem['input']!r}"
        return f"{problem['msg'][0].lower()}{problem['msg'][1:]}{given}"
    known = sorted(_keys(schema, problem["loc"][:-1]))
    if not known:
        return "nothing reads the meta of a model's column: extracts say there what their columns hold"
    near = get_close_matches(str(problem["loc"][-1]), known, n=1)
    return "unknown key; " + (f"did you mean {near[0]}?" if near else f"known are {_listed(known)}")


def _keys(schema: type[BaseModel], location: tuple[int | str, ...]) -> Iterable[str]:
    """Return the keys that the mapping at a place below a schema may have."""
    parts: Mapping[str, type[BaseModel]] = {
        "kpi": Kpi,
        "confidence": Confidence,
        "change": Change,
        "recorded": Recorded,
        "touched": Touched,
        "explained_by": Evidence,
        "parts": Summed,
        "allowance": Allowance,
    }
    found = schema
    for step in location:
        found = parts.get(str(step), found)
    return found.model_fields


def _listed(names: list[str]) -> str:
    return ", ".join(names[:30])


def _names(manifest: Manifest, prefix: str) -> list[str]:
    """Return what follows a prefix in the names of the models that begin with it."""
    return [
        str(node["name"]).removeprefix(prefix)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and str(node["name"]).startswith(prefix)
    ]


def _subjects(manifest: Manifest) -> set[str]:
    """Return the subjects that the models which say what is affected can write."""
    return {
        word
        for node in manifest["nodes"].values()
        if str(node["name"]).startswith("changed_")
        for word in QUOTED.findall(str(node["raw_code"]))
    }


def _variants_without_kpi(manifest: Manifest, project: Path) -> Iterator[str]:
    """Yield every variant whose KPI has no default: most likely the KPI is misspelt."""
    kpis = [(entry, entry.meta["kpi"]) for entry in _entries(manifest) if isinstance(entry.meta.get("kpi"), Mapping)]
    defaults = [str(kpi.get("kpi_id")) for _, kpi in kpis if kpi.get("variant") == "default"]
    for entry, kpi in kpis:
        kpi_id = str(kpi.get("kpi_id"))
        if kpi_id not in defaults:
            checked = _Checked(manifest, project, entry)
            yield from checked.known(("kpi", "kpi_id"), [kpi_id], defaults, "KPI")
