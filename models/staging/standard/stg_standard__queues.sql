-- grain: one row per queue and first day of validity
{{ config(unique_key=["queue_id", "valid_from"]) }}

with delivered as (

    select * from {{ delivered('standard', 'queues', key=["queue_id", "coalesce(valid_from, date '1900-01-01')"]) }}

),

renamed as (

    select
        queue_id,
        queue_name,
        channel,
        site_id,
        service_level_threshold_seconds,
        coalesce(short_abandon_seconds, 5) as short_abandon_seconds,
        coalesce(valid_from, date '1900-01-01') as valid_from,
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

    {{ latest_version('renamed', key=["queue_id", "valid_from"]) }}

)

select
    queue_id,
    queue_name,
    channel,
    site_id,
    service_level_threshold_seconds,
    short_abandon_seconds,
    valid_from,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
