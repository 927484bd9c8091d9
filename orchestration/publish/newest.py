"""Which period is shown when nobody names one: by the headline, by ``explain`` and on the boards alike."""

SETTLING_DAYS = 7
"""How far a period of enough cases may lie behind the newest one."""


def newest_periods(values: str) -> str:
    """Return SQL for the period to show of each KPI, variant and period type among rows of ``kpi_value``.

    It is the newest period with a value. Where that is a small sample it is the newest of the seven days before that
    is none: the last day may hold a single case whose waiting time is over, and 100 % of one case is no news. The
    enterprise decides for all its scopes; where it has no rows, any scope may.

    ``values`` is a relation with the columns ``kpi_id``, ``variant``, ``period_type``, ``period_start``,
    ``scope_type``, ``value`` and ``is_sample_small``. The result has the first three and ``period_start``.
    """
    return f"""
        select
            kpi_id,
            variant,
            period_type,
            coalesce(
                max(period_start) filter (where not is_small and period_start >= newest_start - {SETTLING_DAYS}),
                max(newest_start)
            ) as period_start
        from (
            select
                kpi_id,
                variant,
                period_type,
                period_start,
                coalesce(is_sample_small, false) as is_small,
                scope_type = 'enterprise' as is_whole,
                bool_or(scope_type = 'enterprise') over of_kpi as has_whole,
                max(period_start) over of_kpi as newest_start
            from {values}
            where value is not null
            window of_kpi as (partition by kpi_id, variant, period_type)
        )
        where is_whole or not has_whole
        group by kpi_id, variant, period_type
    """
