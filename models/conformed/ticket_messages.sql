-- grain: one row per message
with every_system as (

    {{ union_systems('ticket_messages') }}

)

select
    message_id,
    ticket_id,
    direction,
    author_type,
    agent_id,
    is_public,
    is_automated,
    requires_reply,
    sent_at,
    source_system
from every_system
where not _is_excluded
