-- Time does not run backwards between two UTC instants, across a clock change neither (X01).
select segment_id, queued_at, dequeued_at, answered_at, wait_seconds, handle_seconds
from {{ ref('fct_contact_segment') }}
where {{ rebuilt_tonight(['leg']) }}
    and (wait_seconds < 0 or talk_seconds < 0 or hold_seconds < 0 or acw_seconds < 0 or answered_at < queued_at)
