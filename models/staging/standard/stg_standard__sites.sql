-- grain: one row per site
{{ config(unique_key=["site_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'sites', key=["site_id"]) }}

),

renamed as (

    select
        site_id,
        site_name,
        timezone,
        country,
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

    {{ latest_version('renamed', key=["site_id"]) }}

)

select
    site_id,
    site_name,
    timezone,
    country,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
