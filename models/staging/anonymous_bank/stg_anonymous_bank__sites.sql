-- grain: one row per site; the extract knows one
{{ config(unique_key=["site_id"]) }}

with delivered as (

    select
        'anonymous_bank:bank' as site_id,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from {{ delivered('anonymous_bank', 'calls', key=["'anonymous_bank'"]) }}

),

latest as (

    {{ latest_version('delivered', key=["site_id"]) }}

)

select
    site_id,
    'Anonymous Bank' as site_name,
    'Asia/Jerusalem' as timezone,
    'IL' as country,
    'anonymous_bank' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from latest
