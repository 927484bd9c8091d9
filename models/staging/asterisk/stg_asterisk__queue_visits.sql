-- grain: one row per call id, queue and entry into it
{{ config(unique_key=["contact_id"]) }}

-- Seconds in which a wrap-up is credited to the agent's last completed visit.
{% set wrapup_reach = 60 %}
-- A visit with no end in the log counts as lost when the log has gone on this long without a word of its call.
{% set silence_hours = 24 %}

with queue_log as (

    select *
    from {{ ref('stg_asterisk__queue_log') }}
    where not is_malformed and not is_superseded

),

restarts as (

    select
        logged_at,
        _delivery_id
    from queue_log
    where event = 'QUEUESTART'

),

newest_line as (

    select max(logged_at) as logged_at
    from queue_log
    where logged_at <= {{ as_of() }}

),

{% if is_incremental() %}
tonight_of_agents as (

    select
        agent,
        logged_at
    from queue_log
    where agent is not null
        and (event = 'WRAPUPSTART' or event_class = 'completion')
        and _delivery_id > {{ delivered_through() }}

),
{% endif %}

-- Calls to work out: on an incremental night those with a line in tonight's files, those whose end the log has
-- never told (a restart, or silence, may have ended them), and those of the same agents and days, because wrap-up
-- may come late or become another's.
calls as (

    select call_id
    from queue_log
    where call_id is not null
    {%- if is_incremental() %}
        and _delivery_id > {{ delivered_through() }}
    union
    select call_id
    from {{ this }}
    where end_known_by is null
        or (
            end_known_by in ('restart', 'silence')
            and exists (select 1 from restarts where _delivery_id > {{ delivered_through() }})
        )
    union
    select call_id
    from queue_log
    where event_class = 'completion'
        and call_id is not null
        and (agent, cast(logged_at as date)) in (
            select
                agent,
                cast(logged_at as date) as logged_on
            from tonight_of_agents
            union
            select
                agent,
                cast({{ dbt.dateadd('second', -wrapup_reach, 'logged_at') }} as date) as logged_on
            from tonight_of_agents
        )
    {%- else %}
    group by call_id
    {%- endif %}

),

call_lines as (

    select queue_log.*
    from queue_log
    inner join calls on queue_log.call_id = calls.call_id

),

call_facts as (

    select
        call_id,
        min(logged_at) as call_first_logged_at,
        max(logged_at) as call_last_logged_at,
        max(case when event = 'DID' then data1 end) as dialled_number
    from call_lines
    group by call_id

),

-- Wrap-up is logged without a call id: it belongs to what its agent completed last.
wrapups as (

    select
        event,
        logged_at,
        wrapup_seconds,
        last_value(case when event_class = 'completion' then event_id end ignore nulls) over so_far as event_id,
        last_value(case when event_class = 'completion' then logged_at end ignore nulls) over so_far as completed_at
    from queue_log
    where agent is not null
        and (event = 'WRAPUPSTART' or event_class = 'completion')
    window so_far as (
        partition by agent
        order by
            logged_at,
            case when event = 'WRAPUPSTART' then 1 else 0 end,
            _extracted_at nulls last,
            _file_id,
            _line_number
        rows between unbounded preceding and current row
    )

),

wrapup_by_completion as (

    select
        event_id,
        max(wrapup_seconds) as wrapup_seconds
    from wrapups
    where event = 'WRAPUPSTART'
        and logged_at <= {{ dbt.dateadd('second', wrapup_reach, 'completed_at') }}
    group by event_id

),

queue_events as (

    select
        call_lines.*,
        wrapup_by_completion.wrapup_seconds as acw_seconds,
        {{ dbt.dateadd(
            'second',
            '-(coalesce(call_lines.wait_seconds, 0) + coalesce(call_lines.talk_seconds, 0))',
            'call_lines.logged_at'
        ) }} as entered_by_durations_at,
        row_number() over (
            partition by call_lines.call_id
            order by
                call_lines.logged_at, call_lines._extracted_at nulls last, call_lines._file_id, call_lines._line_number
        ) as event_order
    from call_lines
    left join wrapup_by_completion on call_lines.event_id = wrapup_by_completion.event_id
    where call_lines.queue is not null
        and call_lines.event_class in ('entry', 'connect', 'completion', 'exit', 'refusal')

),

