-- grain: one row per contact
with every_system as (

    {{ union_systems('contacts') }}

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
    source_system
from every_system
where not _is_excluded
