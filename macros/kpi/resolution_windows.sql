{# The windows in days that resolution is published for besides `fcr_window_days`; `also` adds others. #}
{% macro resolution_windows(also=[]) -%}
    {{ return([1, 3, 14, 30] + also) }}
{%- endmacro %}


{# How far resolution looks from one contact of a customer to another, in days: the longest of all windows. #}
{% macro resolution_reach() -%}
    {{ return(resolution_windows(also=parameter_values('reason', 'fcr_window_days')) | max) }}
{%- endmacro %}
