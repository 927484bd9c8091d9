-- grain: one row per business date, site, queue, channel, campaign, vendor, team and agent, with the parts that legs give
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg']}}
) }}

with segments as (

    select * from {{ ref('fct_contact_segment') }} where {{ touched() }}

),

queues as (

    select * from {{ ref('dim_queue') }}

),

counted as (

    select
        business_date,
        site_id,
        queue_id,
        channel,
        campaign_id,
        vendor_id,
        team_id,
        agent_id,
        {{ leg_parts() }}
    from segments
    group by business_date, site_id, queue_id, channel, campaign_id, vendor_id, team_id, agent_id

),

-- a queue without contacts on a day of work has zeros, not silence
quiet_queues as (

    select
        days.business_date,
        coalesce(queues.site_id, 'unknown') as site_id,
        queues.queue_id,
        queues.channel
    from queues
    inner join (select business_date from segments group by business_date) as days
        on days.business_date between queues.valid_from and queues.valid_to
    where queues.queue_id <> 'unknown'
        and not exists (
            select 1 from counted
            where counted.business_date = days.business_date and counted.queue_id = queues.queue_id
        )

),

with_quiet as (

    select * from counted
    union all by name
    select * from quiet_queues

)

select
    business_date,
    site_id,
    queue_id,
    channel,
    campaign_id,
    vendor_id,
    team_id,
    agent_id,
    {{ leg_part_columns() }}
from with_quiet
