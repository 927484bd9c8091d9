-- An answer has an instant, and its agent where the log names one; nobody refused or waiting has either.
select
    contact_id,
    queue,
    visit_number,
    queue_outcome,
    connected_at,
    agent
from {{ ref('stg_asterisk__queue_visits') }}
where (coalesce(queue_outcome, 'refused') = 'answered') <> (connected_at is not null)
    or (connected_at is null and agent is not null and queue_outcome is null)
    or is_refused <> (queue_outcome is null)
