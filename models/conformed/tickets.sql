-- grain: one row per ticket
with every_system as (

    {{ union_systems('tickets') }}

)

select
    ticket_id,
    customer_id,
    contact_id,
    channel,
    priority,
    contact_reason_id,
    group_id,
    created_at,
    status,
    first_response_sla_seconds,
    is_deleted,
    source_system
from every_system
where not _is_excluded
