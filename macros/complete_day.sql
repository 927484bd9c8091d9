{# The zone that counts where no site is known, as a text literal. #}
{% macro reporting_zone() -%}
    '{{ var("reporting_time_zone") }}'
{%- endmacro %}


{#
    The date on which as-of lies in a zone: the day that is running there.

    This and `last_complete_date` are the only ways from as-of to a date. `zone` is SQL, a column or a literal; without
    one the reporting zone counts.
#}
{% macro running_date(zone=none) -%}
    {{ local_date(as_of(), zone or reporting_zone()) }}
{%- endmacro %}


{# The last local day that is over in a zone at as-of. A day is complete when it is not later than this. #}
{% macro last_complete_date(zone=none) -%}
    ({{ running_date(zone) }} - 1)
{%- endmacro %}


{#
    The date on which as-of lies in the zone where days begin first, UTC+14: no site has begun a later day. For ranges
    of days that are looked at before their sites are known.
#}
{% macro latest_running_date() -%}
    {{ running_date("'Etc/GMT-14'") }}
{%- endmacro %}
