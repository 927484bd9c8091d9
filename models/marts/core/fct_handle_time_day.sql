-- grain: one row per business date, site, channel and queue in which agents worked on contacts or tickets
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'ticket']}}
) }}

with segments as (

    select * from {{ ref('fct_contact_segment') }}

),

ticket_times as (

    select * from {{ ref('fct_ticket_time') }}

),

work as (

    select business_date, site_id, channel, queue_id, handle_seconds
    from segments
    where (is_handled_leg or is_outbound_leg) and {{ touched() }}
    union all
    select business_date, site_id, channel, null as queue_id, handle_seconds
    from ticket_times
    where {{ touched() }}

)

select business_date, site_id, channel, queue_id, cast(sum(handle_seconds) as bigint) as handle_seconds
from work
group by business_date, site_id, channel, queue_id
