-- A report that asks for a KPI without naming a variant gets one answer.
select kpi_id, count(*) filter (where is_default) as default_count
from {{ ref('dim_kpi') }}
group by kpi_id
having count(*) filter (where is_default) <> 1
