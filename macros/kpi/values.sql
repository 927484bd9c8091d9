{#
    Every KPI of a component, for every period and scope, from the definitions: parts are summed first, divided last.

    `date_column` is the component's date. `period_grain` says that the component is counted by period_type,
    period_start, scope_type and scope_id already (see kpi_period_parts). Scopes are those whose columns the component
    has (see kpi_scopes), periods those of the model's `meta.touched`.
    On an incremental night only touched periods, their successors (whose previous value moves) and values still
    provisional are computed; what they are compared with is read from the table as it stands.
#}
{% macro kpi_values(component, date_column='business_date', period_grain=false) %}
{%- do touched() -%}
{%- do ref('reported_through') -%}
{%- set periods = model_periods() -%}
with
{%- if is_incremental() %}
to_compute as (

    {{ periods_to_compute(periods) }}

),
{% endif %}
component as (

    select * from {{ ref('kpi_component_' ~ component) }}

),

{% if period_grain -%}
{{ kpi_period_parts(component) }},
{%- else -%}
{{ kpi_sums(component, date_column, periods) }},
{%- endif %}

{{ kpi_divided(component, periods) }},

{% if period_grain -%}
{{ kpi_valued('divided', component) }},
{%- else -%}
{{ kpi_windows(component, periods) }},

parted as (

    select * from divided
    union all by name
    select * from windows

),

{{ kpi_valued('parted', component) }},
{%- endif %}

{{ kpi_compared() }}

select {{ kpi_value_columns() }}
from compared
{% endmacro %}


{#
    CTE `divided`: numerator and denominator of every KPI, with the squares that some confidence intervals need (see kpi_moments), the
    number of cases of those that are estimates, and of how many cases the source recorded what is measured (see
    macros/kpi/recorded.sql).

    KPIs of the same scopes and periods are read from one pass over the sums: a branch for each KPI would be as clear,
    but planning a hundred of them costs the database more than computing them.
    A ratio of nothing to nothing has no row below the wide scopes: nine in ten rows of agents would be such. The rest of
    a scope has a row only where something belongs to it.
#}
{% macro kpi_divided(component, periods, period=none, instants=[]) %}
{%- set keys = ['period_type', 'period_start'] + instants + ['scope_type', 'scope_id'] -%}
{%- set alike = {} -%}
{%- for kpi in kpi_definitions(component, period) -%}
    {%- set where = "scope_type in ('" ~ kpi.scopes | join("', '") ~ "') and period_type in ('" ~ kpi_periods(kpi, periods) | join("', '") ~ "')" -%}
    {%- do alike.setdefault(where, []).append(kpi) -%}
{%- endfor -%}
listed as (

    {%- for where, kpis in alike.items() %}
    select
        {{ keys | join(', ') }},
        unnest([
            {%- for kpi in kpis %}
            struct_pack(
                kpi_id := '{{ kpi.kpi_id }}',
                variant := '{{ kpi.variant }}',
                numerator := cast({{ kpi.numerator }} as double),
                denominator := cast({{ kpi.denominator or 'null' }} as double),
                {%- set moments = kpi_moments(kpi) %}
                squared_sum := cast({{ moments.squares }} as double),
                product_sum := cast({{ moments.products }} as double),
                base_squared_sum := cast({{ moments.bases }} as double),
                case_count := cast({{ kpi.cases or 'null' }} as double),
                excluded_count := cast({{ kpi.excluded or 'null' }} as double),
                recorded_count := cast({{ kpi_recorded_by(kpi) }} as double),
                delivered_count := cast({{ (kpi.recorded or {}).of or 'null' }} as double),
                counted := cast({{ kpi_counted(kpi) }} as double),
                missing_parts := {{ kpi_missing_parts(kpi) }},
                is_ratio := {{ 'true' if kpi.denominator else 'false' }}
            ){{ ',' if not loop.last }}
            {%- endfor %}
        ]) as kpi
    from summed
    where {{ where }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {{ keys | join(', ') }},
        struct_pack(
            kpi_id := '',
            variant := '',
            numerator := cast(null as double),
            denominator := cast(null as double),
            squared_sum := cast(null as double),
            product_sum := cast(null as double),
            base_squared_sum := cast(null as double),
            case_count := cast(null as double),
            excluded_count := cast(null as double),
            recorded_count := cast(null as double),
            delivered_count := cast(null as double),
            counted := cast(null as double),
            missing_parts := cast(null as varchar),
            is_ratio := false
        ) as kpi
    from summed
    where false
    {%- endfor %}

),

divided as (

    select
        kpi.kpi_id,
        kpi.variant,
        {{ keys | join(', ') }},
        -- cases of which nothing was recorded say nothing, not zero
        case when kpi.counted is null or kpi.counted <> 0 or coalesce(kpi.delivered_count, 0) = 0 then kpi.numerator end as numerator,
        kpi.denominator,
        kpi.squared_sum,
        kpi.product_sum,
        kpi.base_squared_sum,
        kpi.case_count,
        kpi.excluded_count,
        kpi.recorded_count,
        kpi.delivered_count,
        kpi.missing_parts
    from listed
    where ((not kpi.is_ratio or scope_type in ('{{ kpi_wide_scopes() | join("', '") }}')) and not {{ is_rest('scope_id') }})
        or coalesce(kpi.numerator, 0) <> 0
        or coalesce(kpi.denominator, 0) <> 0
        or coalesce(kpi.excluded_count, 0) <> 0
        or coalesce(kpi.delivered_count, 0) <> 0

)
{%- endmacro %}


{# CTE `valued`: the quotient of every KPI of a relation, with what its definition says of it. #}
{% macro kpi_valued(relation, component) %}
definitions as (

    select *
    from (
        values
        {%- for kpi in kpi_definitions(component) %}
        (
            '{{ kpi.kpi_id }}', '{{ kpi.variant }}', cast({{ kpi.multiplier }} as double), {{ kpi.final_after_days }},
            cast({{ literal(kpi.numerator) }} as varchar), cast({{ literal(kpi.denominator) }} as varchar),
            cast({{ kpi.suppress_below or 'null' }} as double), cast({{ literal(kpi.excluded) }} as varchar)
        ){{ ',' if not loop.last }}
        {%- else %}
        ('', '', cast(1 as double), 0, '', cast(null as varchar), cast(null as double), cast(null as varchar))
        {%- endfor %}
    ) as listed (kpi_id, variant, multiplier, final_after_days, numerator_name, denominator_name, suppress_below, excluded_name)

),

valued as (

    select
        {{ relation }}.*,
        definitions.multiplier,
        definitions.final_after_days,
        definitions.numerator_name,
        definitions.denominator_name,
        definitions.suppress_below,
        definitions.excluded_name,
        case
            when definitions.denominator_name is null then definitions.multiplier * {{ relation }}.numerator
            else {{ ratio(relation ~ '.numerator', relation ~ '.denominator', 'definitions.multiplier') }}
        end as value,
        {{ period_end(relation ~ '.period_type', relation ~ '.period_start') }} as period_end
    from {{ relation }}
    inner join definitions
        on {{ relation }}.kpi_id = definitions.kpi_id
            and {{ relation }}.variant = definitions.variant

)
{%- endmacro %}


{# The columns of a table of values, from `valued` or `compared`. #}
{% macro kpi_value_columns(instants=[]) %}
    kpi_id,
    variant,
    period_type,
    period_start,
    period_end,
    {%- for instant in instants %}
    {{ instant }},
    {%- endfor %}
    scope_type,
    scope_id,
    numerator,
    denominator,
    squared_sum,
    product_sum,
    base_squared_sum,
    case_count,
    excluded_count,
    recorded_count,
    delivered_count,
    missing_parts,
    multiplier,
    value,
    {%- for column in kpi_carried() %}
    previous_{{ column }},
    {%- endfor %}
    concat(
        '{"', numerator_name, '": ', coalesce(cast(numerator as varchar), 'null'),
        case when denominator_name is not null then concat(', "', denominator_name, '": ', coalesce(cast(denominator as varchar), 'null')) end,
        case when excluded_name is not null then concat(', "', excluded_name, '": ', coalesce(cast(excluded_count as varchar), '0')) end,
        '}'
    ) as components,
    {{ period_state('period_end', 'final_after_days') }} as state,
    least({{ utc_instant('cast(period_end + 1 as timestamp)', reporting_zone()) }}, {{ as_of() }}) as data_watermark,
    {{ of_this_refresh('parameter_set') }} as parameter_set,
    {{ of_this_refresh('run_id') }} as _run_id
{%- endmacro %}
