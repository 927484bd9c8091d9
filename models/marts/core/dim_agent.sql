-- grain: one row per agent and assignment (SCD2), and the unknown agent
{{ config(meta={'published': true}) }}

with agents as (

    select * from {{ ref('agents') }}

)

select
    concat_ws('|', agent_id, cast(valid_from as varchar)) as agent_key,
    agent_id,
    role,
    team_id,
    site_id,
    employer_type,
    fte,
    valid_from,
    cast(coalesce(valid_to, date '9999-12-31') as date) as valid_to
from agents
union all
select
    'unknown' as agent_key,
    'unknown' as agent_id,
    'agent' as role,
    'unknown' as team_id,
    'unknown' as site_id,
    null as employer_type,
    1.000 as fte,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to
