-- Two legs of one contact never share a number (X03): the first leg would be a matter of luck.
with tonight as (

    select contact_id
    from {{ ref('fct_contact_segment') }}
    where {{ rebuilt_tonight(['leg']) }}

)

select contact_id, segment_seq, count(*) as leg_count
from {{ ref('fct_contact_segment') }}
where contact_id in (select tonight.contact_id from tonight)
group by contact_id, segment_seq
having count(*) > 1
