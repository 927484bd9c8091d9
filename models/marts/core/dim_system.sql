-- grain: one row per system with agreed service hours or an outage
{{ config(meta={'published': true}) }}

with service as (

    select * from {{ ref('system_service_days') }}

),

outages as (

    select * from {{ ref('system_outages') }}

),

known as (

    select system_id, service_date from service
    union all
    select system_id, null as service_date from outages

)

select system_id, min(service_date) as first_service_date, max(service_date) as last_service_date
from known
group by system_id
