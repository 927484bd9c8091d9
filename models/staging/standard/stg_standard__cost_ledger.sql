-- grain: one row per ledger entry
{{ config(unique_key=["entry_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'cost_ledger', key=["entry_id"]) }}

),

renamed as (

    select
        entry_id,
        period_start,
        period_end,
        site_id,
        cost_category,
        behaviour,
        direct_channel,
        amount,
        currency,
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

    {{ latest_version('renamed', key=["entry_id"]) }}

)

select
    entry_id,
    period_start,
    period_end,
    site_id,
    cost_category,
    behaviour,
    direct_channel,
    amount,
    currency,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
