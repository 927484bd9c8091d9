-- Cutting states at intervals loses no second and adds none.
with intervals as (

    select delivered_agent_id, business_date, sum(state_seconds) as seconds
    from {{ ref('fct_agent_state_interval') }}
    where {{ rebuilt_tonight(['workforce', 'calendar']) }}
    group by delivered_agent_id, business_date

),

states as (

    select delivered_agent_id, business_date, sum(state_seconds) as seconds
    from {{ ref('fct_agent_state') }}
    where {{ rebuilt_tonight(['workforce', 'calendar']) }}
    group by delivered_agent_id, business_date

)

select coalesce(states.business_date, intervals.business_date) as business_date, states.seconds, intervals.seconds as interval_seconds
from states
full join intervals
    on states.delivered_agent_id = intervals.delivered_agent_id
        and states.business_date = intervals.business_date
where states.seconds is distinct from intervals.seconds
