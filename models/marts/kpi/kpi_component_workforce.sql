-- grain: one row per agent as delivered and local date, with the parts of workforce KPIs
{{ config(materialized='view') }}

with agent_days as (

    -- where nobody delivered legs of contacts, nobody knows how many there were
    select *, case when exists (select 1 from {{ ref('fct_contact_segment') }}) then true else false end as has_legs
    from {{ ref('fct_agent_day') }}

)

-- a part is counted where the source it is divided by has something for the site and day
select
    business_date,
    delivered_agent_id,
    site_id,
    team_id,
    agent_id,
    vendor_id,
    handling_seconds,
    available_seconds,
    ringing_seconds,
    logged_in_seconds,
    case when has_states then agents_available end as agents_available,
    case when has_legs then case when has_states and untimed_legs = 0 then leg_handle_seconds else 0 end end as leg_handle_seconds,
    case when untimed_legs = 0 then available_seconds else 0 end as available_seconds_beside_legs,
    case when untimed_legs = 0 then handling_seconds + available_seconds else 0 end as timed_on_contact_seconds,
    {%- for part, condition in {'at_work': 'has_states', 'paid': 'has_paid_time', 'employed': 'fte_days > 0'}.items() %}
    case when has_legs then case when {{ condition }} then handled_legs else 0 end end as handled_legs_{{ part }},
    {%- endfor %}
    fte_days,
    paid_seconds,
    case when has_states then paid_seconds else 0 end as paid_seconds_at_work,
    case when has_paid_time then handling_seconds else 0 end as handling_seconds_paid,
    case when has_paid_time then available_seconds else 0 end as available_seconds_paid,
    {%- for part in ['scheduled_adherence_seconds', 'adherent_seconds', 'excused_seconds'] %}
    case when has_states then {{ part }} else 0 end as {{ part }},
    {%- endfor %}
    case
        when has_schedule then handling_seconds + available_seconds + ringing_seconds - on_queue_in_shift_seconds else 0
    end as outside_shift_seconds,
    case when has_schedule then handling_seconds + available_seconds + ringing_seconds else 0 end as on_queue_seconds,
    case when has_states then scheduled_on_queue_seconds else 0 end as scheduled_on_queue_seconds,
    case when has_states then scheduled_paid_seconds else 0 end as scheduled_paid_at_work_seconds,
    {%- for part in ['internal_planned', 'internal_unplanned', 'external_planned', 'external_unplanned', 'break'] %}
    case when has_states then shrinkage_{{ part }}_seconds else 0 end as shrinkage_{{ part }}_seconds,
    {%- endfor %}
    scheduled_paid_seconds,
    absence_unplanned_seconds,
    absence_unapproved_seconds,
    leave_seconds,
    leave_absence_seconds,
    cast(case when absence_unplanned_seconds > 0 and 2 * absence_unplanned_seconds >= scheduled_paid_seconds then 1 else 0 end as bigint)
        as absent_days,
    cast(case when scheduled_paid_seconds > leave_seconds then 1 else 0 end as bigint) as scheduled_days
from agent_days
