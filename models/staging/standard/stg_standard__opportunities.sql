-- grain: one row per sales opportunity
{{ config(unique_key=["opportunity_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'opportunities', key=["opportunity_id"]) }}

),

renamed as (

    select
        opportunity_id,
        customer_id,
        contact_id,
        opened_at,
        closed_at,
        stage,
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

    {{ latest_version('renamed', key=["opportunity_id"]) }}

)

select
    opportunity_id,
    customer_id,
    contact_id,
    opened_at,
    closed_at,
    stage,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
