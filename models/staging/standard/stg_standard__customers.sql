-- grain: one row per customer
{{ config(unique_key=["customer_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'customers', key=["customer_id"]) }}

),

renamed as (

    select
        customer_id,
        segment,
        country,
        created_at,
        erased_at,
        consent_survey,
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

    {{ latest_version('renamed', key=["customer_id"]) }}

)

select
    customer_id,
    segment,
    country,
    created_at,
    erased_at,
    consent_survey,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
