-- grain: one row per leg of a contact; every call is one leg through its queue
{{ config(unique_key=["segment_id"]) }}

with delivered as (

    select 'anonymous_bank:' || vru_line || '-' || call_id || '-' || {{ dbt.cast('call_date', 'varchar') }} as contact_id
    from {{ delivered('anonymous_bank', 'calls', key=["vru_line", "call_id", "call_date"]) }}

),

calls as (

    select * from {{ ref('stg_anonymous_bank__calls') }}
    where contact_id in (select contact_id from delivered)

)

select
    contact_id as segment_id,
    contact_id,
    cast(1 as integer) as segment_seq,
    'queue' as leg_type,
    'anonymous_bank:' || call_type as queue_id,
    queued_at,
    dequeued_at,
    case outcome
        when 'AGENT' then 'answered'
        when 'HANG' then 'abandoned'
        when 'PHANTOM' then 'system_disconnect'
    end as queue_outcome,
    case when outcome = 'AGENT' then 'anonymous_bank:' || server_code end as agent_id,
    case when outcome = 'AGENT' then dequeued_at end as answered_at,
    case when outcome = 'AGENT' then service_seconds end as talk_seconds,
    cast(null as integer) as hold_seconds,
    cast(null as integer) as acw_seconds,
    cast(null as varchar) as transfer_out_type,
    case outcome when 'HANG' then 'customer' when 'PHANTOM' then 'system' end as ended_by,
    'anonymous_bank' as source_system,
    _is_excluded,
    _file_id,
    _line_number
from calls
