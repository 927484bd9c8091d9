"""A publication to draw boards from, invented without a warehouse: every KPI as its definition says, eight weeks long.

Values are made from hashes, so that they are the same everywhere; some are missing, some samples are small.
"""

import functools
import json
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.boards.site import build_site
from orchestration.publish.layout import DATABASE, DESCRIPTION
from orchestration.settings import PROJECT_DIR
from tests.support.shared import made_once

BEFORE = date(2026, 11, 22)
FIRST = date(2026, 9, 21)
MEMBERS: dict[str, list[str | None]] = {
    "enterprise": [None],
    "site": ["BER", "NYC"],
    "queue": ["BER-SALES", "BER-SUPPORT", "NYC-SUPPORT", "NYC-A-QUEUE-WITH-A-VERY-LONG-NAME"],
    "channel": ["chat", "email", "voice"],
    "team": ["T1", "T2", "T3", "unknown"],
    "agent": [f"A{number:03d}" for number in range(40)],
    "campaign": ["WINTER", "SPRING"],
    "segment": ["business", "consumer"],
    "system": ["CHAT", "TELEPHONY"],
    "vendor": ["V1"],
}
PERIODS = ("day", "week", "month", "quarter", "year")

_SCHEMA = """
    create schema marts;
    create table marts.dim_channel as
        select * from (values ('voice', 'Voice'), ('chat', 'Chat'), ('email', 'E-mail')) as c (channel, channel_name);
    create table marts.dim_queue as
        select * from (values ('BER-SALES', 'Berlin sales <&> "more"')) as q (queue_id, queue_name);
    create table marts.dim_kpi (
        kpi_id varchar, variant varchar, name varchar, label varchar, unit varchar, direction varchar,
        scope_types varchar, period_types varchar, formula varchar, traps varchar, owner varchar,
        numerator_text varchar, denominator_text varchar, final_after_days integer, additivity varchar
    );
    create table marts.kpi_value (
        kpi_id varchar, variant varchar, period_type varchar, period_start date, period_end date,
        interval_start_at timestamp, interval_local_start timestamp, scope_type varchar, scope_id varchar,
        value double, denominator double, target double, lower_bound double, upper_bound double,
        status varchar, state varchar, previous_value double, sample_size bigint,
        confidence_low double, confidence_high double, is_sample_small boolean,
        coverage_share double, change_status varchar, change_reason varchar,
        recorded_share double, missing_parts varchar, no_data_reason varchar, differs_from_peers boolean
    );
    create table marts.mart_data_health as select 'standard' as system, 'contacts' as entity,
        timestamp '2026-11-21 22:10:00' as newest_extract_at, timestamp '2026-11-22 00:05:00' as newest_load_at,
        60::bigint as files_loaded, 90000::bigint as rows_loaded, 3::bigint as rows_rejected,
        1::bigint as files_refused;
    create table marts.mart_rejection as select 'standard' as system, 'contacts' as entity, 'type' as rule,
        'started_at' as column_name, 3::bigint as rows_rejected, 2::bigint as newest_refresh_id;
    create table marts.mart_failed_expectation as select 1::bigint as refresh_id, 'outgoing' as border,
        'outgoing_reconciliation.volume_of_the_latest_day.is_usual' as expectation, 'info' as severity,
        timestamp '2026-11-21 00:08:00' as evaluated_at;
    create table marts.mart_finding as select 1::bigint as refresh_id, 'hold' as severity, 'standard' as system,
        'contacts' as entity, date '2026-11-20' as business_date, 'fewer' as rule,
        '740 rows, where 1,480 are usual on this weekday' as detail, 'contacts_offered' as kpi_ids;
    create table marts.contradiction as select 'overlapping_spells' as rule, 'agents' as entity, 'A001' as record_id,
        date '2026-11-01' as business_date, 'two spells at once' as detail;
    create table marts.mart_refresh as select 1::bigint as refresh_id, timestamp '2026-11-21' as as_of,
        timestamp '2026-11-21 00:03:00' as started_at, 'complete' as status, 'publish' as stage,
        null::varchar as message, 1::bigint as release_id, 0::bigint as restated_values;
"""

