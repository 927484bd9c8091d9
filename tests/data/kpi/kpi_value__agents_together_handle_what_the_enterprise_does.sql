-- Handled contacts and their handle time add up over agents: a leg of an unknown agent is the unknown agent's.
select
    kpi_id,
    variant,
    period_type,
    period_start,
    sum(numerator) filter (where scope_type = 'enterprise') as enterprise_numerator,
    sum(numerator) filter (where scope_type = 'agent') as agents_numerator
from {{ ref('kpi_value_service') }}
where kpi_id in ('contacts_handled', 'average_handle_time') and {{ computed_tonight() }}
group by kpi_id, variant, period_type, period_start
having sum(numerator) filter (where scope_type = 'enterprise')
    <> coalesce(sum(numerator) filter (where scope_type = 'agent'), 0)
