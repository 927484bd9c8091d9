-- grain: one row per agent and assignment that changed, with the days on which it now says something else
{{ config(materialized='ephemeral') }}

with agent_images as (

    {{ changes('agents') }}

)

select
    agent_id,
    case
        when count(*) > 1
            and count(distinct concat_ws('|', role, team_id, site_id, coalesce(employer_type, ''), coalesce(vendor_id, ''))) = 1
            then coalesce(min(valid_to), {{ latest_running_date() }})
        else min(valid_from)
    end as first_day,
    max(coalesce(valid_to, {{ latest_running_date() }})) as last_day
from agent_images
group by agent_id, valid_from
