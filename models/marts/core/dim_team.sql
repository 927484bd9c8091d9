-- grain: one row per team, newest name, and the unknown team
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

)

select team_id, team_name, site_id, employer_type
from newest
union all
select 'unknown' as team_id, 'Unknown' as team_name, 'unknown' as site_id, null as employer_type
