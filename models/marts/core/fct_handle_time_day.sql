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

tickets as (

    select * from {{ ref('fct_ticket') }}

),

-- a contact is handled once, at its first handled or outbound leg, and a ticket once, on the day of its first reply by a person
work as (

    select
        business_date,
        site_id,
        channel,
        queue_id,
        handle_seconds,
        case when is_first_handled_leg or is_first_outbound_leg then 1 else 0 end as handled_work
    from segments
    where (is_handled_leg or is_outbound_leg) and {{ touched() }}
    union all
    select business_date, site_id, channel, null as queue_id, handle_seconds, 0 as handled_work
    from ticket_times
    where {{ touched() }}
    union all
    select replied_on as business_date, site_id, channel, null as queue_id, 0 as handle_seconds, 1 as handled_work
    from tickets
    where replied_on is not null and {{ touched('replied_on') }}

)

select
    business_date,
    site_id,
    channel,
    queue_id,
    cast(coalesce(sum(handle_seconds), 0) as bigint) as handle_seconds,
    cast(sum(handled_work) as bigint) as handled_work
from work
group by business_date, site_id, channel, queue_id
