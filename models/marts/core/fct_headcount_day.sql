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

days as (

    select date_day as business_date
    from {{ ref('dim_date') }}
    where date_day < {{ as_of() }}::date and {{ touched('date_day') }}

),

employed as (

    select
        days.business_date,
        spells.employee_id as agent_id,
        -- a spell that ends inside another one is a contradiction, not a leaver
        bool_and(coalesce(spells.ended_on = days.business_date, false)) as is_last_day,
        max(case when spells.ended_on = days.business_date then spells.end_type end) as end_type,
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
    employed.is_last_day as is_leaver,
    employed.is_last_day and employed.end_type = 'voluntary' as is_voluntary_leaver,
    employed.business_date - employed.started_on < 90 as is_in_first_90_days
from employed
inner join agents -- lost: staff in other roles, and spells without an assignment on the day
    on employed.agent_id = agents.agent_id
        and employed.business_date between agents.valid_from and agents.valid_to
where agents.role = 'agent'
