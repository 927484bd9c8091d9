-- grain: one row per order
{{ config(unique_key=["order_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'orders', key=["order_id"]) }}

),

renamed as (

    select
        order_id,
        customer_id,
        contact_id,
        agent_id,
        campaign_id,
        ordered_at,
        order_channel,
        status,
        cancelled_at,
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

    {{ latest_version('renamed', key=["order_id"]) }}

)

select
    order_id,
    customer_id,
    contact_id,
    agent_id,
    campaign_id,
    ordered_at,
    order_channel,
    status,
    cancelled_at,
    currency,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
