-- grain: one row per day and currency
{{ config(unique_key=["rate_date", "currency"]) }}

with delivered as (

    select * from {{ delivered('standard', 'fx_rates', key=["rate_date", "currency"]) }}

),

renamed as (

    select
        rate_date,
        currency,
        rate_to_reporting,
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

    {{ latest_version('renamed', key=["rate_date", "currency"]) }}

)

select
    rate_date,
    currency,
    rate_to_reporting,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
