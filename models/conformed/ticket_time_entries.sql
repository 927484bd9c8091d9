-- grain: one row per ticket, agent and local day
with every_system as (

    {{ union_systems('ticket_time_entries') }}

)

select
    ticket_id,
    agent_id,
    worked_on,
    seconds,
    source_system
from every_system
where not _is_excluded
