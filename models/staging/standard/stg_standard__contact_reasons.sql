-- grain: one row per contact reason
{{ config(unique_key=["contact_reason_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'contact_reasons', key=["contact_reason_id"]) }}

),

renamed as (

    select
        contact_reason_id,
        reason_name,
        parent_reason_id,
        is_sales_eligible,
        is_retention,
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

    {{ latest_version('renamed', key=["contact_reason_id"]) }}

)

select
    contact_reason_id,
    reason_name,
    parent_reason_id,
    is_sales_eligible,
    is_retention,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
