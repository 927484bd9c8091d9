{#
    The states that tickets went through, one row per change of status, from a relation of their events.

    Merging closes a ticket. Events of the same instant follow each other by the length of their ids, then by id, so
    that E10 comes after E9. A ticket begins as new. Change of a state to itself is no change of being open.
#}
{% macro ticket_statuses(events) %}
    select
        ticket_id,
        event_id,
        event_at,
        actor_type,
        actor_id,
        status,
        status_before,
        is_merge,
        status in ('solved', 'closed') and status_before not in ('solved', 'closed') as is_closing,
        status not in ('solved', 'closed') and status_before in ('solved', 'closed') as is_reopening,
        lead(event_at) over (partition by ticket_id order by event_at, length(event_id), event_id) as next_event_at
    from (
        select
            ticket_id,
            event_id,
            event_at,
            actor_type,
            actor_id,
            event_type = 'merged' as is_merge,
            case event_type when 'merged' then 'closed' else to_value end as status,
            coalesce(lag(case event_type when 'merged' then 'closed' else to_value end) over (
                partition by ticket_id order by event_at, length(event_id), event_id
            ), 'new') as status_before
        from {{ events }}
        where event_type in ('status_changed', 'merged')
    )
{% endmacro %}
