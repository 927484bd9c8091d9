-- grain: one row per KPI and class
{{ config(materialized='table', meta={'published': true}) }}

select kpi_id, cast(unnest(string_split(classes, ',')) as varchar) as class
from {{ ref('dim_kpi') }}
where is_default and classes <> ''
