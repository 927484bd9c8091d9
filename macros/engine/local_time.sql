{# Wall-clock time in an IANA zone of an instant kept as naive UTC. Both directions of DST are safe this way round. #}
{% macro local_time(instant, zone) -%}
    {{ return(adapter.dispatch('local_time')(instant, zone)) }}
{%- endmacro %}

{% macro default__local_time(instant, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}

{% macro spark__local_time(instant, zone) -%}
    from_utc_timestamp({{ instant }}, {{ zone }})
{%- endmacro %}


{# Local calendar date of an instant. #}
{% macro local_date(instant, zone) -%}
    cast({{ local_time(instant, zone) }} as date)
{%- endmacro %}


{# Instant of a local midnight or other unambiguous wall-clock time, as naive UTC. #}
{% macro utc_instant(local, zone) -%}
    {{ return(adapter.dispatch('utc_instant')(local, zone)) }}
{%- endmacro %}

{% macro default__utc_instant(local, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ local }}))
{%- endmacro %}

{% macro spark__utc_instant(local, zone) -%}
    to_utc_timestamp({{ local }}, {{ zone }})
{%- endmacro %}


{# The IANA zones that the engine can compute with, one `name` per row. #}
{% macro known_time_zones() -%}
    {{ return(adapter.dispatch('known_time_zones')()) }}
{%- endmacro %}

{% macro default__known_time_zones() -%}
    (select name from pg_timezone_names())
{%- endmacro %}
