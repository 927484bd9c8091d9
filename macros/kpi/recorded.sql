{#
    What of a KPI's cases the source recorded, from `recorded` in its definition, which names simple metrics:

      by      cases of which everything that is measured was recorded; the denominator where it says nothing
      of      all cases, recorded or not
      parts   of a composite measure: what a part is called -> cases of which that part was recorded

    A KPI without `of` measures nothing that a source could leave out while it delivers the case.
#}
{% macro kpi_recorded_by(kpi) -%}
    {%- set recorded = kpi.recorded or {} -%}
    {{ return((recorded.by or kpi.denominator) if recorded.of else 'null') }}
{%- endmacro %}


{#
    The cases that a value rests on: none of them, although there are cases, means that nobody recorded it. A composite
    measure rests on its main part, which its denominator counts.
#}
{% macro kpi_counted(kpi) -%}
    {%- set recorded = kpi.recorded or {} -%}
    {%- if not recorded.of -%}
        {{ return('null') }}
    {%- endif -%}
    {{ return(kpi.denominator if kpi.denominator and (recorded.parts or not recorded.by) else recorded.by) }}
{%- endmacro %}


{# The parts of a composite measure that no case has, as text with commas between; NULL where all are there. #}
{% macro kpi_missing_parts(kpi) -%}
    {%- set parts = (kpi.recorded or {}).parts or {} -%}
    {%- if not parts -%}
        cast(null as varchar)
    {%- else -%}
        nullif(concat_ws(',', null
            {%- for name, cases in parts.items() %},
            case when {{ kpi_counted(kpi) }} > 0 and coalesce({{ cases }}, 0) = 0 then '{{ name }}' end
            {%- endfor %}), '')
    {%- endif -%}
{%- endmacro %}


{# The names of all parts of the composite measures of a component. #}
{% macro kpi_composite_parts(component) -%}
    {%- set found = [] -%}
    {%- for kpi in kpi_definitions(component) -%}
        {%- do found.extend(((kpi.recorded or {}).parts or {}).keys() | list) -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}


{#
    Why a row of `kpi_value` has no value, as a short code, over the columns value, is_suppressed, recorded_count, delivered_count,
    period_end and delivered_from (of the KPI's first row). NULL where there is a value.

    not_delivered      no source had delivered anything for the KPI yet
    not_recorded       there were cases, and no source recorded of them what is measured
    no_cases           there was nothing to measure
    too_small_to_show  a group too small to be shown
#}
{% macro no_data_reason() -%}
    case
            when is_suppressed then 'too_small_to_show'
            when value is not null then null
            when delivered_count > 0 and coalesce(recorded_count, 0) = 0 then 'not_recorded'
            when delivered_from is null or period_end < delivered_from then 'not_delivered'
            else 'no_cases'
        end
{%- endmacro %}
