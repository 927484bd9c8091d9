-- The legs of a contact are numbered 1 to n.
select
    contact_id,
    count(*) as segments,
    max(segment_seq) as last_seq
from {{ ref('stg_asterisk__contact_segments') }}
group by contact_id
having max(segment_seq) <> count(*)
    or min(segment_seq) <> 1
    or count(*) <> count(distinct segment_seq)
