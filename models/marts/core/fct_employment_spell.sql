-- grain: one row per employment spell that has begun
-- a plain table: spells are as many as people, and the running ones grow older every night
{{ config(materialized='table') }}

with every_spell as (

    select * from {{ ref('employment_spells') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

sites as (

    select site_id, {{ last_complete_date('time_zone') }} as last_complete_date from {{ ref('dim_site') }}

),

-- the site where the spell ended, or where the person is now, says which day was the last complete one
spells as (

    select
        every_spell.*,
        least(coalesce(every_spell.ended_on, date '9999-12-31'), sites.last_complete_date) as last_day
    from every_spell
    left join agents
        on every_spell.employee_id = agents.agent_id
            and least(coalesce(every_spell.ended_on, date '9999-12-31'), {{ latest_running_date() }})
            between agents.valid_from and agents.valid_to
    inner join sites -- lost: spells that begin on a day that is not over
        on coalesce(agents.site_id, 'unknown') = sites.site_id
            and every_spell.started_on <= sites.last_complete_date

),

-- a spell that ends inside another one is a contradiction, not a leaver; of two that end together one is
outlasted as (

    select distinct spells.spell_id -- several spells may outlast one
    from spells
    inner join spells as others -- lost: spells that no other one of the same person outlasts
        on spells.employee_id = others.employee_id
            and spells.ended_on between others.started_on and coalesce(others.ended_on, date '9999-12-31')
            and (coalesce(others.ended_on, date '9999-12-31'), others.spell_id) > (spells.ended_on, spells.spell_id)

)

select
    spells.spell_id,
    spells.employee_id as agent_id,
    cast(row_number() over (partition by spells.employee_id order by spells.started_on, spells.spell_id) as integer) as spell_number,
    spells.started_on,
    case when spells.ended_on = spells.last_day then spells.ended_on end as ended_on,
    case when spells.ended_on = spells.last_day then spells.end_type end as end_type,
    cast(spells.last_day as date) as last_day,
    cast(spells.last_day - spells.started_on + 1 as bigint) as tenure_days,
    agents.role,
    coalesce(agents.team_id, 'unknown') as team_id,
    coalesce(agents.site_id, 'unknown') as site_id,
    agents.employer_type,
    agents.vendor_id,
    coalesce(agents.role = 'agent' and spells.ended_on = spells.last_day and outlasted.spell_id is null, false) as is_leaver,
    coalesce(spells.ended_on = spells.last_day and spells.ended_on - spells.started_on < 90, false) as is_ended_in_first_90_days
from spells
left join agents
    on spells.employee_id = agents.agent_id
        and spells.last_day between agents.valid_from and agents.valid_to
left join outlasted
    on spells.spell_id = outlasted.spell_id
