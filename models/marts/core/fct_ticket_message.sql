-- grain: one row per message on a ticket
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'tickets': true}}
) }}

with tickets as (

    select ticket_id, channel, queue_id, team_id, site_id, time_zone
    from {{ ref('fct_ticket') }}

),

delivered as (

    select * from {{ ref('ticket_messages') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

messages as (

    select
        delivered.message_id,
        delivered.ticket_id,
        delivered.sent_at,
        delivered.direction,
        delivered.author_type,
        delivered.agent_id,
        tickets.channel,
        tickets.queue_id,
        tickets.team_id,
        tickets.site_id,
        tickets.time_zone,
        -- bots, rules and internal notes answer nothing
        delivered.direction = 'outbound'
        and delivered.author_type = 'agent'
        and delivered.is_public
        and not delivered.is_automated as is_reply,
        delivered.direction = 'inbound' and delivered.requires_reply as is_query
    from delivered
    inner join tickets -- lost: messages of deleted tickets, and of tickets that were not delivered
        on delivered.ticket_id = tickets.ticket_id
    where {{ touched('delivered.ticket_id') }}

),

-- the next reply answers every question before it
paired as (

    select
        *,
        min(case when is_reply then sent_at end) over (
            partition by ticket_id order by sent_at
            range between current row and unbounded following
        ) as next_reply_at,
        min_by(message_id, case when is_reply then (sent_at, length(message_id), message_id) end) over (
            partition by ticket_id order by sent_at
            range between current row and unbounded following
        ) as next_reply_id
    from messages

),

dated as (

    select
        *,
        {{ local_date('sent_at', 'time_zone') }} as business_date,
        case when is_query then next_reply_at end as answered_at
    from paired

)

select
    dated.message_id,
    dated.ticket_id,
    dated.business_date,
    dated.sent_at,
    dated.direction,
    dated.author_type,
    case when dated.author_type = 'agent' then coalesce(agents.agent_id, 'unknown') end as agent_id,
    dated.channel,
    dated.queue_id,
    dated.team_id,
    dated.site_id,
    dated.time_zone,
    dated.is_reply,
    dated.is_query,
    case when dated.is_query then dated.next_reply_id end as reply_message_id,
    dated.answered_at,
    {{ local_date('dated.answered_at', 'dated.time_zone') }} as answered_on,
    {{ seconds_between('dated.sent_at', 'dated.answered_at') }} as response_seconds
from dated
left join agents
    on dated.agent_id = agents.agent_id
        and dated.business_date between agents.valid_from and agents.valid_to
