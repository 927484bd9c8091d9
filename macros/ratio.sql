{# Divide last, and never by zero: the only division of KPIs in this project. #}
{% macro ratio(numerator, denominator, multiplier=1) -%}
    {{ multiplier }} * ({{ numerator }}) / nullif({{ denominator }}, 0)
{%- endmacro %}
