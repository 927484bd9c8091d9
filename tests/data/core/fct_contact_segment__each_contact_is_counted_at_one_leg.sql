-- At most one original entry, one first handled leg and one first outbound leg a contact, the first of their
-- kind, and none missing (X03): what keeps contacts additive over queues and agents.
with tonight as (

    select contact_id
    from {{ ref('fct_contact_segment') }}
    where {{ rebuilt_tonight(['leg']) }}

)

select
    contact_id,
    count(*) filter (where is_original_entry) as original_entries,
    count(*) filter (where is_first_handled_leg) as first_handled_legs,
    count(*) filter (where is_first_outbound_leg) as first_outbound_legs
from {{ ref('fct_contact_segment') }}
where contact_id in (select tonight.contact_id from tonight)
group by contact_id
having count(*) filter (where is_original_entry) <> cast(bool_or(is_queue_entry and direction = 'inbound') as integer)
    or count(*) filter (where is_first_handled_leg) <> cast(bool_or(is_handled_leg) as integer)
    or count(*) filter (where is_first_outbound_leg) <> cast(bool_or(is_outbound_leg and direction = 'outbound') as integer)
    or min(segment_seq) filter (where is_queue_entry and direction = 'inbound') < min(segment_seq) filter (where is_original_entry)
    or min(segment_seq) filter (where is_handled_leg) < min(segment_seq) filter (where is_first_handled_leg)
