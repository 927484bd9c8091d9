-- grain: one row per evaluation, dated by its own day and credited to agent and team of the day of what it judges
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['quality']}}
) }}

with evaluations as (

    select *, evaluated_on as business_date
    from {{ ref('qa_evaluations') }}
    where {{ touched('evaluated_on') }}

),

contacts as (

    select contact_id, business_date, channel from {{ ref('fct_contact') }}

),

tickets as (

    select ticket_id, created_at from {{ ref('tickets') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

excluded as (

    select * from {{ ref('excluded_contacts') }}

),

judged as (

    select
        evaluations.*,
        contacts.channel,
        coalesce(
            contacts.business_date,
            {{ local_date('tickets.created_at', reporting_zone()) }},
            evaluations.evaluated_on
        ) as judged_on
    from evaluations
    left join contacts
        on evaluations.contact_id = contacts.contact_id
    left join tickets
        on evaluations.ticket_id = tickets.ticket_id
    -- evaluations of test contacts leave with them
    where evaluations.contact_id is null or evaluations.contact_id not in (select excluded.contact_id from excluded)

)

select
    judged.evaluation_id,
    judged.business_date,
    judged.judged_on,
    judged.contact_id,
    judged.ticket_id,
    judged.channel,
    coalesce(agents.site_id, 'unknown') as site_id,
    coalesce(agents.team_id, 'unknown') as team_id,
    coalesce(agents.agent_id, 'unknown') as agent_id,
    judged.agent_id as delivered_agent_id,
    judged.evaluator_id,
    judged.form_id,
    judged.form_version,
    judged.evaluation_type,
    judged.evaluation_type = 'standard' as is_standard,
    judged.points_possible,
    -- a critical failure takes what was earned and keeps what was possible
    cast(case when judged.has_critical_compliance_failure then 0 else judged.points_earned end as decimal(9, 3)) as points_earned,
    judged.points_earned as points_earned_before_autofail,
    judged.has_critical_compliance_failure
from judged
left join agents
    on judged.agent_id = agents.agent_id
        and judged.judged_on between agents.valid_from and agents.valid_to
