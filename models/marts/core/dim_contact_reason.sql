-- grain: one row per contact reason
{{ config(meta={'published': true}) }}

with reasons as (

    select * from {{ ref('contact_reasons') }}

)

select contact_reason_id, reason_name, parent_reason_id, is_sales_eligible, is_retention
from reasons
