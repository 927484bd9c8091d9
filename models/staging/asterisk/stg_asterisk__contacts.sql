-- grain: one row per contact
{{ config(unique_key=["contact_id"]) }}

with visits as (

    select *
    from {{ ref('stg_asterisk__queue_visits') }}
    {%- if is_incremental() %}
    where contact_id in (
        select contact_id
        from {{ changes_of(ref('stg_asterisk__queue_visits')) }}
        where _refresh_id > {{ last_complete_refresh() }}
    )
    {%- endif %}

),

calls as (

    select
        contact_id,
        min(dialled_number) as dialled_number,
        least(min(call_first_logged_at), min(entered_at)) as started_at,
        -- Until every visit has ended, the contact has not.
        case when count(*) = count(ended_at) then max(ended_at) end as ended_at,
        max(call_last_logged_at) as last_logged_at,
        min_by(_file_id, first_event_order) as _file_id,
        min_by(_line_number, first_event_order) as _line_number
    from visits
    group by contact_id

)

select
    contact_id,
    'voice' as channel,
    'inbound' as direction,
    'inbound' as initiation_method,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as customer_endpoint_hash,
    'asterisk:default' as site_id,
    cast(null as varchar) as contact_reason_id,
    cast(null as varchar) as campaign_id,
    dialled_number as entry_point,
    started_at,
    ended_at,
    cast(null as boolean) as is_resolved,
    cast(null as decimal(4, 3)) as sentiment_score,
    cast(null as varchar) as sentiment_model_version,
    cast(null as varchar) as language,
    false as is_test,
    last_logged_at as last_updated_at,
    'asterisk' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from calls
