-- grain: one row per agent, kind of interval, queue and instant it started
{{ config(unique_key=["agent"]) }}

with queue_log as (

    select *
    from {{ ref('stg_asterisk__queue_log') }}
    where event_class = 'agent' and agent is not null and not is_superseded
    {%- if is_incremental() %}
        and agent in (
            select agent
            from {{ ref('stg_asterisk__queue_log') }}
            where event_class = 'agent' and _delivery_id > {{ delivered_through() }}
        )
    {%- endif %}

),

switches as (

    select
        agent,
        coalesce(queue, 'all') as queue,
        logged_at,
        case when event like '%PAUSE%' then 'pause' else 'login' end as interval_type,
        event in ('PAUSE', 'PAUSEALL', 'AGENTLOGIN', 'AGENTCALLBACKLOGIN') as is_start,
        case when event in ('AGENTLOGOFF', 'AGENTCALLBACKLOGOFF') then try_cast(data2 as integer) end as login_seconds,
        case when event in ('PAUSE', 'PAUSEALL') then data1 end as reason,
        row_number() over (
            partition by agent
            order by logged_at, _extracted_at nulls last, _file_id, _line_number
        ) as event_order,
        _file_id,
        _line_number
    from queue_log
    where event in (
        'PAUSE', 'UNPAUSE', 'PAUSEALL', 'UNPAUSEALL',
        'AGENTLOGIN', 'AGENTLOGOFF', 'AGENTCALLBACKLOGIN', 'AGENTCALLBACKLOGOFF'
    )

),

-- Starting what has started, and ending what has not, changes nothing: a run of starts is its first one.
runs as (

    select
        *,
        coalesce(lag(is_start) over in_scope, false) as was_started
    from switches
    window in_scope as (partition by agent, interval_type, queue order by event_order)

),

bounds as (

    select
        *,
        lag(logged_at) over in_scope as start_logged_at,
        lag(reason) over in_scope as start_reason,
        lead(logged_at) over in_scope as next_bound_at
    from runs
    where is_start <> was_started or login_seconds is not null
    window in_scope as (partition by agent, interval_type, queue order by event_order)

),

-- A logoff says itself how long the login was, so it needs none in the log.
closed as (

    select
        agent,
        interval_type,
        queue,
        coalesce({{ dbt.dateadd('second', '-login_seconds', 'logged_at') }}, start_logged_at) as started_at,
        logged_at as ended_at,
        start_reason as reason,
        _file_id,
        _line_number
    from bounds
    where not is_start

),

still_open as (

    select
        agent,
        interval_type,
        queue,
        logged_at as started_at,
        cast(null as timestamp) as ended_at,
        reason,
        _file_id,
        _line_number
    from bounds
    where is_start and next_bound_at is null

),

intervals as (

    select * from closed
    union all
    select * from still_open

)

select
    'asterisk:' || agent as agent_id,
    agent,
    interval_type,
    queue,
    started_at,
    ended_at,
    reason,
    _file_id,
    _line_number
from intervals
