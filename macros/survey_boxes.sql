{#
    Where the boxes of a satisfaction scale are cut, on a scale turned so that high is good. Boxes are counted from
    the ends of the scale, so a longer scale keeps its own top and bottom; scales of fewer than five points have one
    box at either end.
#}
{% macro csat_top_from(scale_min, scale_max) -%}
    case when {{ scale_max }} - {{ scale_min }} >= 4 then {{ scale_max }} - (5 - {{ var('csat_top') }}) else {{ scale_max }} end
{%- endmacro %}


{% macro csat_bottom_to(scale_min, scale_max) -%}
    case when {{ scale_max }} - {{ scale_min }} >= 4 then {{ scale_min }} + ({{ var('csat_bottom') }} - 1) else {{ scale_min }} end
{%- endmacro %}


{# Whether a question is asked on a scale that its KPI can be computed from: recommendation only from 0 to 10. #}
{% macro is_usable_scale(question_code, scale_min, scale_max) -%}
    ({{ question_code }} <> 'NPS' or ({{ scale_min }} = 0 and {{ scale_max }} = 10))
{%- endmacro %}


{# Whether effort is asked on seven points; an answer on another scale has no place in a mean. #}
{% macro is_seven_points(scale_min, scale_max) -%}
    ({{ scale_min }} = 1 and {{ scale_max }} = 7)
{%- endmacro %}