_VALUES = """
    insert into marts.kpi_value
    with made as (
        select
            kpi.kpi_id, period.period_type, period.starts, period.ends, member.scope_type, member.scope_id, kpi.unit,
            kpi.direction,
            (hash(kpi.kpi_id, period.period_type, period.starts, member.scope_type, coalesce(member.scope_id, '-'))
                % 10000) / 10000.0 as luck
        from marts.dim_kpi as kpi
        inner join member on list_contains(string_split(kpi.scope_types, ','), member.scope_type)
        inner join period on list_contains(string_split(kpi.period_types, ','), period.period_type)
        where kpi.variant = 'default'
    ),
    valued as (
        select *, case when luck > 0.04 then case unit
            when 'percent' then 40 + 55 * luck when 'net_points' then 80 * luck - 30
            when 'count' then floor(5000 * luck) when 'seconds' then 20 + 40000 * luck * luck
            when 'currency' then 90000 * luck else 9 * luck end end as value
        from made
    )
    select
        kpi_id, 'default', period_type, starts, ends, null, null, scope_type, scope_id, value, null,
        case when kpi_id in ('service_level', 'csat_score') and value is not null then 80.0 end, null, null,
        case when value is null then 'no_data' when kpi_id in ('service_level', 'csat_score') then
            case when value >= 80 then 'met' when value >= 75 then 'at_risk' else 'missed' end
            else 'no_target' end,
        case when ends > date '2026-11-10' then 'provisional' else 'final' end,
        previous, cast(luck * 300 as bigint), value - 3, value + 3, luck * 300 < 30, coverage,
        case when previous is null or value is null then null when reason <> 'clear' then
            case when reason in ('below_minimum', 'small_sample') then 'no_clear_change' else 'not_comparable' end
            when direction = 'higher' then case when value > previous then 'better' else 'worse' end
            when direction = 'lower' then case when value < previous then 'better' else 'worse' end
            else 'changed' end,
        case when previous is null or value is null then null else reason end,
        case when kpi_id = 'transfer_rate' then 0.634 end,
        case when kpi_id = 'average_handle_time' then 'after_contact_work' end,
        case when value is null then 'not_recorded' end,
        case when value is not null and scope_type in ('site', 'team', 'agent', 'vendor', 'queue')
            and scope_id <> 'unknown' and (luck * 300 >= 30 or kpi_id <> 'csat_score') then
            case when kpi_id in ('transfer_rate', 'abandonment_rate', 'csat_score') then luck > 0.6
                when kpi_id in ('service_level', 'first_contact_resolution_rate') then false end end
    from (
        select *, case when before_coverage < 1 then 'partial_previous_period' when coverage < 1 then 'partial_period'
            when period_type = 'day' and kpi_id = 'abandonment_rate' and starts = date '2026-11-21'
                then 'holiday: Day of the Test (2026-11-21)'
            when luck * 300 < 30 then 'small_sample' when abs(value - previous) <= 5 then 'below_minimum'
            else 'clear' end as reason
        from (
            select *, lag(value, step) over earlier as previous, lag(coverage, step) over earlier as before_coverage
            from (
                select *, case when period_type = 'day' then 7 else 1 end as step,
                    (ends - greatest(starts, getvariable('first_day')) + 1) / (ends - starts + 1) as coverage
                from valued
            ) as covered
            window earlier as (partition by kpi_id, period_type, scope_type, scope_id order by starts)
        ) as compared
    ) as reasoned
"""

_HALF_HOURS = """
    insert into marts.kpi_value
    select kpi_id, 'default', 'interval', day, day, at_utc, at_utc + interval 1 hour, 'enterprise', null,
        case when luck > 0.1 then case when kpi_id = 'contacts_offered' then floor(100 * luck) else 100 * luck end end,
        case when kpi_id <> 'contacts_offered' then floor(40 * luck) end,
        case when kpi_id = 'service_level' then 80.0 end, null, null, 'no_target', 'final',
        null, null, null, null, null, 1, null, null, null, null, null, null
    from (
        select kpi_id, cast(at_utc + interval 1 hour as date) as day, at_utc,
            (hash(kpi_id, at_utc) % 1000) / 1000 as luck
        from unnest(generate_series(timestamp '2026-11-08 07:00', timestamp '2026-11-21 22:30', interval 30 minute))
            as half_hours (at_utc)
        cross join marts.dim_kpi
        where variant = 'default' and list_contains(string_split(period_types, ','), 'interval')
            and extract(hour from at_utc) between 7 and 18
    )
"""


