-- X13: a ticket counts as solved only by an event, and a reply follows the question and the ticket.
select ticket_id, status, last_solved_at, first_solved_at, first_reply_at
from {{ ref('fct_ticket') }}
where (
        (is_resolved and (last_solved_at is null or first_solved_at is null or last_solved_at < first_solved_at))
        or (is_solved_without_event and (is_resolved or first_solved_at is not null))
        or first_reply_at < created_at
        or first_reply_at < asked_at
        or first_solution_seconds < 0
        or total_resolution_seconds < first_solution_seconds
    )
    and {{ rebuilt_tonight(['ticket'], 'created_on') }}
