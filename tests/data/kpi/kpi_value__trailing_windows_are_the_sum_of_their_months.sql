-- Twelve months that end with a month hold the parts of the months that have data, and nothing else.
with windows as (

    select computed.*
    from {{ ref('kpi_value') }} as computed
    inner join {{ ref('dim_kpi') }} as kpis -- none lost: every value has a definition
        on computed.kpi_id = kpis.kpi_id
            and computed.variant = kpis.variant
    where kpis.additivity in ('additive', 'ratio_of_sums') -- a cohort has a year of its own
        and computed.period_type = 'trailing_12m'
        and computed.scope_type in ('enterprise', 'site', 'team')
        and computed.numerator is not null
        and {{ computed_tonight('computed.run_id') }}

)

select
    windows.kpi_id,
    windows.variant,
    windows.period_start,
    windows.scope_type,
    windows.scope_id,
    windows.numerator,
    windows.denominator,
    sum(months.numerator) as months_numerator,
    sum(months.denominator) as months_denominator
from windows
left join {{ ref('kpi_value') }} as months
    on windows.kpi_id = months.kpi_id
        and windows.variant = months.variant
        and months.period_type = 'month'
        and windows.scope_type = months.scope_type
        and windows.scope_id is not distinct from months.scope_id
        and months.period_start between windows.period_start and windows.period_end
group by
    windows.kpi_id,
    windows.variant,
    windows.period_start,
    windows.scope_type,
    windows.scope_id,
    windows.numerator,
    windows.denominator
having abs(windows.numerator - coalesce(sum(months.numerator), 0)) > 0.000001 * greatest(abs(windows.numerator), 1)
    or abs(windows.denominator - coalesce(sum(months.denominator), 0)) > 0.000001 * greatest(abs(windows.denominator), 1)
