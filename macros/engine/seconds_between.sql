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
