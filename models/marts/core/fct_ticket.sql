-- grain: one row per ticket
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['ticket'], 'column': 'created_on'}}
) }}

with tickets as (

    select * from {{ ref('tickets') }}

),

messages as (

    select * from {{ ref('ticket_messages') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

chosen as (

    select * from tickets where {{ near_touched('created_at') }}

),

-- bots, rules and internal notes are not replies
replies as (

    select
        ticket_id,
        min(sent_at) as first_reply_at,
        min_by(agent_id, (sent_at, message_id)) as first_reply_agent_id
    from messages
    where direction = 'outbound'
        and author_type = 'agent'
        and is_public
        and not is_automated
        and ticket_id in (select chosen.ticket_id from chosen)
    group by ticket_id

),

placed as (

    select
        chosen.ticket_id,
        chosen.customer_id,
        chosen.contact_id,
        chosen.channel,
        chosen.priority,
        chosen.group_id,
        chosen.status,
        chosen.created_at,
        cast(chosen.created_at as date) as created_on,
        replies.first_reply_at,
        case when replies.first_reply_at is not null then coalesce(agents.agent_id, 'unknown') end as agent_id,
        case when replies.first_reply_at is not null then coalesce(agents.team_id, 'unknown') end as team_id,
        coalesce(sites.site_id, 'unknown') as site_id,
        {{ local_date('replies.first_reply_at', "coalesce(sites.time_zone, '" ~ var('reporting_time_zone') ~ "')") }} as replied_on
    from chosen
    left join replies
        on chosen.ticket_id = replies.ticket_id
    left join agents
        on replies.first_reply_agent_id = agents.agent_id
            and cast(replies.first_reply_at as date) between agents.valid_from and agents.valid_to
    left join sites
        on agents.site_id = sites.site_id

)

select
    ticket_id,
    customer_id,
    contact_id,
    channel,
    priority,
    group_id,
    status,
    created_at,
    created_on,
    first_reply_at,
    replied_on,
    agent_id,
    team_id,
    site_id
from placed
where {{ touched() }}
