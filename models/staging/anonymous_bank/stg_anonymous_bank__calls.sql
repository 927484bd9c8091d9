-- grain: one row per call, phantom calls included
{{ config(unique_key=["contact_id"]) }}

with delivered as (

    select * from {{ delivered('anonymous_bank', 'calls', key=["vru_line", "call_id", "call_date"]) }}

),

latest as (

    {{ latest_version('delivered', key=["vru_line", "call_id", "call_date"]) }}

),

-- A clock of 0:00:00 at both ends stands for "never happened"; with a time between them it is midnight.
clocks as (

    select
        *,
        cast(extract(epoch from cast(vru_entry as time)) as integer) as entry_clock,
        cast(extract(epoch from cast(vru_exit as time)) as integer) as exit_clock,
        cast(extract(epoch from cast(q_start as time)) as integer) as queue_clock,
        cast(extract(epoch from cast(ser_start as time)) as integer) as service_clock,
        q_start <> '0:00:00' or q_exit <> '0:00:00' or q_time <> 0 as has_queued,
        ser_start <> '0:00:00' or ser_exit <> '0:00:00' or ser_time <> 0 as has_service
    from latest

),

-- Seconds since entry, from clocks alone: a difference of more than half a day has crossed midnight.
elapsed as (

    select
        *,
        (exit_clock - entry_clock + 129600) % 86400 - 43200 as exit_after_seconds,
        (queue_clock - entry_clock + 129600) % 86400 - 43200 as queue_after_seconds,
        (service_clock - entry_clock + 129600) % 86400 - 43200 as service_after_seconds
    from clocks

),

-- The only place where local time becomes UTC; all other instants are this one plus elapsed seconds.
entered as (

    select
        *,
        {{ utc_instant("call_date + cast(vru_entry as time)", "'Asia/Jerusalem'") }} as entered_at
    from elapsed

),

-- A call that never queued was connected, or given up, the moment it left the menu: a wait of 0 s.
queued as (

    select
        *,
        {{ dbt.dateadd('second', 'exit_after_seconds', 'entered_at') }} as menu_left_at,
        {{ dbt.dateadd('second', 'case when has_queued then queue_after_seconds else exit_after_seconds end', 'entered_at') }} as queued_at,
        case when has_service then {{ dbt.dateadd('second', 'service_after_seconds + ser_time', 'entered_at') }} end as service_ended_at
    from entered

)

select
    'anonymous_bank:' || vru_line || '-' || call_id || '-' || {{ dbt.cast('call_date', 'varchar') }} as contact_id,
    vru_line,
    call_id,
    call_date,
    type as call_type,
    outcome,
    nullif(customer_id, '0') as customer_number,
    server as server_code,
    entered_at,
    menu_left_at,
    queued_at,
    {{ dbt.dateadd('second', 'q_time', 'queued_at') }} as dequeued_at,
    service_ended_at,
    vru_time as menu_seconds,
    q_time as wait_seconds,
    ser_time as service_seconds,
    has_queued,
    vru_time < 0 as has_negative_menu_time,
    outcome = 'AGENT' and server = 'NO_SERVER' as is_served_by_nobody,
    outcome = 'AGENT' and ser_time = 0 as is_served_zero_seconds,
    outcome = 'HANG' and ser_time > 0 as is_hangup_with_service,
    outcome = 'PHANTOM' as _is_excluded,
    _file_id,
    _line_number
from queued
