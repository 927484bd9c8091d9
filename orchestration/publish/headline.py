"""The headline KPIs of a publication: a dozen figures a manager asks for first, read from the published file."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.newest import newest_periods

HEADLINE = (
    "contacts_offered",
    "service_level",
    "average_speed_of_answer",
    "average_handle_time",
    "abandonment_rate",
    "first_contact_resolution_rate",
    "csat_score",
    "net_promoter_score",
    "cost_per_contact",
    "sales_conversion_rate",
    "customer_retention_rate",
    "agent_turnover_rate",
)
PERIODS = ("day", "month", "quarter", "year")
"""From the finest on."""
ENTERPRISE = "enterprise"

_FIGURES = f"""
    with own as (

        select *
        from marts.kpi_value
        where variant = 'default' and scope_type = $scope and period_type in {PERIODS} and period_end < $before

    ),

    latest as ({newest_periods("own")})

    select
        kpi_value.kpi_id,
        dim_kpi.name,
        dim_kpi.unit,
        kpi_value.period_type,
        kpi_value.period_start,
        kpi_value.value,
        kpi_value.numerator,
        kpi_value.denominator,
        kpi_value.state
    from latest
    inner join marts.kpi_value
        on latest.kpi_id = kpi_value.kpi_id
        and latest.period_type = kpi_value.period_type
        and latest.period_start = kpi_value.period_start
        and kpi_value.variant = 'default'
        and kpi_value.scope_type = $scope
    inner join marts.dim_kpi
        on kpi_value.kpi_id = dim_kpi.kpi_id
        and kpi_value.variant = dim_kpi.variant
    where kpi_value.kpi_id in (select unnest($wanted))
"""


@dataclass(frozen=True)
class Figure:
    """One published value of the whole enterprise; ``unit`` as in ``dim_kpi``."""

    kpi_id: str
    name: str
    unit: str
    period_type: str
    period_start: date
    value: float
    numerator: float | None
    denominator: float | None
    state: str

    def as_record(self) -> dict[str, Any]:
        """Return the figure as plain JSON values."""
        return {**asdict(self), "period_start": self.period_start.isoformat()}


def headline(published: Path, before: date) -> list[Figure]:
    """Return the headline KPIs of the day, month, quarter and year that ``newest_periods`` names, if they are complete.

    A period is complete when it ended before ``before``, the operator's local date of the as-of instant. Empty when
    the file has no ``kpi_value`` or ``dim_kpi``.
    """
    with duckdb.connect(str(published), read_only=True) as con:
        tables = {row[0] for row in con.execute("select table_name from duckdb_tables()").fetchall()}
        if not {"kpi_value", "dim_kpi"} <= tables:
            return []
        found = con.execute(_FIGURES, {"scope": ENTERPRISE, "before": before, "wanted": list(HEADLINE)}).fetchall()
    figures = [Figure(*record) for record in found]
    return sorted(figures, key=lambda figure: (HEADLINE.index(figure.kpi_id), PERIODS.index(figure.period_type)))
