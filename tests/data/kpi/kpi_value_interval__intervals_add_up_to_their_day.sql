-- The intervals of a day hold the parts of the day, the hour that comes twice in autumn included.
with days as (

    select kpi_id, variant, period_start, scope_type, scope_id, numerator, denominator
    from {{ ref('kpi_value_computed') }}
    where period_type = 'day' and {{ computed_tonight() }}

),

intervals as (

    select
        kpi_id,
        variant,
        period_start,
        scope_type,
        scope_id,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from {{ ref('kpi_value_computed') }}
    where period_type = 'interval' and period_start in (select period_start from days)
    group by kpi_id, variant, period_start, scope_type, scope_id

)

select
    days.kpi_id,
    days.variant,
    days.period_start,
    days.scope_type,
    days.scope_id,
    days.numerator,
    intervals.numerator as intervals_numerator,
    days.denominator,
    intervals.denominator as intervals_denominator
from days
inner join intervals -- lost: KPIs and scopes that are not published by interval
    on days.kpi_id = intervals.kpi_id
        and days.variant = intervals.variant
        and days.period_start = intervals.period_start
        and days.scope_type = intervals.scope_type
        and days.scope_id is not distinct from intervals.scope_id
inner join {{ ref('dim_kpi') }} as kpis -- lost: maxima, which do not add up
    on days.kpi_id = kpis.kpi_id
        and days.variant = kpis.variant
        and kpis.additivity in ('additive', 'ratio_of_sums')
-- a day with cases of which nothing is recorded has no numerator, and its half-hours without cases have 0
where abs(coalesce(days.numerator, 0) - coalesce(intervals.numerator, 0)) > 0.000001 * greatest(abs(days.numerator), 1)
    or coalesce(
        abs(days.denominator - intervals.denominator) > 0.000001 * greatest(abs(days.denominator), 1),
        days.denominator is distinct from intervals.denominator
    )
