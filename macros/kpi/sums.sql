{#
    CTE `summed`: the parts of a component by period and scope.

    First by date and scope (grouping sets over the component, read once), then by longer periods over these few
    rows: sums of sums and maxima of maxima are exact. Rows without a member of a scope (an abandoned leg has no
    agent) belong to the rest of it.
#}
{% macro kpi_sums(component, date_column, periods) %}
{%- set scopes = kpi_scopes(component) -%}
{%- set parts = kpi_parts(component) -%}
{%- set periods = periods | reject('equalto', 'trailing_12m') | list -%}
by_date as (

    select
        {{ date_column }} as by_date,
        {{ grouped_scope(scopes, ids=false) }} as scope_type,
        {{ grouped_scope(scopes, ids=true) }} as scope_id
        {%- for name, part in parts.items() %},
        {{ part.aggregate }}({{ part.expression }}) as {{ name }}
        {%- endfor %}
    from component
    {%- if is_incremental() %}
    where false
        {%- for period in periods %}
        or {{ period_of(period, date_column) }} in (select period_start from to_compute where period_type = '{{ period }}')
        {%- endfor %}
    {%- endif %}
    group by grouping sets (
        ({{ date_column }})
        {%- for columns in scopes.values() %},
        ({{ date_column }}, {{ columns | join(', ') }})
        {%- endfor %}
    )

),

summed as (

    {%- for period in periods %}
    {%- set start = period_of(period, 'by_date') %}
    select
        '{{ period }}' as period_type,
        {{ start }} as period_start,
        scope_type,
        scope_id
        {%- for name, part in parts.items() %},
        {%- if part.take == 'last' %}
        coalesce(
            sum({{ name }}) filter (where by_date = {{ last_complete_day("'" ~ period ~ "'", start) }}),
            case when count({{ name }}) > 0 then 0 end
        ) as {{ name }}
        {%- else %}
        {{ part.aggregate }}({{ name }}) as {{ name }}
        {%- endif %}
        {%- endfor %}
    from by_date
    {%- if is_incremental() %}
    where {{ start }} in (select period_start from to_compute where period_type = '{{ period }}')
    {%- endif %}
    group by {{ start }}, scope_type, scope_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)
{%- endmacro %}


{#
    CTE `summed` of a component that is counted by period and scope already, because its parts do not add up over
    time: recounts, cohorts, medians.
#}
{% macro kpi_period_parts(component) %}
{%- set parts = kpi_parts(component) -%}
summed as (

    select
        period_type,
        period_start,
        scope_type,
        scope_id
        {%- for name, part in parts.items() %},
        {{ part.aggregate }}({{ part.expression }}) as {{ name }}
        {%- endfor %}
    from component
    {%- if is_incremental() %}
    where (period_type, period_start) in (select (period_type, period_start) from to_compute)
    {%- endif %}
    group by period_type, period_start, scope_type, scope_id

)
{%- endmacro %}
