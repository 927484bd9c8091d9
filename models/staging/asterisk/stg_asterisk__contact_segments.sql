-- grain: one row per leg of a contact
{{ config(unique_key=["contact_id"]) }}

-- Callers refused at the door (queue closed, full, nobody there) never waited and have no leg.
with visits as (

    select *
    from {{ ref('stg_asterisk__queue_visits') }}
    where not is_refused
    {%- if is_incremental() %}
        and contact_id in (
            select contact_id
            from {{ changes_of(ref('stg_asterisk__queue_visits')) }}
            where _refresh_id > {{ last_complete_refresh() }}
        )
    {%- endif %}

)

select
    contact_id || ':' || queue || ':' || visit_number as segment_id,
    contact_id,
    cast(
        row_number() over (
            partition by contact_id
            order by entered_at, first_event_order
        ) as integer
    ) as segment_seq,
    'queue' as leg_type,
    'asterisk:' || queue as queue_id,
    entered_at as queued_at,
    coalesce(connected_at, ended_at) as dequeued_at,
    queue_outcome,
    case when connected_at is not null then 'asterisk:' || agent end as agent_id,
    connected_at as answered_at,
    talk_seconds,
    cast(null as integer) as hold_seconds,
    case when connected_at is not null then acw_seconds end as acw_seconds,
    case
        when connected_at is null then 'none'
        when end_event in ('TRANSFER', 'BLINDTRANSFER') then 'blind'
        when end_event = 'ATTENDEDTRANSFER' then 'consult'
        -- where the log does not tell the end, nobody knows
        when end_event is not null then 'none'
    end as transfer_out_type,
    case
        when end_event in ('COMPLETECALLER', 'ABANDON', 'EXITWITHKEY') then 'customer'
        when end_event in ('COMPLETEAGENT', 'TRANSFER', 'BLINDTRANSFER', 'ATTENDEDTRANSFER') then 'agent'
        when end_known_by is not null then 'system'
    end as ended_by,
    'asterisk' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from visits
