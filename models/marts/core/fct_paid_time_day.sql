-- grain: one row per agent as delivered and work date
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'calendar']}}
) }}

with paid_time as (

    select agent_id, work_date as business_date, paid_seconds
    from {{ ref('paid_time') }}
    where work_date <= {{ latest_running_date() }} and {{ touched('work_date') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

sites as (

    select site_id, {{ running_date('time_zone') }} as running_date from {{ ref('dim_site') }}

)

select
    paid_time.business_date,
    paid_time.agent_id as delivered_agent_id,
    coalesce(agents.agent_id, 'unknown') as agent_id,
    coalesce(agents.team_id, 'unknown') as team_id,
    coalesce(agents.site_id, 'unknown') as site_id,
    cast(paid_time.paid_seconds as bigint) as paid_seconds
from paid_time
left join agents
    on paid_time.agent_id = agents.agent_id
        and paid_time.business_date between agents.valid_from and agents.valid_to
inner join sites -- lost: days that have not begun at the agent's site
    on coalesce(agents.site_id, 'unknown') = sites.site_id
        and paid_time.business_date <= sites.running_date
