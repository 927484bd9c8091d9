-- grain: one row per ticket, agent and local day worked
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'tickets': true}}
) }}

with time_entries as (

    select * from {{ ref('ticket_time_entries') }}

),

tickets as (

    select * from {{ ref('fct_ticket') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

)

select
    time_entries.ticket_id,
    time_entries.agent_id as delivered_agent_id,
    time_entries.worked_on as business_date,
    coalesce(agents.agent_id, 'unknown') as agent_id,
    coalesce(agents.team_id, 'unknown') as team_id,
    coalesce(agents.site_id, 'unknown') as site_id,
    tickets.channel,
    cast(time_entries.seconds as bigint) as handle_seconds
from time_entries
inner join tickets -- lost: time on deleted tickets, and on tickets that have not been delivered (yet)
    on time_entries.ticket_id = tickets.ticket_id
left join agents
    on time_entries.agent_id = agents.agent_id
        and time_entries.worked_on between agents.valid_from and agents.valid_to
where {{ touched('time_entries.ticket_id') }}