@functools.cache
def definitions() -> list[dict[str, Any]]:
    """Return the KPIs as their metric definitions describe them, defaults only."""
    found = []
    for file in sorted((PROJECT_DIR / "models/marts/kpi").glob("_kpi__*__metrics.yml")):
        for metric in yaml.safe_load(file.read_text()).get("metrics", []):
            kpi = ((metric.get("config") or {}).get("meta") or {}).get("kpi") or {}
            if kpi.get("variant") == "default":
                found.append({"label": metric["label"], "formula": metric["description"], **kpi})
    return found


def drawn_publication() -> Path:
    """Return the folder of a publication with its boards in ``site/``, for reading; the workers of a run share it."""

    def make(published: Path) -> None:
        write_publication(published)
        build_site(published, PROJECT_DIR, BEFORE)

    return made_once("boards", make)


def write_publication(
    published: Path,
    *,
    release_id: int = 7,
    is_empty: bool = False,
    first_day: date = FIRST,
    components: Collection[str] = (),
) -> None:
    """Write ``kpi.duckdb`` and ``manifest.json``; ``is_empty``: no KPI has a value, no books are published.

    Data begin on ``first_day``, inside of a week if it is no Monday. With ``components`` only their KPIs have data.
    """
    published.mkdir(parents=True, exist_ok=True)
    (published / DATABASE).unlink(missing_ok=True)
    with duckdb.connect(str(published / DATABASE)) as con:
        con.execute(_SCHEMA)
        for kpi in definitions():
            scopes = ",".join(kpi["scopes"])
            own = [kpi["kpi_id"], "default", kpi["name"], kpi["label"], kpi["unit"], kpi["direction"], scopes]
            listed = ",".join(kpi.get("periods") or PERIODS)
            meaning = [
                kpi["formula"],
                " ".join(kpi.get("traps", [])),
                kpi["owner"],
                "Counted.",
                "Divided by.",
                1,
                kpi["additivity"],
            ]
            own += [listed, *meaning]
            con.execute(f"insert into marts.dim_kpi values ({', '.join('?' * len(own))})", own)
        if is_empty:
            for table in (
                "mart_data_health",
                "mart_rejection",
                "mart_refresh",
                "mart_failed_expectation",
                "mart_finding",
                "contradiction",
                "dim_queue",
            ):
                con.execute(f"drop table marts.{table}")
        else:
            con.execute("create temp table member (scope_type varchar, scope_id varchar)")
            con.executemany(
                "insert into member values (?, ?)", [[kind, one] for kind in MEMBERS for one in MEMBERS[kind]]
            )
            con.execute("create temp table period (period_type varchar, starts date, ends date)")
            con.executemany("insert into period values (?, ?, ?)", _periods(first_day))
            con.execute("set variable first_day = $day", {"day": first_day})
            con.execute(_VALUES)
            con.execute(_HALF_HOURS)
            if components:
                con.execute(
                    "delete from marts.kpi_value where kpi_id not in (select unnest(?))",
                    [[kpi["kpi_id"] for kpi in definitions() if kpi["component"] in components]],
                )
    manifest = {
        "release_id": release_id,
        "as_of": f"{BEFORE.isoformat()}T00:00:00Z",
        "published_at": f"{BEFORE.isoformat()}T00:09:30Z",
        "parameter_set": "default",
        "parameters": {"reporting_currency": "EUR"},
        "checks": {"run": 831, "passed": 831, "dbt_tests": 315, "expectations": 246},
        "tables": {"kpi_value": {"rows": 123456}},
    }
    (published / DESCRIPTION).write_text(json.dumps(manifest))


def _periods(first_day: date) -> list[list[Any]]:
    monday = first_day - timedelta(days=first_day.weekday())
    days = [monday + timedelta(days=number) for number in range((BEFORE - monday).days)]
    found: list[list[Any]] = [["day", day, day] for day in days if day >= first_day]
    found += [["week", day, day + timedelta(days=6)] for day in days if day.weekday() == 0]
    months = [(date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1)) for month in range(1, 12)]
    found += [["month", first, last] for first, last in months if last >= first_day]
    return found
