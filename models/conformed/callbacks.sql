-- grain: one row per requested callback
with every_system as (

    {{ union_systems('callbacks') }}

)

select
    callback_id,
    contact_id,
    queue_id,
    requested_at,
    due_at,
    attempts,
    connected_at,
    status,
    source_system
from every_system
where not _is_excluded
