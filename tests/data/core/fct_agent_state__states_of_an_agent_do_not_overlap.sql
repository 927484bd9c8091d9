-- An agent is in one state at a time (X08), and a state lies within its day.
with states as (

    select
        delivered_agent_id,
        business_date,
        started_at,
        ended_at,
        lead(started_at) over (partition by delivered_agent_id, business_date order by started_at) as next_started_at
    from {{ ref('fct_agent_state') }}
    where {{ rebuilt_tonight(['workforce', 'calendar']) }}

)

select *
from states
where ended_at <= started_at or next_started_at < ended_at or ended_at > started_at + interval 25 hour
