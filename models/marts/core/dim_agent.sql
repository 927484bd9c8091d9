-- grain: one row per agent and assignment (SCD2), and the unknown agent
{{ config(meta={'published': true}) }}

with agents as (

    select * from {{ ref('agents') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

-- where assignments of one agent overlap, the one that began later holds from its first day
successive as (

    select
        agents.*,
        coalesce(sites.site_id, 'unknown') as known_site_id,
        least(
            coalesce(agents.valid_to, date '9999-12-31'),
            coalesce(
                lead(agents.valid_from) over (partition by agents.agent_id order by agents.valid_from) - 1, date '9999-12-31'
            )
        ) as last_day
    from agents
    left join sites
        on agents.site_id = sites.site_id

)

select
    concat_ws('|', agent_id, cast(valid_from as varchar)) as agent_key,
    agent_id,
    role,
    team_id,
    known_site_id as site_id,
    employer_type,
    vendor_id,
    fte,
    valid_from,
    cast(last_day as date) as valid_to
from successive
union all
select
    'unknown' as agent_key,
    'unknown' as agent_id,
    'agent' as role,
    'unknown' as team_id,
    'unknown' as site_id,
    null as employer_type,
    'unknown' as vendor_id,
    1.000 as fte,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to
