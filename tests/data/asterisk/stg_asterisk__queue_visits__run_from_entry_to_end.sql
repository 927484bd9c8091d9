-- Entered, then connected, then ended, each at most once, and ended exactly when we know how.
select
    contact_id,
    queue,
    visit_number,
    entered_at,
    connected_at,
    ended_at
from {{ ref('stg_asterisk__queue_visits') }}
where entered_at is null
    or connected_at < entered_at
    or ended_at < coalesce(connected_at, entered_at)
    or (ended_at is null) <> (end_known_by is null)