neighbours as (

    select
        *,
        lag(event_class) over in_queue as previous_class,
        lag(logged_at) over in_queue as previous_at,
        lead(event_class) over in_queue as next_class,
        sum(case when event_class = 'entry' then 1 else 0 end) over (partition by call_id, queue) as entries
    from queue_events
    window in_queue as (partition by call_id, queue order by event_order)

),

-- A visit starts where the log says so, or where something happens in a queue nobody is in: its entry stands
-- in a part of the log that we do not have. Two exceptions. An ending that reaches back before the previous
-- one repeats it. A lone entry logged after its own ending belongs to it: the clock was set back in between.
starts as (

    select
        *,
        case
            when event_class = 'refusal' or previous_class is null then 1
            when event_class = 'entry' and entries = 1 and next_class is null and previous_class in ('completion', 'exit') then 0
            when event_class = 'entry' then 1
            when previous_class in ('entry', 'connect') then 0
            when event_class = 'connect' or previous_class = 'refusal' then 1
            when entered_by_durations_at > previous_at then 1
            else 0
        end as is_start
    from neighbours

),

numbered as (

    select
        *,
        sum(is_start) over (
            partition by call_id, queue
            order by event_order
            rows between unbounded preceding and current row
        ) as visit_number,
        event_class in ('completion', 'exit') as is_end
    from starts

),

visits as (

    select
        call_id,
        queue,
        cast(visit_number as integer) as visit_number,
        min(event_order) as first_event_order,
        max(logged_at) as last_logged_at,
        bool_or(event_class = 'refusal') as is_refused,
        min(case when event_class = 'entry' then logged_at end) as entry_logged_at,
        min(case when event_class <> 'entry' then entered_by_durations_at end) as entry_by_durations_at,
        min(case when event_class = 'connect' then logged_at end) as connect_logged_at,
        min_by(agent, event_order) filter (event_class = 'connect') as connect_agent,
        min_by(agent, event_order) filter (event_class = 'completion') as completion_agent,
        bool_or(event in ('COMPLETEAGENT', 'COMPLETECALLER') or (event_class = 'completion' and agent is not null)) as is_completed,
        min_by(event, event_order) filter (is_end or event_class = 'refusal') as end_event,
        min_by(data1, event_order) filter (event = 'EXITWITHKEY') as exit_key,
        min(case when is_end or event_class = 'refusal' then logged_at end) as end_logged_at,
        min_by(talk_seconds, event_order) filter (event_class = 'completion') as logged_talk_seconds,
        min_by(wait_seconds, event_order) filter (wait_seconds is not null) as logged_wait_seconds,
        max(acw_seconds) as acw_seconds,
        min_by(_file_id, event_order) as _file_id,
        min_by(_line_number, event_order) as _line_number
    from numbered
    group by call_id, queue, visit_number

),

-- Who connects or completes has answered, even where the log names nobody. Only a transfer needs its agent: a waiting
-- caller's channel can be transferred away, too.
entered as (

    select
        *,
        coalesce(connect_agent, completion_agent) as agent,
        coalesce(entry_logged_at, entry_by_durations_at) as entered_at,
        case
            when connect_logged_at >= coalesce(entry_logged_at, connect_logged_at) then connect_logged_at
            when connect_logged_at is not null or is_completed
                then greatest(
                    coalesce(entry_logged_at, entry_by_durations_at),
                    case
                        when end_logged_at < entry_logged_at or end_logged_at is null
                            then {{ dbt.dateadd('second', 'coalesce(logged_wait_seconds, 0)', 'entry_logged_at') }}
                        else {{ dbt.dateadd('second', '-coalesce(logged_talk_seconds, 0)', 'end_logged_at') }}
                    end
                )
        end as connected_at
    from visits

),

