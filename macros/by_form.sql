{# A parameter of evaluation forms: that of the form in `<parameter>_by_form`, else the one for all forms. #}
{% macro by_form(parameter, form_id) -%}
    {%- set special = var(parameter ~ '_by_form') -%}
    {%- if special -%}
        case {{ form_id }}
            {%- for form, value in special.items() %}
            when {{ literal(form) }} then {{ value }}
            {%- endfor %}
            else {{ var(parameter) }}
        end
    {%- else -%}
        {{ var(parameter) }}
    {%- endif -%}
{%- endmacro %}
