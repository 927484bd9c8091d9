-- Spells of agents that ended are the leavers of the days, one for one.
with spells as (

    select agent_id, ended_on as business_date, count(*) as leavers
    from {{ ref('fct_employment_spell') }}
    where is_leaver
    group by agent_id, ended_on

),

days as (

    select agent_id, business_date, count(*) as leavers
    from {{ ref('fct_headcount_day') }}
    where is_leaver
    group by agent_id, business_date

)

select
    coalesce(spells.agent_id, days.agent_id) as agent_id,
    coalesce(spells.business_date, days.business_date) as business_date,
    spells.leavers as leavers_of_spells,
    days.leavers as leavers_of_days
from spells
full join days
    on spells.agent_id = days.agent_id
        and spells.business_date = days.business_date
where spells.leavers is distinct from days.leavers
