-- grain: one row per requested callback
{{ config(unique_key=["callback_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'callbacks', key=["callback_id"]) }}

),

renamed as (

    select
        callback_id,
        contact_id,
        queue_id,
        requested_at,
        due_at,
        attempts,
        connected_at,
        status,
        'standard' as source_system,
        false as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('renamed', key=["callback_id"]) }}

)

select
    callback_id,
    contact_id,
    queue_id,
    requested_at,
    due_at,
    attempts,
    connected_at,
    status,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
