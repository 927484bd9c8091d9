-- A longer period holds the parts of its days, or of its months, and nothing else: ratios are never averaged.
with longer as (

    select
        computed.kpi_id,
        computed.variant,
        computed.period_type,
        computed.period_start,
        computed.period_end,
        computed.scope_type,
        computed.scope_id,
        computed.numerator,
        computed.denominator,
        case
            when not list_contains(string_split(kpis.period_types, ','), 'day') then 'month'
            when computed.period_type in ('week', 'month') then 'day'
            else 'month'
        end as part_type
    from {{ ref('kpi_value') }} as computed
    inner join {{ ref('dim_kpi') }} as kpis -- lost: KPIs whose parts do not add up over time
        on computed.kpi_id = kpis.kpi_id
            and computed.variant = kpis.variant
            and kpis.additivity in ('additive', 'ratio_of_sums')
    where computed.period_type in ('week', 'month', 'quarter', 'year')
        and computed.scope_type in ('enterprise', 'site', 'queue')
        and computed.numerator is not null
        and {{ computed_tonight('computed.run_id') }}

),

compared as (

    select
        longer.kpi_id,
        longer.variant,
        longer.period_type,
        longer.period_start,
        longer.scope_type,
        longer.scope_id,
        longer.numerator,
        longer.denominator,
        sum(parts.numerator) as parts_numerator,
        sum(parts.denominator) as parts_denominator
    from longer
    left join {{ ref('kpi_value') }} as parts
        on longer.kpi_id = parts.kpi_id
            and longer.variant = parts.variant
            and longer.part_type = parts.period_type
            and longer.scope_type = parts.scope_type
            and longer.scope_id is not distinct from parts.scope_id
            and parts.period_start between longer.period_start and longer.period_end
    where longer.part_type <> longer.period_type
    group by
        longer.kpi_id,
        longer.variant,
        longer.period_type,
        longer.period_start,
        longer.scope_type,
        longer.scope_id,
        longer.numerator,
        longer.denominator

)

select *
from compared
where abs(numerator - coalesce(parts_numerator, 0)) > 0.000001 * greatest(abs(numerator), 1)
    or abs(denominator - coalesce(parts_denominator, 0)) > 0.000001 * greatest(abs(denominator), 1)
