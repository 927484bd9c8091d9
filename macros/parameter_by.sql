{#
    A parameter that may differ by form, campaign, survey, product or reason, as SQL: the value that
    `<parameter>_by_<kind>` has for the member in `column`, else the one for all.
#}
{% macro parameter_by(kind, parameter, column) -%}
    {%- set special = var(parameter ~ '_by_' ~ kind) -%}
    {%- if special -%}
        case {{ column }}
            {%- for member, value in special.items() %}
            when {{ literal(member) }} then {{ value }}
            {%- endfor %}
            else {{ var(parameter) }}
        end
    {%- else -%}
        {{ var(parameter) }}
    {%- endif -%}
{%- endmacro %}


{# All values that such a parameter has: the one for all first. #}
{% macro parameter_values(kind, parameter) -%}
    {{ return(([var(parameter)] + var(parameter ~ '_by_' ~ kind).values() | list) | unique | list) }}
{%- endmacro %}
