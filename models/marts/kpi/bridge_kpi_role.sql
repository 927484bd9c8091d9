-- grain: one row per KPI and role: who is accountable for it, and who is measured on it as on all
{{ config(materialized='table', meta={'published': true}) }}

with kpis as (

    select kpi_id, roles from {{ ref('dim_kpi') }} where is_default

),

accountable as (

    select kpi_id, cast(unnest(string_split(roles, ',')) as varchar) as role
    from kpis
    where roles <> ''

),

-- operations managers are measured on every KPI, listed or not
contributing as (

    select kpi_id, 'ops_manager' as role
    from kpis
    where not list_contains(string_split(roles, ','), 'ops_manager')

)

select kpi_id, role, 'accountable' as responsibility
from accountable
union all
select kpi_id, role, 'contributes' as responsibility
from contributing
