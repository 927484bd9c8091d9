-- Every queue entry has one of the known outcomes, or is still waiting (X09); each is counted once.
select
    business_date,
    queue_id,
    count(*) as queue_entries,
    count(*) filter (where is_answered) as answered,
    count(*) filter (where is_abandoned) as abandoned,
    count(*) filter (where is_abandoned_short) as abandoned_short,
    count(*) filter (where queue_outcome in ('overflow_out', 'callback_requested', 'voicemail', 'system_disconnect')) as left_otherwise,
    count(*) filter (where queue_outcome is null or queue_outcome = 'in_queue') as still_waiting
from {{ ref('fct_contact_segment') }}
where is_queue_entry and {{ rebuilt_tonight(['leg']) }}
group by business_date, queue_id
having count(*) <> count(*) filter (where is_answered)
    + count(*) filter (where is_abandoned)
    + count(*) filter (where is_abandoned_short)
    + count(*) filter (where queue_outcome = 'abandoned' and wait_seconds is null)
    + count(*) filter (where queue_outcome in ('overflow_out', 'callback_requested', 'voicemail', 'system_disconnect'))
    + count(*) filter (where queue_outcome is null or queue_outcome = 'in_queue')
