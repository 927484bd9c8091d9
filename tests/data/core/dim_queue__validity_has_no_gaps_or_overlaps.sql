-- On every day from its first a queue has exactly one promise: a second would double its legs.
select earlier.queue_id, earlier.valid_from, earlier.valid_to, lead(earlier.valid_from) over w as next_from
from {{ ref('dim_queue') }} as earlier
window w as (partition by earlier.queue_id order by earlier.valid_from)
qualify earlier.valid_to < earlier.valid_from or earlier.valid_to + 1 <> next_from
