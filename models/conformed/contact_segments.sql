-- grain: one row per leg of a contact
with every_system as (

    {{ union_systems('contact_segments') }}

)

select
    segment_id,
    contact_id,
    segment_seq,
    leg_type,
    queue_id,
    queued_at,
    dequeued_at,
    queue_outcome,
    agent_id,
    answered_at,
    talk_seconds,
    hold_seconds,
    acw_seconds,
    transfer_out_type,
    ended_by,
    source_system
from every_system
where not _is_excluded
