-- grain: one row per logged event
{{ config(unique_key=["line_unit"]) }}

-- The lines that are replaced together: those of one call id; where the id stands for no call, those of one
-- second, queue and agent; where there is no id at all, the line alone.
{% set line_unit -%}
    case
        when length(line) - length(replace(line, '|', '')) < 4 then line
        when split_part(line, '|', 2) in ('', 'NONE', 'REALTIME', 'MANAGER', 'CLI')
            then concat_ws(
                '|', split_part(line, '|', 1), split_part(line, '|', 2), split_part(line, '|', 3), split_part(line, '|', 4)
            )
        else split_part(line, '|', 2)
    end
{%- endset %}

with delivered as (

    select * from {{ delivered('asterisk', 'queue_log', key=[line_unit]) }}

),

file_ends as (

    select
        _file_id,
        max(_line_number) as last_line_number
    from {{ source('asterisk', 'queue_log') }}
    group by _file_id

),

-- A log is delivered again and again while it grows, and slices overlap. The same text within one file is
-- another event (clock of one second), the same text in another file is the same event again.
counted as (

    select
        delivered.line,
        {{ line_unit }} as line_unit,
        row_number() over (
            partition by delivered._file_id, delivered.line
            order by delivered._line_number
        ) as occurrence,
        delivered._line_number = file_ends.last_line_number as is_end_of_file,
        delivered._file_id,
        delivered._line_number,
        delivered._extracted_at,
        delivered._delivery_id
    from delivered
    inner join file_ends on delivered._file_id = file_ends._file_id
    where trim(delivered.line) <> ''

),

events as (

    select
        line,
        line_unit,
        occurrence,
        bool_and(is_end_of_file) over copies as is_end_of_every_file,
        max(_delivery_id) over copies as _delivery_id,
        _file_id,
        _line_number,
        _extracted_at
    from counted
    window copies as (partition by line, occurrence)
    qualify row_number() over (
        partition by line, occurrence
        order by _extracted_at nulls last, _file_id, _line_number
    ) = 1

),

-- A file copied while Asterisk was writing ends in half a line; a later file has the whole one.
halves as (

    select
        cut.line,
        count(*) as longer_lines
    from events as cut
    inner join events as whole
        on cut.line_unit = whole.line_unit
        and starts_with(whole.line, cut.line)
        and length(whole.line) > length(cut.line)
    where cut.is_end_of_every_file
    group by cut.line

),

parsed as (

    select
        events.line,
        events.line_unit,
        events.occurrence,
        try_cast(split_part(events.line, '|', 1) as decimal(16, 6)) as epoch_seconds,
        split_part(events.line, '|', 2) as logged_call_id,
        nullif(nullif(trim(split_part(events.line, '|', 3)), ''), 'NONE') as queue,
        nullif(nullif(trim(split_part(events.line, '|', 4)), ''), 'NONE') as agent,
        upper(trim(split_part(events.line, '|', 5))) as event,
        nullif(trim(split_part(events.line, '|', 6)), '') as data1,
        nullif(trim(split_part(events.line, '|', 7)), '') as data2,
        nullif(trim(split_part(events.line, '|', 8)), '') as data3,
        nullif(trim(split_part(events.line, '|', 9)), '') as data4,
        nullif(trim(split_part(events.line, '|', 10)), '') as data5,
        nullif(trim(split_part(events.line, '|', 11)), '') as data6,
        halves.line is not null as is_superseded,
        events._file_id,
        events._line_number,
        events._extracted_at,
        events._delivery_id
    from events
    left join halves on events.line = halves.line

),

classified as (

    select
        *,
        epoch_seconds is null or event = '' as is_malformed,
        case
            when epoch_seconds is null or event = '' then 'malformed'
            when event = 'ENTERQUEUE' then 'entry'
            when event = 'CONNECT' then 'connect'
            when event in ('COMPLETEAGENT', 'COMPLETECALLER', 'TRANSFER', 'BLINDTRANSFER', 'ATTENDEDTRANSFER') then 'completion'
            when event in ('ABANDON', 'EXITWITHTIMEOUT', 'EXITWITHKEY', 'EXITEMPTY') then 'exit'
            when event in ('CLOSED', 'JOINEMPTY', 'FULL', 'DIVERT_CA_RATIO', 'DIVERT_HOLDTIME') then 'refusal'
            when event in ('RINGNOANSWER', 'RINGCANCELED') then 'ring'
            when event in (
                'ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE', 'PAUSEALL', 'UNPAUSEALL', 'PAUSEREASON', 'PENALTY',
                'RINGINUSE', 'AGENTLOGIN', 'AGENTLOGOFF', 'AGENTCALLBACKLOGIN', 'AGENTCALLBACKLOGOFF', 'AGENTDUMP',
                'WRAPUPSTART'
            ) then 'agent'
            when event in ('QUEUESTART', 'CONFIGRELOAD', 'SYSCOMPAT', 'HEARTBEAT') then 'system'
            when event in ('DID', 'INFO', 'CALLSTATUS') then 'note'
            else 'unknown'
        end as event_class
    from parsed

)

-- The caller's number and name, and the number a call was transferred to, end here. A line that cannot be
-- read stays findable in the raw table by file and line number.
select
    line_unit,
    concat_ws('-', md5(line), occurrence) as event_id,
    case
        when not is_malformed
            then make_timestamp(cast(cast(epoch_seconds as decimal(38, 6)) * 1000000 as bigint))
    end as logged_at,
    case
        when not is_malformed and logged_call_id not in ('', 'NONE', 'REALTIME', 'MANAGER', 'CLI') then logged_call_id
    end as call_id,
    case when not is_malformed then queue end as queue,
    case when not is_malformed then agent end as agent,
    case when not is_malformed then event end as event,
    event_class,
    case when not is_malformed and event not in ('TRANSFER', 'BLINDTRANSFER') then data1 end as data1,
    case when not is_malformed and event <> 'ENTERQUEUE' then data2 end as data2,
    case when not is_malformed then data3 end as data3,
    case when not is_malformed and event <> 'ENTERQUEUE' then data4 end as data4,
    case when not is_malformed then data5 end as data5,
    case when not is_malformed then data6 end as data6,
    -- Seconds the caller waited, as the log itself says. Ring times are in milliseconds and not among them.
    try_cast(
        case
            when event in ('CONNECT', 'COMPLETEAGENT', 'COMPLETECALLER') then data1
            when event = 'ATTENDEDTRANSFER' and data1 = 'LINK' then data4
            when event = 'EXITWITHKEY' then data4
            when event_class in ('completion', 'exit') then data3
        end as integer
    ) as wait_seconds,
    -- A linked transfer names two channels, which moves all that follows by one field.
    try_cast(
        case
            when event in ('COMPLETEAGENT', 'COMPLETECALLER') then data2
            when event = 'ATTENDEDTRANSFER' and data1 = 'LINK' then data5
            when event_class = 'completion' then data4
        end as integer
    ) as talk_seconds,
    try_cast(case when event = 'WRAPUPSTART' then data1 end as integer) as wrapup_seconds,
    is_malformed,
    is_superseded,
    _extracted_at,
    _delivery_id,
    _file_id,
    _line_number
from classified
