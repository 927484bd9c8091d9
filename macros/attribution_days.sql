{# Days before an order in which a contact can be credited with it: those of its campaign, else those of all orders. #}
{% macro attribution_days(campaign) -%}
    {%- set special = var('order_attribution_days_by_campaign') -%}
    {%- if special -%}
        case {{ campaign }}
            {%- for name, days in special.items() %} when {{ literal(name) }} then {{ days }}{%- endfor %}
            else {{ var('order_attribution_days') }}
        end
    {%- else -%}
        {{ var('order_attribution_days') }}
    {%- endif -%}
{%- endmacro %}


{# The longest of these windows, in days: how far a change reaches. #}
{% macro longest_attribution_days() -%}
    {{ return(([var('order_attribution_days')] + var('order_attribution_days_by_campaign').values() | list) | max) }}
{%- endmacro %}
