-- grain: one row per contact
{{ config(unique_key=["contact_id"]) }}

with delivered as (

    select 'anonymous_bank:' || vru_line || '-' || call_id || '-' || {{ dbt.cast('call_date', 'varchar') }} as contact_id
    from {{ delivered('anonymous_bank', 'calls', key=["vru_line", "call_id", "call_date"]) }}

),

calls as (

    select * from {{ ref('stg_anonymous_bank__calls') }}
    where contact_id in (select contact_id from delivered)

),

timed as (

    select
        *,
        least(entered_at, menu_left_at) as started_at,
        greatest(dequeued_at, coalesce(service_ended_at, dequeued_at)) as ended_at
    from calls

)

select
    contact_id,
    'voice' as channel,
    'inbound' as direction,
    case when call_type = 'TT' then 'callback' else 'inbound' end as initiation_method,
    'anonymous_bank:' || customer_number as customer_id,
    cast(null as varchar) as customer_endpoint_hash,
    'anonymous_bank:bank' as site_id,
    case when call_type <> 'TT' then 'anonymous_bank:' || call_type end as contact_reason_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as entry_point,
    started_at,
    ended_at,
    cast(null as boolean) as is_resolved,
    cast(null as decimal(4, 3)) as sentiment_score,
    cast(null as varchar) as sentiment_model_version,
    case when call_type = 'PE' then 'en' end as language,
    false as is_test,
    ended_at as last_updated_at,
    'anonymous_bank' as source_system,
    _is_excluded,
    _file_id,
    _line_number
from timed
