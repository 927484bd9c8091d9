-- grain: one row per price period of a subscription
{{ config(unique_key=["subscription_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'subscriptions', key=["subscription_id"]) }}

),

renamed as (

    select
        subscription_id,
        customer_id,
        product_id,
        started_on,
        ended_on,
        mrr_amount,
        currency,
        billing_model,
        cancel_reason,
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

    {{ latest_version('renamed', key=["subscription_id"]) }}

)

select
    subscription_id,
    customer_id,
    product_id,
    started_on,
    ended_on,
    mrr_amount,
    currency,
    billing_model,
    cancel_reason,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
