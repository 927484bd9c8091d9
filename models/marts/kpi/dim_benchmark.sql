-- grain: one row per KPI, variant, source, year and segment: delivered figures, and published ones to start with
{{ config(materialized='table', meta={'published': true}) }}

with delivered as (

    select kpi_id, 'default' as variant, source, year, segment, p25, median, p75, 'delivered' as origin
    from {{ ref('benchmarks') }}

),

starting as (

    select kpi_id, variant, source, coalesce(year, 0) as year, segment, p25, median, p75, 'starting' as origin
    from {{ ref('kpi_benchmark') }}

),

every_figure as (

    select * from delivered
    union all by name
    select * from starting

),

-- the same figure from both: what was delivered holds
chosen as (

    select *
    from every_figure
    qualify row_number() over (partition by kpi_id, variant, source, year, segment order by origin) = 1

),

-- beside a value stands one figure: of the operations that the center compares itself with, the newest, what was
-- delivered before what comes with the project
ranked as (

    select
        *,
        row_number() over (
            partition by kpi_id, variant, segment order by median is null asc, year desc, origin asc, source asc
        ) = 1
        and segment = {{ literal(var('benchmark_segment')) }}
        and median is not null as is_shown
    from chosen

)

select
    cast(chosen.kpi_id as varchar) as kpi_id,
    cast(chosen.variant as varchar) as variant,
    cast(chosen.source as varchar) as source,
    cast(nullif(chosen.year, 0) as integer) as year,
    cast(chosen.segment as varchar) as segment,
    cast(chosen.p25 as double) as p25,
    cast(chosen.median as double) as median,
    cast(chosen.p75 as double) as p75,
    cast(chosen.origin as varchar) as origin,
    chosen.is_shown
from ranked as chosen
inner join {{ ref('dim_kpi') }} as kpis -- lost: figures of KPIs that do not exist; they are listed as contradictions
    on chosen.kpi_id = kpis.kpi_id
        and chosen.variant = kpis.variant
