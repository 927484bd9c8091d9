"""What a morning's boards ask of a publication: four queries, as a BI tool would write them.

Every row also says which run wrote it and which release the file calls itself, so that a mixed answer shows.
"""

QUERIES = {
    "headline": """
        with latest as (
            select kpi_id, period_type, max(period_start) as period_start
            from marts.kpi_value
            where variant = 'default' and scope_type = 'enterprise' and period_type in ('day', 'month', 'year')
                and value is not null
            group by kpi_id, period_type
        )
        select
            v.run_id, r.release_id, k.name, k.unit, v.period_type, v.period_start, v.value, v.previous_value,
            v.target, v.status
        from latest as l
        inner join marts.kpi_value as v
            on l.kpi_id = v.kpi_id and l.period_type = v.period_type and l.period_start = v.period_start
                and v.variant = 'default' and v.scope_type = 'enterprise'
        inner join marts.dim_kpi as k on v.kpi_id = k.kpi_id and v.variant = k.variant
        cross join marts.release as r
    """,
    "by_queue": """
        select
            v.run_id, r.release_id, q.queue_name, v.kpi_id,
            sum(v.numerator) / nullif(sum(v.denominator), 0) * max(v.multiplier) as value
        from marts.kpi_value as v
        inner join marts.dim_queue as q on v.scope_id = q.queue_id
        cross join marts.release as r
        where v.kpi_id in ('service_level', 'average_handle_time', 'abandonment_rate', 'average_speed_of_answer')
            and v.variant = 'default' and v.scope_type = 'queue' and v.period_type = 'day'
            and v.period_start > (
                select max(period_start) - interval 28 day from marts.kpi_value where period_type = 'day'
            )
        group by v.run_id, r.release_id, q.queue_name, v.kpi_id
    """,
    "heat_map": """
        select
            v.run_id, r.release_id, isodow(v.period_start) as weekday, v.interval_local_start::time as half_hour,
            sum(v.numerator) / nullif(sum(v.denominator), 0) * max(v.multiplier) as service_level
        from marts.kpi_value as v
        cross join marts.release as r
        where v.kpi_id = 'service_level' and v.variant = 'default' and v.scope_type = 'enterprise'
            and v.period_type = 'interval'
        group by v.run_id, r.release_id, weekday, half_hour
    """,
    "agents": """
        select
            v.run_id, r.release_id, v.scope_id, v.kpi_id,
            sum(v.numerator) / nullif(sum(v.denominator), 0) * max(v.multiplier) as value
        from marts.kpi_value as v
        cross join marts.release as r
        where v.kpi_id in ('average_handle_time', 'occupancy', 'csat_score', 'quality_score')
            and v.variant = 'default' and v.scope_type = 'agent' and v.period_type = 'week'
        group by v.run_id, r.release_id, v.scope_id, v.kpi_id
    """,
}
