{# Whole seconds from one instant to a later one, as BIGINT. Both are UTC, so DST cannot bend the difference. #}
{% macro seconds_between(start, finish) -%}
    {{ return(adapter.dispatch('seconds_between')(start, finish)) }}
{%- endmacro %}

{% macro default__seconds_between(start, finish) -%}
    cast(epoch({{ finish }}) - epoch({{ start }}) as bigint)
{%- endmacro %}

{% macro spark__seconds_between(start, finish) -%}
    cast(unix_timestamp({{ finish }}) - unix_timestamp({{ start }}) as bigint)
{%- endmacro %}


{# Every day from one date to another, both included, as rows of one column `day`. #}
{% macro days_between(first, last) -%}
    select cast(unnest(generate_series({{ first }}::timestamp, {{ last }}::timestamp, interval 1 day)) as date) as day
{%- endmacro %}
