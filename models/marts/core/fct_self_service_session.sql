-- grain: one row per self-service session
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'access']}}
) }}

with sessions as (

    select * from {{ ref('self_service_sessions') }} where {{ near_touched('started_at') }}

),

contacts as not materialized (

    select * from {{ ref('fct_contact') }}

),

excluded as (

    select * from {{ ref('excluded_contacts') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

placed as (

    select
        sessions.*,
        contacts.site_id,
        {{ local_date('sessions.started_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as business_date
    from sessions
    left join contacts -- most sessions end without one
        on sessions.contact_id = contacts.contact_id
    left join sites
        on contacts.site_id = sites.site_id
    where sessions.contact_id is null or sessions.contact_id not in (select excluded.contact_id from excluded)

),

-- the customer reached an agent within a day after all
asked_later as (

    select placed.session_id
    from placed
    inner join contacts -- anonymous sessions cannot be followed
        on placed.customer_id = contacts.customer_id
            and contacts.started_at between placed.started_at and placed.started_at + interval 24 hour
    where contacts.direction = 'inbound' and contacts.is_handled
    group by placed.session_id

)

select
    session_id,
    session_type,
    contact_id,
    customer_id,
    business_date,
    site_id,
    started_at,
    ended_at,
    goal,
    goal_completed as is_goal_completed,
    agent_requested as is_agent_requested,
    exit_type,
    goal_completed and not agent_requested as is_contained,
    session_id in (select asked_later.session_id from asked_later) as has_agent_contact_within_24h
from placed
where {{ touched() }}
