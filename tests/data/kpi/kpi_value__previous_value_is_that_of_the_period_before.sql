-- What a board shows as the period before is the published value of that period: of a day that of the week before.
select
    this_period.kpi_id,
    this_period.variant,
    this_period.period_type,
    this_period.period_start,
    this_period.scope_type,
    this_period.scope_id,
    this_period.previous_value,
    earlier.value
from {{ ref('kpi_value') }} as this_period
left join {{ ref('kpi_value') }} as earlier
    on this_period.kpi_id = earlier.kpi_id
        and this_period.variant = earlier.variant
        and this_period.period_type = earlier.period_type
        and this_period.scope_type = earlier.scope_type
        and this_period.scope_id is not distinct from earlier.scope_id
        and earlier.period_end + 1 = case this_period.period_type
            when 'day' then this_period.period_start - 6
            when 'trailing_12m' then cast(date_trunc('month', this_period.period_end) as date)
            else this_period.period_start
        end
where this_period.scope_type in ('enterprise', 'site')
    and this_period.period_type <> 'interval' -- intervals are compared with none
    and {{ computed_tonight('this_period.run_id') }}
    and this_period.previous_value is distinct from earlier.value
