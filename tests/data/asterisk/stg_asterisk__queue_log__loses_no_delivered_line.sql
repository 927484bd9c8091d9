-- Whatever was delivered is an event, readable or not.
with delivered as (

    select line
    from {{ source('asterisk', 'queue_log') }}
    where trim(line) <> ''
    group by line

),

events as (

    select event_id
    from {{ ref('stg_asterisk__queue_log') }}

)

select delivered.line
from delivered
left join events on concat_ws('-', md5(delivered.line), 1) = events.event_id
where events.event_id is null
