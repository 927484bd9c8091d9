-- grain: one row per agent as delivered, state and interval of local time
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'calendar']}}
) }}

with states as (

    select * from {{ ref('fct_agent_state') }} where {{ touched() }}

),

groups as (

    select * from {{ ref('dim_agent_state') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

zoned as (

    select states.*, {{ local_time('states.started_at', 'sites.time_zone') }} as local_at
    from states
    inner join sites -- nobody is lost: the fact knows its sites
        on states.site_id = sites.site_id

),

placed as (

    select *, {{ interval_starts('started_at', 'ended_at', 'local_at') }} as interval_start_at
    from zoned

)

select
    placed.business_date,
    placed.interval_start_at,
    placed.delivered_agent_id,
    placed.agent_id,
    placed.team_id,
    placed.site_id,
    placed.state,
    groups.state_group,
    cast(sum({{ seconds_in_interval('placed.started_at', 'placed.ended_at', 'placed.interval_start_at') }}) as bigint) as state_seconds
from placed
inner join groups -- nobody is lost: a state that is not listed was rejected when it was loaded
    on placed.state = groups.state
group by
    placed.business_date,
    placed.interval_start_at,
    placed.delivered_agent_id,
    placed.agent_id,
    placed.team_id,
    placed.site_id,
    placed.state,
    groups.state_group
