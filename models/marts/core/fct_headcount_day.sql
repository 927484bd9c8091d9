-- grain: one row per agent and complete day on which a person was employed in the role of an agent
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['headcount', 'calendar']}}
) }}

with spells as (

    select * from {{ ref('employment_spells') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

sites as (

    select site_id, {{ last_complete_date('time_zone') }} as last_complete_date from {{ ref('dim_site') }}

),

days as (

    select date_day as business_date
    from {{ ref('dim_date') }}
    where date_day < {{ latest_running_date() }} and {{ touched('date_day') }}

),

employed as (

    select
        days.business_date,
        spells.employee_id as agent_id,
        -- a spell that ends inside another one is a contradiction, not a leaver
        bool_and(coalesce(spells.ended_on = days.business_date, false)) as is_last_day,
        max(case when spells.ended_on = days.business_date then spells.end_type end) as end_type,
        bool_and(spells.started_on = days.business_date) as is_first_day,
        min(spells.started_on) as started_on
    from spells
    inner join days
        on days.business_date >= spells.started_on
            and days.business_date <= coalesce(spells.ended_on, date '9999-12-31')
    group by days.business_date, spells.employee_id

)

select
    employed.business_date,
    employed.agent_id,
    agents.team_id,
    agents.site_id,
    agents.employer_type,
    agents.vendor_id,
    employed.is_last_day as is_leaver,
    employed.is_last_day and employed.end_type = 'voluntary' as is_voluntary_leaver,
    employed.is_first_day as is_hire,
    -- who is employed on the next day, or was on the day before, but not as an agent of this team, has moved
    not employed.is_last_day and tomorrow.agent_id is null as is_move_out,
    not employed.is_first_day and yesterday.agent_id is null as is_move_in,
    employed.business_date - employed.started_on < 90 as is_in_first_90_days
from employed
inner join agents -- lost: staff in other roles, and spells without an assignment on the day
    on employed.agent_id = agents.agent_id
        and employed.business_date between agents.valid_from and agents.valid_to
inner join sites -- lost: days that are not over at the agent's site
    on agents.site_id = sites.site_id
        and employed.business_date <= sites.last_complete_date
left join agents as tomorrow
    on employed.agent_id = tomorrow.agent_id
        and employed.business_date + 1 between tomorrow.valid_from and tomorrow.valid_to
        and agents.team_id = tomorrow.team_id
        and tomorrow.role = 'agent'
left join agents as yesterday
    on employed.agent_id = yesterday.agent_id
        and employed.business_date - 1 between yesterday.valid_from and yesterday.valid_to
        and agents.team_id = yesterday.team_id
        and yesterday.role = 'agent'
where agents.role = 'agent'
