"""Which tables a refresh builds anew, decided from what is recorded of who wrote them.

dbt itself records every build in ``meta.model_build`` before it writes (macro ``record_builds``). A table is trusted
when its last complete refresh, and every attempt since, built it with the fingerprint that it would have now. Whatever
is not trusted is built anew with all that takes its content from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from orchestration.ingest import books
from orchestration.publish.columns import quoted
from orchestration.transform.fingerprints import built_nodes, content_parents, with_what_follows
from orchestration.transform.project import Manifest

FIRST = "no refresh has been completed yet"

RUN = "_run_id"
"""Column of the tables whose rows say which run wrote them."""

NAMED = 5
"""How many models a reason names."""


@dataclass(frozen=True)
class BuildPlan:
    """What a refresh is to build: the fingerprint of every model, those built anew, and why (empty: none is)."""

    fingerprints: Mapping[str, str]
    anew: frozenset[str]
    reason: str

    @property
    def is_full(self) -> bool:
        """Whether everything is built anew."""
        return len(self.anew) == len(self.fingerprints)

    @property
    def text(self) -> str:
        """What is built anew and why, for the log; empty when nothing is, and at the first refresh."""
        if self.reason in ("", FIRST):
            return ""
        return f"everything anew: {self.reason}" if self.is_full else f"{len(self.anew)} models anew: {self.reason}"


def plan_builds(
    con: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    fingerprints: Mapping[str, str],
    *,
    parameters: str,
    as_of: datetime,
    asked: bool = False,
    is_seal_broken: bool = False,
) -> BuildPlan:
    """Return what to build anew: everything when the warehouse as a whole cannot be continued, else what differs.

    ``fingerprints`` are those that the models would have now, ``parameters`` names the set of this refresh.
    """
    reason = _reason_for_everything(con, parameters=parameters, as_of=as_of, asked=asked, is_seal_broken=is_seal_broken)
    if reason:
        return BuildPlan(fingerprints, frozenset(fingerprints), reason)
    differing = {model: why for model, why in _differing(con, fingerprints).items() if why}
    anew = with_what_follows(differing, manifest)
    if len(anew) == len(fingerprints):
        return BuildPlan(
            fingerprints, frozenset(anew), "the code that all models share, or what they begin with, changed"
        )
    return BuildPlan(fingerprints, frozenset(anew), _told(differing, anew, manifest))


def _reason_for_everything(
    con: duckdb.DuckDBPyConnection, *, parameters: str, as_of: datetime, asked: bool, is_seal_broken: bool
) -> str:
    complete = books.last_complete(con)
    if complete is None:
        return FIRST
    if asked:
        return "a full refresh was asked for"
    erased = con.execute("select count(*) from meta.erasure where after_refresh >= ?", [complete.refresh_id]).fetchall()
    if erased != [(0,)]:
        return "a customer was erased"
    unloaded = "select count(*) from meta.loaded_file where unloaded_after >= ?"
    if con.execute(unloaded, [complete.refresh_id]).fetchall() != [(0,)]:
        return "a file was unloaded"
    if is_seal_broken:
        return "the warehouse was written by something else than a refresh"
    if complete.parameter_set != parameters:
        return "the parameters changed"
    if complete.as_of is not None and as_of < complete.as_of:
        return "the as-of instant goes back in time"
    return ""


def _differing(con: duckdb.DuckDBPyConnection, fingerprints: Mapping[str, str]) -> dict[str, str]:
    """Return by model why its table is not what it would be now; an empty text where it is."""
    rows = con.execute(
        """
        with complete as (
            select coalesce(max(refresh_id), 0) as refresh_id from meta.refresh where status = 'complete'
        )
        select
            build.model,
            max_by(build.fingerprint, build.started_at) filter (where build.refresh_id <= complete.refresh_id),
            list(distinct build.fingerprint) filter (where build.refresh_id > complete.refresh_id),
            coalesce(bool_or(build.is_rebuilt) filter (where build.refresh_id > complete.refresh_id), false)
        from meta.model_build as build
        cross join complete
        group by build.model
        """
    ).fetchall()
    built = {model: (before, since or [], is_unfinished) for model, before, since, is_unfinished in rows}
    return {
        model: _why(*built.get(model, (None, [], False)), fingerprint) for model, fingerprint in fingerprints.items()
    }


def _why(before: str | None, since: list[str], is_unfinished: bool, fingerprint: str) -> str:
    if before is None:
        return "no complete refresh built it"
    if before != fingerprint or any(other != fingerprint for other in since):
        return "it was built with other code"
    return "a refresh that built it anew was not completed" if is_unfinished else ""


def _told(differing: Mapping[str, str], anew: set[str], manifest: Manifest) -> str:
    """Say which models differ by themselves, and how many follow from them."""
    nodes, parents = built_nodes(manifest), content_parents(manifest)
    first = sorted(model for model in differing if not parents[model] & differing.keys())
    if not first:
        return ""
    named = ", ".join(f"{nodes[model]['name']} ({differing[model]})" for model in first[:NAMED])
    more = f" and {len(first) - NAMED} more" if len(first) > NAMED else ""
    return f"{named}{more}; {len(anew) - len(first)} models that read from there follow"


def write_plan(con: duckdb.DuckDBPyConnection, plan: BuildPlan, refresh_id: int, parameters: str) -> None:
    """Write the plan where dbt reads it, note in the run log why tables are built anew, and forget old builds.

    Of builds before the last complete refresh only the newest of each model is kept.
    """
    con.execute("delete from meta.planned_model")
    con.execute(
        "insert into meta.planned_model select unnest(?), unnest(?), unnest(?), ?, ?",
        [
            list(plan.fingerprints),
            list(plan.fingerprints.values()),
            [model in plan.anew for model in plan.fingerprints],
            parameters,
            refresh_id,
        ],
    )
    con.execute(
        "update meta.refresh set is_full = ?, rebuild_reason = ? where refresh_id = ?",
        [plan.is_full, plan.reason or None, refresh_id],
    )
    con.execute(
        """
        delete from meta.model_build as build
        where build.refresh_id < (select max(refresh_id) from meta.refresh where status = 'complete')
            and exists (
                select 1 from meta.model_build as later
                where later.model = build.model and later.refresh_id > build.refresh_id
                    and later.refresh_id <= (select max(refresh_id) from meta.refresh where status = 'complete')
            )
        """
    )


def distrust(con: duckdb.DuckDBPyConnection, refresh_id: int) -> None:
    """Note that nobody knows what a refresh built, so that the next one builds it anew."""
    con.execute("update meta.model_build set fingerprint = 'unknown' where refresh_id = ?", [refresh_id])


def read_plan(con: duckdb.DuckDBPyConnection, refresh_id: int) -> BuildPlan:
    """Return the plan of the newest refresh as it was written; without its reason."""
    rows = con.execute(
        "select model, fingerprint, is_rebuilt from meta.planned_model where refresh_id = ?", [refresh_id]
    ).fetchall()
    anew = frozenset(model for model, _, is_rebuilt in rows if is_rebuilt)
    return BuildPlan({model: fingerprint for model, fingerprint, _ in rows}, anew, "")


def build_refusals(con: duckdb.DuckDBPyConnection, manifest: Manifest, plan: BuildPlan, refresh_id: int) -> list[str]:
    """Return the tables that this refresh did not write as planned, and those with rows of unknown runs."""
    rows = con.execute(
        "select model, list(distinct fingerprint) from meta.model_build where refresh_id = ? group by model",
        [refresh_id],
    ).fetchall()
    written: dict[str, list[str]] = dict(rows)
    unrecorded = [
        f"{model} was not written by this refresh with the code and parameters that it has now"
        for model, node in sorted(built_nodes(manifest).items())
        if node["config"].get("materialized") != "ephemeral" and written.get(model) != [plan.fingerprints[model]]
    ]
    return unrecorded + [refusal for node in built_nodes(manifest).values() if (refusal := _unknown_rows(con, node))]


def _unknown_rows(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> str:
    """Return a refusal if a table has rows of a run that is in no refresh; its rows name their run in ``_run_id``."""
    if RUN not in node.get("columns", {}) or node["config"].get("materialized") == "view":
        return ""
    table = f"{quoted(node['schema'])}.{quoted(node.get('alias') or node['name'])}"
    [(count,)] = con.execute(
        f"select count(*) from {table} where {RUN} is null or {RUN} not in (select run_id from meta.refresh)"
    ).fetchall()
    return f"{node['name']} has {count} rows that no refresh wrote" if count else ""
