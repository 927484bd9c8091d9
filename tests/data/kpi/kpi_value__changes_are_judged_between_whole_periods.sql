-- Better and worse are said only between two whole periods that have values, and only one way.
select
    this_period.kpi_id,
    this_period.variant,
    this_period.period_type,
    this_period.period_start,
    this_period.scope_type,
    this_period.scope_id,
    this_period.change_status,
    this_period.change_reason
from {{ ref('kpi_value') }} as this_period
inner join {{ ref('dim_kpi') }} as kpis -- lost: nothing, every value has its definition
    on this_period.kpi_id = kpis.kpi_id
        and this_period.variant = kpis.variant
left join {{ ref('kpi_value') }} as earlier
    on this_period.kpi_id = earlier.kpi_id
        and this_period.variant = earlier.variant
        and this_period.period_type = earlier.period_type
        and this_period.scope_type = earlier.scope_type
        and this_period.scope_id is not distinct from earlier.scope_id
        and {{ period_shift('this_period.period_type', 'this_period.period_start', -1) }} = earlier.period_start
where this_period.scope_type in ('enterprise', 'site', 'queue')
    and this_period.period_type <> 'interval' -- intervals are compared with none
    and {{ computed_tonight('this_period.run_id') }}
    and case
        when this_period.value is null or this_period.previous_value is null then this_period.change_status is not null
        when this_period.coverage_share < 1 or earlier.coverage_share < 1 then this_period.change_status <> 'not_comparable'
        when kpis.additivity = 'additive' and this_period.period_type not in ('day', 'week') then false -- compared by day
        when this_period.change_status = 'better'
            then (this_period.value > this_period.previous_value and kpis.direction = 'lower')
                or (this_period.value < this_period.previous_value and kpis.direction = 'higher')
        when this_period.change_status = 'worse'
            then (this_period.value > this_period.previous_value and kpis.direction = 'higher')
                or (this_period.value < this_period.previous_value and kpis.direction = 'lower')
        else this_period.change_status is null or kpis.direction is null
    end
