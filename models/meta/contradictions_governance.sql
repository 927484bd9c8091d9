-- grain: one row per target or benchmark that names no KPI of ours, or target that another one cuts short
{{ config(materialized='view') }}

with kpis as (

    select kpi_id, variant from {{ ref('dim_kpi') }}

),

targets as (

    select
        *,
        concat_ws('|', kpi_id, variant, role, scope_type, scope_id, cast(valid_from as varchar)) as record_id,
        lead(valid_from) over (partition by kpi_id, variant, role, scope_type, scope_id order by valid_from) as next_from
    from {{ ref('kpi_targets') }}

),

benchmarks as (

    select *, concat_ws('|', kpi_id, source, cast(year as varchar), segment) as record_id from {{ ref('benchmarks') }}

)

select
    'targets_are_of_known_kpis' as rule,
    'kpi_targets' as entity,
    record_id,
    valid_from as business_date,
    'no such KPI and variant; the target is not used' as detail
from targets
where (kpi_id, variant) not in (select (kpi_id, variant) from kpis)
union all
select
    'targets_do_not_overlap' as rule,
    'kpi_targets' as entity,
    record_id,
    valid_from as business_date,
    concat('still holds when another one begins on ', cast(next_from as varchar), '; the one that begins later holds') as detail
from targets
where valid_to >= next_from
union all
select
    'benchmarks_are_of_known_kpis' as rule,
    'benchmarks' as entity,
    record_id,
    cast(null as date) as business_date,
    'no such KPI; the figure is not used' as detail
from benchmarks
where kpi_id not in (select kpi_id from kpis)
