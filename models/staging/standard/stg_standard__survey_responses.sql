-- grain: one row per response
{{ config(unique_key=["response_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'survey_responses', key=["response_id"]) }}

),

renamed as (

    select
        response_id,
        invitation_id,
        responded_at,
        is_complete,
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

    {{ latest_version('renamed', key=["response_id"]) }}

)

select
    response_id,
    invitation_id,
    responded_at,
    is_complete,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