succeeded as (

    select
        entered.*,
        case
            when end_logged_at >= entered_at then end_logged_at
            when end_logged_at is not null
                then {{ dbt.dateadd(
                    'second',
                    'case when connected_at is null then coalesce(logged_wait_seconds, 0) else coalesce(logged_talk_seconds, 0) end',
                    'coalesce(connected_at, entered_at)'
                ) }}
        end as own_end_at,
        lead(entered_at) over (
            partition by call_id, is_refused
            order by entered_at, first_event_order
        ) as next_entered_at
    from entered

),

restarted as (

    select
        succeeded.call_id,
        succeeded.queue,
        succeeded.visit_number,
        min(restarts.logged_at) as restarted_at
    from succeeded
    inner join restarts
        on restarts.logged_at
            between succeeded.last_logged_at and {{ dbt.dateadd('hour', silence_hours, 'succeeded.last_logged_at') }}
    where succeeded.own_end_at is null and succeeded.next_entered_at is null
    group by succeeded.call_id, succeeded.queue, succeeded.visit_number

),

ended as (

    select
        succeeded.*,
        case
            when succeeded.own_end_at is not null then 'log'
            when succeeded.next_entered_at is not null then 'next_entry'
            when restarted.restarted_at is not null then 'restart'
            when newest_line.logged_at
                > {{ dbt.dateadd('hour', silence_hours, 'succeeded.last_logged_at') }} then 'silence'
        end as end_known_by,
        restarted.restarted_at
    from succeeded
    cross join newest_line
    left join restarted
        on succeeded.call_id = restarted.call_id
        and succeeded.queue = restarted.queue
        and succeeded.visit_number = restarted.visit_number

),

dated as (

    select
        *,
        case
            when end_known_by is not null then greatest(
                case end_known_by
                    when 'log' then own_end_at
                    when 'next_entry' then next_entered_at
                    when 'restart' then restarted_at
                    when 'silence' then last_logged_at
                end,
                entered_at,
                connected_at
            )
        end as ended_at
    from ended

)

select
    'asterisk:' || dated.call_id as contact_id,
    dated.call_id,
    dated.queue,
    dated.visit_number,
    dated.entered_at,
    dated.entry_logged_at is not null or dated.is_refused as is_entry_logged,
    dated.connected_at,
    dated.ended_at,
    dated.agent,
    dated.end_event,
    dated.end_known_by,
    dated.is_refused,
    case
        when dated.is_refused then null
        when dated.connected_at is not null then 'answered'
        when dated.end_event = 'ABANDON' then 'abandoned'
        when dated.exit_key in ('{{ var("asterisk_voicemail_exit_keys") | join("', '") }}') then 'voicemail'
        when dated.next_entered_at is not null and dated.end_known_by is not null then 'overflow_out'
        when dated.end_event in ('EXITWITHKEY', 'TRANSFER', 'BLINDTRANSFER', 'ATTENDEDTRANSFER') then 'overflow_out'
        when dated.end_known_by is not null then 'system_disconnect'
        else 'in_queue'
    end as queue_outcome,
    dated.logged_wait_seconds,
    case
        when dated.connected_at is null then null
        when dated.logged_talk_seconds is not null then dated.logged_talk_seconds
        when dated.end_known_by in ('log', 'next_entry')
            then cast({{ dbt.datediff('dated.connected_at', 'dated.ended_at', 'second') }} as integer)
    end as talk_seconds,
    dated.acw_seconds,
    dated.first_event_order,
    call_facts.call_first_logged_at,
    call_facts.call_last_logged_at,
    call_facts.dialled_number,
    dated._file_id,
    dated._line_number
from dated
inner join call_facts on dated.call_id = call_facts.call_id
