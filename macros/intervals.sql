{# The instant at which the interval of local time begins that holds an instant, in UTC; `local_start` is its wall-clock time. #}
{% macro interval_start(start, local_start) -%}
    {{ start }} - ({{ local_start }} - time_bucket(interval {{ var('interval_minutes') }} minute, {{ local_start }}))
{%- endmacro %}


{#
    The intervals of local time that a span touches, one row each: the instants at which they begin, in UTC. `local_start`
    is the wall-clock time of `start`.
#}
{% macro interval_starts(start, finish, local_start) -%}
    unnest(generate_series(
        {{ interval_start(start, local_start) }},
        {{ finish }} - interval 1 microsecond,
        interval {{ var('interval_minutes') }} minute
    ))
{%- endmacro %}


{# The seconds of a span that lie in the interval that begins at an instant. #}
{% macro seconds_in_interval(start, finish, interval_start) -%}
    {{ seconds_between(
        'greatest(' ~ start ~ ', ' ~ interval_start ~ ')',
        'least(' ~ finish ~ ', ' ~ interval_start ~ ' + interval ' ~ var('interval_minutes') ~ ' minute)'
    ) }}
{%- endmacro %}


{#
    Select list: what the clock of a time zone showed at the begin of an interval, `interval_local_start`, and
    `fold_number`: 2 where it shows that time for the second time, because it had been put back by an hour or half an
    hour just before, else 1.
#}
{% macro local_interval(start, time_zone) -%}
    {{ local_time(start, time_zone) }} as interval_local_start,
    cast(case
        when {{ local_time(start ~ ' - interval 60 minute', time_zone) }} = {{ local_time(start, time_zone) }}
            or {{ local_time(start ~ ' - interval 30 minute', time_zone) }} = {{ local_time(start, time_zone) }}
            then 2
        else 1
    end as integer) as fold_number
{%- endmacro %}
