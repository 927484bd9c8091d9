-- grain: one row per KPI and variant
{{ config(materialized='table', meta={'published': true}) }}

select kpi_id, variant, is_default, label, formula, numerator_text, denominator_text, metric_name, kpi_version, source
from {{ ref('dim_kpi') }}
