-- grain: one row per rule and record of states, schedules, absences and forecasts that contradicts another record
{{ config(materialized='view') }}

with states as (

    select * from {{ ref('fct_agent_state') }}

),

segments as (

    select * from {{ ref('fct_schedule_segment') }}

),

absences as (

    select * from {{ ref('absences') }}

),

missed as (

    select * from {{ ref('fct_absence') }}

),

forecasts as (

    select * from {{ ref('fct_forecast_interval') }}

),

agent_days as (

    select * from {{ ref('fct_agent_day') }}

),

legs as (

    select * from {{ ref('fct_contact_segment') }}

)

select
    'X08' as rule,
    'agent_states' as entity,
    concat_ws('|', delivered_agent_id, cast(started_at as varchar)) as record_id,
    business_date,
    'ends after the next state of the agent began; the one that began later holds' as detail
from states
where is_cut_short
union all
select
    'X16' as rule,
    'schedules' as entity,
    schedule_segment_id as record_id,
    business_date,
    'ends after the next activity of the same version began; the one that begins first holds' as detail
from segments
where is_overlapped
union all
select
    'X17' as rule,
    'absences' as entity,
    absences.absence_id as record_id,
    cast(absences.start_at as date) as business_date,
    'lies outside any scheduled shift, or inside another absence; only scheduled time can be missed' as detail
from absences
where absences.end_at <= {{ as_of() }}
    and not exists (select 1 from missed where missed.absence_id = absences.absence_id)
union all
select
    'X18' as rule,
    'forecasts' as entity,
    concat_ws('|', delivered_queue_id, cast(interval_start_at as varchar)) as record_id,
    business_date,
    concat('has ', cast(baseline_count as varchar), ' baselines; the last version counts, ', forecast_version) as detail
from forecasts
where baseline_count > 1
union all
select
    'X07' as rule,
    'contact_segments' as entity,
    delivered_agent_id as record_id,
    business_date,
    concat(
        'handled for ', cast(leg_handle_seconds as varchar), ' s, of which ', cast(leg_contact_state_seconds as varchar),
        ' s in contact states'
    ) as detail
from agent_days
where has_states and leg_contact_state_seconds * 100 < leg_handle_seconds * 95
union all
select
    'X06' as rule,
    'contact_segments' as entity,
    delivered_agent_id as record_id,
    business_date,
    concat('has no assignment on the day; ', cast(count(*) as varchar), ' legs go to the unknown agent') as detail
from legs
where agent_id = 'unknown' and delivered_agent_id is not null
group by delivered_agent_id, business_date
