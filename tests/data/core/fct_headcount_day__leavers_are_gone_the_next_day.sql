-- Headcount moves only by people: who is there one day and not the next has left, or changed role (X19); a leaver is
-- gone, unless hired anew the very next day.
with headcounts as (

    select * from {{ ref('fct_headcount_day') }}

),

last_days as (

    -- the last day that is complete at every site: days end at different times
    select min({{ last_complete_date('time_zone') }}) as last_day from {{ ref('dim_site') }}

)

select today.business_date, today.agent_id, today.is_leaver, tomorrow.agent_id is not null as is_there_tomorrow
from headcounts as today
cross join last_days
left join headcounts as tomorrow
    on today.agent_id = tomorrow.agent_id
        and today.business_date + 1 = tomorrow.business_date
left join {{ ref('employment_spells') }} as spells -- spells that begin or go on the next day
    on today.agent_id = spells.employee_id
        and today.business_date + 1 between spells.started_on and coalesce(spells.ended_on, date '9999-12-31')
left join {{ ref('dim_agent') }} as assignments
    on today.agent_id = assignments.agent_id
        and today.business_date + 1 between assignments.valid_from and assignments.valid_to
        and assignments.role = 'agent'
where today.business_date < last_days.last_day
    and (
        (tomorrow.agent_id is not null) <> (spells.employee_id is not null and assignments.agent_id is not null)
        or (spells.employee_id is null and not today.is_leaver)
    )
