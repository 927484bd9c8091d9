{#
    Business time between two instants is the difference of two lookups in dim_business_time.

    Join it once for each instant with `at_business_time('asked', 'calendar_id', 'asked_at')`, then subtract:
    `business_seconds('asked', 'asked_at', 'replied', 'replied_at')`. NULL outside the calendar.
#}
{% macro at_business_time(lookup, calendar, instant) -%}
    {{ calendar }} = {{ lookup }}.calendar_id
            and cast({{ instant }} as date) = {{ lookup }}.utc_date
            and {{ instant }} >= {{ lookup }}.starts_at
            and {{ instant }} < {{ lookup }}.ends_at
{%- endmacro %}


{# Business seconds from one instant to a later one, as BIGINT; both were looked up with `at_business_time`. #}
{% macro business_seconds(start_lookup, start, finish_lookup, finish) -%}
    ({{ business_seconds_before(finish_lookup, finish) }}) - ({{ business_seconds_before(start_lookup, start) }})
{%- endmacro %}


{# Business seconds from the beginning of the calendar to an instant; only differences mean something. #}
{% macro business_seconds_before(lookup, instant) -%}
    {{ lookup }}.business_seconds_before + {{ seconds_between(lookup ~ '.starts_at', 'least(' ~ instant ~ ', ' ~ lookup ~ '.open_until)') }}
{%- endmacro %}
