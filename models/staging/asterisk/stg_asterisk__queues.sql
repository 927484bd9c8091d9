-- grain: one row per queue and first day of validity
{{ config(unique_key=["queue_id", "valid_from"]) }}

with visits as (

    select * from {{ ref('stg_asterisk__queue_visits') }}

),

queues as (

    select
        queue,
        min_by(_line_number, (_file_id, _line_number)) as _line_number,
        min(_file_id) as _file_id
    from visits
    group by queue

)

select
    'asterisk:' || queue as queue_id,
    queue as queue_name,
    'voice' as channel,
    'asterisk:default' as site_id,
    cast({{ var('asterisk_service_level_threshold_seconds') }} as integer) as service_level_threshold_seconds,
    cast({{ var('asterisk_short_abandon_seconds') }} as integer) as short_abandon_seconds,
    date '1900-01-01' as valid_from,
    'asterisk' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from queues
