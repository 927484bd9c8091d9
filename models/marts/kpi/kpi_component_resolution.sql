-- grain: one row per business date, site, first queue, channel, and team and agent of the first handling, with the parts of resolution
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact']}}
) }}

with contacts as (

    select * from {{ ref('fct_contact') }} where {{ touched() }}

)

select
    business_date,
    site_id,
    first_queue_id as queue_id,
    channel,
    first_team_id as team_id,
    first_agent_id as agent_id,
    count(*) filter (where is_fcr_success) as fcr_success,
    count(*) filter (where is_fcr_observable) as fcr_observable,
    count(*) filter (where is_fcr_censored) as fcr_censored,
    count(*) filter (where is_any_reason_success) as fcr_any_reason_success,
    count(*) filter (where is_any_reason_observable) as fcr_any_reason_observable,
    count(*) filter (where is_repeat_eligible) as repeat_eligible,
    count(*) filter (where is_repeat) as repeat_contacts,
    count(*) filter (where is_any_reason_repeat) as repeat_contacts_any_reason
from contacts
group by business_date, site_id, first_queue_id, channel, first_team_id, first_agent_id
