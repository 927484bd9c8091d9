-- A queue entry is answered exactly when an instant of answer is known (X02), and then by some agent.
select segment_id, queue_outcome, answered_at, agent_id
from {{ ref('fct_contact_segment') }}
where {{ rebuilt_tonight(['leg']) }}
    and (
        (is_queue_entry and is_answered <> (answered_at is not null))
        or (answered_at is not null) <> (agent_id is not null)
    )
