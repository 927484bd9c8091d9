-- grain: one row per team, newest name, teams that only assignments name, and the unknown team
{{ config(meta={'published': true}) }}

with teams as (

    select * from {{ ref('teams') }}

),

newest as (

    select
        team_id,
        max_by(team_name, valid_from) as team_name,
        max_by(site_id, valid_from) as site_id,
        max_by(employer_type, valid_from) as employer_type
    from teams
    group by team_id

),

sites as (

    select * from {{ ref('dim_site') }}

),

-- a team that was never delivered, but that agents are assigned to, goes by its id
named_by_assignments as (

    select agents.team_id, agents.team_id as team_name, min(agents.site_id) as site_id, min(agents.employer_type) as employer_type
    from {{ ref('agents') }} as agents
    where agents.team_id not in (select newest.team_id from newest) and agents.team_id <> 'unknown'
    group by agents.team_id

),

known as (

    select team_id, team_name, site_id, employer_type from newest
    union all
    select team_id, team_name, site_id, employer_type from named_by_assignments

)

select
    known.team_id,
    known.team_name,
    coalesce(sites.site_id, 'unknown') as site_id,
    known.employer_type
from known
left join sites
    on known.site_id = sites.site_id
union all
select 'unknown' as team_id, 'Unknown' as team_name, 'unknown' as site_id, null as employer_type
