{#
    The intervals of local time that a span touches, one row each: the instants at which they begin, in UTC. `local_start`
    is the wall-clock time of `start`.
#}
{% macro interval_starts(start, finish, local_start) -%}
    unnest(generate_series(
        {{ start }} - ({{ local_start }} - time_bucket(interval {{ var('interval_minutes') }} minute, {{ local_start }})),
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
