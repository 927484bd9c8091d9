-- Every cost is fixed or variable.
select
    period_type,
    period_start,
    scope_type,
    scope_id,
    max(value) filter (where variant = 'default') as total_amount,
    sum(value) filter (where variant in ('fixed', 'variable')) as parts_amount
from {{ ref('kpi_value_cost') }}
where kpi_id = 'total_operating_cost' and {{ computed_tonight() }}
group by period_type, period_start, scope_type, scope_id
having abs(max(value) filter (where variant = 'default') - sum(value) filter (where variant in ('fixed', 'variable'))) >= 0.01
