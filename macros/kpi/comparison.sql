{#
    CTE `compared`: every value beside that of the period before, which is computed tonight or stands in the table.
    Its parts come along, to tell a change from chance. A group too small to be shown is not shown as the period before
    either.
#}
{% macro kpi_compared() %}
{%- set keys = 'kpi_id, variant, period_type, period_start, scope_type, scope_id' -%}
earlier as (

    select {{ keys }}, {{ kpi_carried() | join(', ') }} from valued
    {%- if is_incremental() %}
    union all
    select {{ keys }}, {{ kpi_carried() | join(', ') }}
    from {{ this }}
    where (period_type, period_start) in (
            select (period_type, {{ period_shift('period_type', 'period_start', -1) }}) from to_compute
        )
        and (period_type, period_start) not in (select (period_type, period_start) from to_compute)
    {%- endif %}

),

compared as (

    select
        valued.*
        {%- for column in kpi_carried() %},
        case when coalesce(earlier.denominator >= valued.suppress_below, true) then earlier.{{ column }} end as previous_{{ column }}
        {%- endfor %}
    from valued
    left join earlier
        on valued.kpi_id = earlier.kpi_id
            and valued.variant = earlier.variant
            and valued.period_type = earlier.period_type
            and {{ period_shift('valued.period_type', 'valued.period_start', -1) }} = earlier.period_start
            and valued.scope_type = earlier.scope_type
            and valued.scope_id is not distinct from earlier.scope_id

)
{%- endmacro %}


{# What a value knows of the period that it is compared with, each as previous_*: name -> type. #}
{% macro kpi_carried() -%}
    {{ return({
        'value': 'double',
        'numerator': 'double',
        'denominator': 'double',
        'squared_sum': 'double',
        'product_sum': 'double',
        'base_squared_sum': 'double',
        'case_count': 'double',
        'missing_parts': 'varchar',
    }) }}
{%- endmacro %}


{#
    CTE `windows`: twelve months that end with a month, from the months' own parts.
    Months that tonight does not compute are read from the table. Parts are added as decimals: a sum of doubles would
    depend on its order. A part of a composite measure is missing where it is missing in every month with cases.
#}
{% macro kpi_windows(component, periods) %}
{%- set parts = [
    'numerator', 'denominator', 'squared_sum', 'product_sum', 'base_squared_sum', 'case_count', 'excluded_count', 'recorded_count',
    'delivered_count',
] -%}
months as (

    select kpi_id, variant, period_start, scope_type, scope_id, missing_parts, {{ parts | join(', ') }}
    from divided
    where period_type = 'month'
    {%- if is_incremental() %}
    union all
    select kpi_id, variant, period_start, scope_type, scope_id, missing_parts, {{ parts | join(', ') }}
    from {{ this }}
    where period_type = 'month'
        and period_start in (
            select cast(unnest(generate_series(period_start, period_start + interval 11 month, interval 1 month)) as date)
            from to_compute
            where period_type = 'trailing_12m'
        )
        and period_start not in (select period_start from to_compute where period_type = 'month')
    {%- endif %}

),

with_data as (

    select distinct kpi_id, variant, period_start -- members share their months
    from months
    where (kpi_id, variant) in (
            ('', '')
            {%- for kpi in kpi_definitions(component) if 'trailing_12m' in kpi_periods(kpi, periods) %},
            ('{{ kpi.kpi_id }}', '{{ kpi.variant }}')
            {%- endfor %}
        )

),

-- twelve months end with every month in which the KPI has data somewhere, and with those after it in which the center
-- has some: eleven months of data say much, although the twelfth has none yet
ends as (

    select distinct -- months follow each other within a year
        with_data.kpi_id,
        with_data.variant,
        cast(with_data.period_start + later.months * interval 1 month as date) as period_start
    from with_data
    cross join (select unnest(range(0, 12)) as months) as later
    where (
            later.months = 0
            or with_data.period_start + later.months * interval 1 month <= (select last_month from {{ ref('reported_through') }})
        )
        {%- if is_incremental() %}
        and cast(with_data.period_start + (later.months - 11) * interval 1 month as date) in (
            select period_start from to_compute where period_type = 'trailing_12m'
        )
        {%- endif %}

),

windows as (

    select
        months.kpi_id,
        months.variant,
        'trailing_12m' as period_type,
        cast(ends.period_start - interval 11 month as date) as period_start,
        months.scope_type,
        months.scope_id
        {%- for part in parts %},
        case
            {%- if part == 'numerator' %} {# as in a month: cases of which nothing was recorded say nothing, not zero #}
            when sum(months.delivered_count) > 0 and coalesce(sum(months.recorded_count), 0) = 0 and coalesce(sum(months.denominator), 0) = 0
                then null
            {%- endif %}
            when true then cast(sum(cast(months.{{ part }} as decimal(38, 9))) as double)
        end as {{ part }}
        {%- endfor %},
        nullif(concat_ws(',', null
            {%- for name in kpi_composite_parts(component) %},
            case when bool_and(coalesce(list_contains(string_split(months.missing_parts, ','), '{{ name }}'), false)) filter (
                where coalesce(months.denominator, months.numerator) > 0
            ) then '{{ name }}' end
            {%- endfor %}
        ), '') as missing_parts
    from ends
    inner join months
        on ends.kpi_id = months.kpi_id
            and ends.variant = months.variant
            and months.period_start between ends.period_start - interval 11 month and ends.period_start
    group by months.kpi_id, months.variant, ends.period_start, months.scope_type, months.scope_id

)
{%- endmacro %}
