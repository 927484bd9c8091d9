-- grain: one row per rule and record that contradicts another, or itself: kept, counted, and left out of the KPIs it would falsify
{{ config(materialized='view', meta={'published': true}) }}

{%- for subject in [
    'business',
    'employment',
    'people',
    'quality',
    'subscription',
    'survey',
    'ticket',
    'governance',
    'telephony',
    'workforce',
] %}
select
    cast(rule as varchar) as rule,
    cast(entity as varchar) as entity,
    cast(record_id as varchar) as record_id,
    cast(business_date as date) as business_date,
    cast(detail as varchar) as detail
from {{ ref('contradictions_' ~ subject) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
