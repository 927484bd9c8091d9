-- grain: one row per business date, site, last queue, channel, team and agent, segment and campaign of contacts of customers who cancel
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'retention']}}
) }}

with attempts as (

    select * from {{ ref('fct_retention_attempt') }} where is_judged and {{ touched() }}

)

select
    business_date,
    site_id,
    queue_id,
    channel,
    team_id,
    agent_id,
    segment,
    campaign_id,
    count(*) as cancel_contacts,
    count(*) filter (where is_due) as cancel_contacts_due,
    count(*) filter (where outcome = 'saved') as saves,
    count(*) filter (where outcome = 'saved' and is_due and is_active_when_confirmed) as saves_confirmed
from attempts
group by business_date, site_id, queue_id, channel, team_id, agent_id, segment, campaign_id
