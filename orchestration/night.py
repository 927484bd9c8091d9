"""One night: the object that goes through the stages prepare, load, incoming, dbt, audit, boards, publish.

Every stage is noted in the books with its seconds. A failure closes the refresh there and leaves yesterday's
publication as it was; the next refresh takes in everything delivered since the last complete one.
"""

import contextlib
import itertools
import os
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import duckdb

from orchestration.boards.site import Site, has_boards
from orchestration.ingest import books
from orchestration.ingest.declarations import ExtractDeclaration, load_declarations
from orchestration.ingest.erase import erase_delivered
from orchestration.ingest.load import FileOutcome, LoadReport, load_landing
from orchestration.ingest.public_holidays import load_public_holidays
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.lock import take
from orchestration.outcome import RefreshOutcome as RefreshOutcome
from orchestration.publish.candidate import Origin, discard, write_candidate
from orchestration.publish.gate import (
    ExpectationOutcome,
    count_checks,
    expectation_refusal,
    expected_nodes,
    node_refusals,
    refusals,
)
from orchestration.publish.keep import prune
from orchestration.publish.records import next_release_id
from orchestration.publish.release import Ready, Release, complete, publish
from orchestration.publish.replace import recover
from orchestration.seal import is_broken, unseal
from orchestration.served import close_warehouse, copy_release, draw_release, tell
from orchestration.session import open_warehouse
from orchestration.settings import Settings
from orchestration.stages import (
    STAGES,
    NightFailedError,
    Progress,
    RefreshRunningError,
    Silent,
    Stage,
    latest_midnight,
    local_date,
)
from orchestration.transform.builds import BuildPlan, build_refusals, distrust, plan_builds, write_plan
from orchestration.transform.command import selectors
from orchestration.transform.fingerprints import fingerprints, is_same_code
from orchestration.transform.project import (
    DbtPaths,
    Manifest,
    default_parameters,
    overriding,
    parameter_set,
    project_fingerprint,
    published_models,
)
from orchestration.transform.results import read_results
from orchestration.transform.runner import BuildResult, current_manifest, run_build
from orchestration.validate.borders import (
    Promise,
    check_incoming,
    check_outgoing,
    counted,
    incoming_suites,
    look,
    narrowed,
    outgoing_suites,
)
from orchestration.validate.finding import Finding
from orchestration.validate.records import read_outcomes, record_outcomes

NOTHING_PARTIAL = "only what one refresh has built as a whole is published: start nightly_refresh, without a selection"


def dbt_paths(settings: Settings, project_dir: Path | None = None) -> DbtPaths:
    """Return where dbt works for a home: everything it writes stays in ``<home>/.dbt``."""
    return DbtPaths(project_dir or settings.project_dir, settings.home / ".dbt")


