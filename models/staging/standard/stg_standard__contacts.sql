-- grain: one row per contact
{{ config(unique_key=["contact_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'contacts', key=["contact_id"]) }}

),

renamed as (

    select
        contact_id,
        channel,
        direction,
        initiation_method,
        customer_id,
        customer_endpoint_hash,
        site_id,
        contact_reason_id,
        campaign_id,
        entry_point,
        started_at,
        ended_at,
        is_resolved,
        sentiment_score,
        sentiment_model_version,
        language,
        coalesce(is_test, false) as is_test,
        last_updated_at,
        coalesce(source_system, 'standard') as source_system,
        coalesce(is_test, false) as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('renamed', key=["contact_id"], newest='last_updated_at') }}

)

select
    contact_id,
    channel,
    direction,
    initiation_method,
    customer_id,
    customer_endpoint_hash,
    site_id,
    contact_reason_id,
    campaign_id,
    entry_point,
    started_at,
    ended_at,
    is_resolved,
    sentiment_score,
    sentiment_model_version,
    language,
    is_test,
    last_updated_at,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