@dataclass
class Night:
    """One refresh of one home. Use as a context manager: it holds the home's lock while it is open.

    ``as_of`` is naive UTC; None means the latest midnight of the operator. ``parameters`` overrides defaults.
    ``is_part``: only some of the assets are made, so nothing is published, and the next refresh begins behind the last
    complete one as if this had not been. ``accepted`` names findings about deliveries that must not stop it.
    """

    settings: Settings
    as_of: datetime | None = None
    parameters: Mapping[str, Any] | None = None
    full_refresh: bool = False
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    progress: Progress = field(default_factory=Silent)
    project_dir: Path | None = None
    is_part: bool = False
    accepted: Collection[str] = ()

    refresh_id: int = field(default=0, init=False)
    plan: BuildPlan | None = field(default=None, init=False)
    stage_seconds: dict[str, float] = field(default_factory=dict, init=False)
    failure: NightFailedError | None = field(default=None, init=False)
    declarations: tuple[ExtractDeclaration, ...] = field(default=(), init=False)
    loaded: LoadReport | None = field(default=None, init=False)
    promised: Promise = field(default_factory=Promise, init=False)
    findings: list[Finding] = field(default_factory=list, init=False)
    incoming: list[ExpectationOutcome] = field(default_factory=list, init=False)
    outgoing: list[ExpectationOutcome] = field(default_factory=list, init=False)
    build: BuildResult | None = field(default=None, init=False)
    ready: Ready | None = field(default=None, init=False)
    release: Release | None = field(default=None, init=False)
    problems: list[str] = field(default_factory=list, init=False)
    site: Site | None = field(default=None, init=False)
    _manifest: Manifest | None = field(default=None, init=False)
    _lock: int | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Take the home's lock. Raises ``RefreshRunningError`` when another process holds it."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        try:
            self._lock = take(self.settings.home)
        except BlockingIOError as error:
            raise RefreshRunningError(f"another refresh of {self.settings.home} is running") from error
        return self

    def __exit__(self, *_: object) -> None:
        """Seal the warehouse and release the lock; a refresh that nobody finished is closed as a part, or as failed."""
        if self.refresh_id and self.is_part and not self.failure:
            self._close("partial")
        elif self.refresh_id and not self.release and not self.failure:
            self.fail(NightFailedError(next(reversed(self.stage_seconds), STAGES[0]), ["stopped before it was done"]))
        close_warehouse(self)
        if self._lock is not None:
            os.close(self._lock)
        self._lock = None
        tell(self)

    @property
    def paths(self) -> DbtPaths:
        """Where dbt works for this home."""
        return dbt_paths(self.settings, self.project_dir)

    @property
    def as_of_instant(self) -> datetime:
        """The instant everything is computed as of, naive UTC."""
        return self.as_of or latest_midnight(self.settings.time_zone)

    @property
    def manifest(self) -> Manifest:
        """The manifest that the night runs with; known after ``begin``."""
        if self._manifest is None:
            raise RuntimeError("the night has not begun")
        return self._manifest

    @property
    def parameter_values(self) -> dict[str, Any]:
        """Every parameter with the value of this night: its default, or what overrides it."""
        return default_parameters(self.paths.project) | dict(self.parameters or {})

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the warehouse for writing."""
        return open_warehouse(self.settings.warehouse)

    def note_stage(self, name: str) -> None:
        """Write the running stage into the books."""
        with self.connect() as con:
            books.set_stage(con, self.refresh_id, name)

    def fail(self, failure: NightFailedError) -> None:
        """Close the refresh as failed, with its stage and reasons."""
        self.failure = failure
        with self.connect() as con:
            books.finish_refresh(
                con, self.refresh_id, "failed", message="; ".join(failure.reasons), stage_seconds=self.stage_seconds
            )

    def begin(self) -> None:
        """Open the refresh in the books, get the manifest of the project as it is now, and plan what to build anew."""
        project = self.paths.project
        self.parameters = overrides = overriding(self.parameters or {}, project, self.settings.time_zone)
        self.as_of = self.as_of_instant
        name = parameter_set(overrides)
        self.settings.landing.mkdir(parents=True, exist_ok=True)
        is_seal_broken = is_broken(self.settings.warehouse)
        with self.connect() as con:
            unseal(self.settings.warehouse)
            books.create_books(con)
            self.refresh_id = books.start_refresh(
                con,
                run_id=self.run_id,
                as_of=self.as_of,
                project_fingerprint=project_fingerprint(project),
                parameter_set=name,
            )
        with Stage(self, "prepare"):
            self._manifest = current_manifest(self.paths, self.settings.home)
            with self.connect() as con:
                self.plan = plan_builds(
                    con,
                    self.manifest,
                    fingerprints(project, self.manifest, overrides),
                    parameters=name,
                    as_of=self.as_of,
                    asked=self.full_refresh,
                    is_seal_broken=is_seal_broken,
                )
                write_plan(con, self.plan, self.refresh_id, name)
            if self.plan.text:
                self.progress.step(0, 0, f"building {self.plan.text}")

    @property
    def is_full(self) -> bool:
        """Whether everything is built anew; known after ``begin``."""
        return self.plan is not None and self.plan.is_full

    @property
    def expectations(self) -> Path:
        """Folder of the suites."""
        return self.paths.project / "expectations"

    def load(self, only: Collection[str] | None = None) -> LoadReport:
        """Load what was delivered, all or some extracts (``<system>__<entity>``); a refused file stops nothing else."""
        with Stage(self, "load"), self.connect() as con:
            self.declarations = load_declarations(self.manifest)
            wanted = [each for each in self.declarations if only is None or each.identifier in only]
            ensure_raw_tables(con, self.declarations)
            done = itertools.count(1)

            def on_file(file: FileOutcome, total: int) -> None:
                self.progress.step(next(done), total, f"{file.path} {file.status}")

            landing, limits = self.settings.landing, self.settings.limits
            self.loaded = load_landing(con, landing, wanted, self.refresh_id, on_file, limits)
            erase_delivered(con, self.declarations, self.refresh_id)
            load_public_holidays(con, self.as_of_instant, self.refresh_id)
            ever = con.execute("select count(*) from meta.loaded_file where status = 'loaded'").fetchall()
            nothing = f"no extract was ever delivered: put files below {self.settings.landing}, or try the demo"
            self._refuse("load", [nothing] if ever == [(0,)] else [])
        return self.loaded

    def check_incoming(self, only: Collection[str] | None = None) -> list[ExpectationOutcome]:
        """Check the new rows, or only some subjects (``<suite>__<subject>``); a critical failure ends the refresh."""
        with Stage(self, "incoming"), self.connect() as con:
            suites = narrowed(incoming_suites(self.expectations, self.declarations), only)
            self.promised.add(suites)
            values, as_of, extracts = self.parameter_values, self.as_of_instant, self.declarations
            zone = str(values.get("reporting_time_zone", self.settings.time_zone))
            self.findings = look(con, self.refresh_id, suites, extracts, as_of, zone, self.manifest, self.accepted)
            outcomes = check_incoming(con, suites, extracts, as_of, str(values["reporting_currency"]), self.findings)
            self.incoming = counted(outcomes, suites, self.progress.step)
            record_outcomes(con, self.refresh_id, "incoming", self.incoming)
            stops = [finding.sentence for finding in self.findings if finding.severity == "stop"]
            self._refuse("incoming", [*stops, *(expectation_refusal(o, as_of.date()) for o in self.incoming)])
        return self.incoming

    def transform(self, only: Collection[str] | None = None) -> BuildResult:
        """Run dbt once, on everything or only some nodes (unique ids).

        A failing node ends the refresh after everything that does not need it has run.
        """
        with Stage(self, "dbt"):
            self.build = run_build(
                self.paths,
                self.settings.home,
                full_refresh=self.is_full,
                parameters=self.parameters,
                run_id=self.run_id,
                progress=self.progress.step,
                select=None if only is None else selectors(self.manifest, only),
            )
            if not is_same_code(self.manifest, self.build.manifest):
                with self.connect() as con:
                    distrust(con, self.refresh_id)
                self._refuse("dbt", ["the project's code was changed while the refresh ran: run it again"])
            self._refuse("dbt", self._node_refusals(self.build, only))
        return self.build

    def _node_refusals(self, build: BuildResult, only: Collection[str] | None) -> list[str]:
        nodes = {
            node: allowed for node, allowed in expected_nodes(build.manifest).items() if only is None or node in only
        }
        return node_refusals(nodes=nodes, results=build.results, today=self.as_of_instant.date())

    def _refuse(self, stage: str, reasons: list[str]) -> None:
        found = [reason for reason in reasons if reason]
        if found:
            raise NightFailedError(stage, found)

    def audit(self) -> None:
        """Write the release candidate, check it, and compare all evidence with what was expected."""
        if self.build is None or self.is_part:
            raise NightFailedError("audit", [NOTHING_PARTIAL])
        published = self.settings.published
        with Stage(self, "audit"):
            published.mkdir(parents=True, exist_ok=True)
            recover(published)
            with self.connect() as con:
                release_id = next_release_id(con, published)
            models = published_models(self.build.manifest)
            self._refuse("audit", [] if models else ["no model is marked as published"])
            with contextlib.ExitStack() as on_failure:
                on_failure.callback(discard, published)
                candidate = write_candidate(self.settings.warehouse, published, release_id, models, self.progress.step)
                suites = outgoing_suites(self.expectations)
                self.promised.add(suites)
                outcomes = check_outgoing(candidate, published, suites, self.as_of_instant)
                self.outgoing = counted(outcomes, suites, self.progress.step)
                self._refuse("audit", self._gate(self.build))
                today = local_date(self.as_of_instant, self.settings.time_zone)
                self.ready = complete(candidate, self._origin(self.build), published, today, self.paths)
                on_failure.pop_all()

    def _origin(self, build: BuildResult) -> Origin:
        return Origin(
            refresh_id=self.refresh_id,
            run_id=self.run_id,
            as_of=self.as_of_instant,
            parameter_set=parameter_set(self.parameters or {}),
            parameters=self.parameter_values,
            checks=count_checks(build.results, [*self.incoming, *self.outgoing]),
        )

    def _gate(self, build: BuildResult) -> list[str]:
        """Return what forbids to publish, from the evidence as it was written down."""
        with self.connect() as con:
            record_outcomes(con, self.refresh_id, "outgoing", self.outgoing)
            outcomes = read_outcomes(con, self.refresh_id, self.promised.allowances)
            unknown = build_refusals(con, build.manifest, self.plan, self.refresh_id) if self.plan else []
        return unknown + refusals(
            nodes=expected_nodes(build.manifest),
            node_results=read_results(self.paths.run_results),
            expectations=self.promised.allowances,
            outcomes=outcomes,
            today=self.as_of_instant.date(),
        )

    def publish(self) -> Release:
        """Draw the boards of the audited candidate, put both in place, and close the refresh as complete.

        Boards that cannot be drawn, or older releases that cannot be removed, are a problem and undo nothing.
        """
        if self.ready is None:
            raise NightFailedError("publish", ["there is no audited candidate"])
        if self.has_boards:
            draw_release(self, self.ready.candidate)
        with Stage(self, "publish"):
            readers = self.settings.publication_readers
            self.release = publish(self.ready, self.settings.published, self.settings.warehouse, readers)
            try:
                prune(self.settings.published, self.settings.kept_releases)
            except (OSError, duckdb.Error) as error:
                self.problems.append(f"older releases were not removed or packed: {error}")
        if self.release.is_shown:
            copy_release(self)
        self._close()
        return self.release

    def _close(self, status: str = "complete") -> None:
        with self.connect() as con:
            books.finish_refresh(
                con,
                self.refresh_id,
                status,
                message="; ".join(self.problems) or None,
                stage_seconds=self.stage_seconds,
            )

    @property
    def has_boards(self) -> bool:
        """Whether the project declares boards."""
        return has_boards(self.paths.project)

    def outcome(self) -> RefreshOutcome:
        """Return how the night ended."""
        failure = self.failure
        return RefreshOutcome(
            refresh_id=self.refresh_id,
            run_id=self.run_id,
            status="failed" if failure or not self.release else "complete",
            stage=failure.stage if failure else "publish",
            reasons=list(failure.reasons) if failure else [],
            as_of=self.as_of_instant,
            is_full=self.is_full,
            rebuild_reason=self.plan.text if self.plan else "",
            stage_seconds=dict(self.stage_seconds),
            release=self.release,
            problems=list(self.problems),
            site=self.site,
        )
