{#
    Every KPI of a component, for every period and scope, from the definitions: parts are summed first, divided last.

    `date_column` is the component's date. `period_grain` says that the component is counted by period_type,
    period_start, scope_type and scope_id already (see kpi_period_parts). Scopes are those whose columns the component
    has (see kpi_scopes), periods those of the model's `meta.touched`.
    On an incremental night only touched periods, their successors (whose previous value moves) and values still
    provisional are computed; what they are compared with is read from the table as it stands.
#}
{% macro kpi_values(component, date_column='business_date', period_grain=false, scopes=none, periods=none) %}
{%- do touched() -%}
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
{{ kpi_sums(component, date_column, kpi_scopes(component), periods) }},
{%- endif %}

definitions as (

    {{ kpi_definition_rows(component) }}

),

divided as (

    {%- for kpi in kpi_definitions(component) %}
    select
        '{{ kpi.kpi_id }}' as kpi_id,
        '{{ kpi.variant }}' as variant,
        period_type,
        period_start,
        scope_type,
        scope_id,
        cast({{ kpi.numerator }} as double) as numerator,
        {{ 'cast(' ~ kpi.denominator ~ ' as double)' if kpi.denominator else 'cast(null as double)' }} as denominator
    from summed
    where scope_type in ('{{ kpi.scopes | join("', '") }}')
        and period_type in ('{{ (kpi.periods or periods) | join("', '") }}')
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as varchar) as kpi_id,
        cast(null as varchar) as variant,
        period_type,
        period_start,
        scope_type,
        scope_id,
        cast(null as double) as numerator,
        cast(null as double) as denominator
    from summed
    where false
    {%- endfor %}

),

valued as (

    select
        divided.*,
        definitions.multiplier,
        definitions.final_after_days,
        definitions.numerator_name,
        definitions.denominator_name,
        case
            when definitions.denominator_name is null then definitions.multiplier * divided.numerator
            else {{ ratio('divided.numerator', 'divided.denominator', 'definitions.multiplier') }}
        end as value,
        {{ period_end('divided.period_type', 'divided.period_start') }} as period_end,
        {{ period_shift('divided.period_type', 'divided.period_start', -1) }} as previous_start
    from divided
    inner join definitions
        on divided.kpi_id = definitions.kpi_id
            and divided.variant = definitions.variant

),

earlier as (

    select kpi_id, variant, period_type, period_start, scope_type, scope_id, value from valued
    {%- if is_incremental() %}
    union all
    select kpi_id, variant, period_type, period_start, scope_type, scope_id, value
    from {{ this }}
    where (period_type, period_start) in (
            select (period_type, {{ period_shift('period_type', 'period_start', -1) }}) from to_compute
        )
        and (period_type, period_start) not in (select (period_type, period_start) from to_compute)
    {%- endif %}

),

compared as (

    select valued.*, earlier.value as previous_value
    from valued
    left join earlier
        on valued.kpi_id = earlier.kpi_id
            and valued.variant = earlier.variant
            and valued.period_type = earlier.period_type
            and valued.previous_start = earlier.period_start
            and valued.scope_type = earlier.scope_type
            and valued.scope_id is not distinct from earlier.scope_id

)

select
    kpi_id,
    variant,
    period_type,
    period_start,
    period_end,
    scope_type,
    scope_id,
    numerator,
    denominator,
    multiplier,
    value,
    previous_value,
    case
        when denominator_name is null then concat('{"', numerator_name, '": ', coalesce(cast(numerator as varchar), 'null'), '}')
        else concat(
            '{"', numerator_name, '": ', coalesce(cast(numerator as varchar), 'null'),
            ', "', denominator_name, '": ', coalesce(cast(denominator as varchar), 'null'), '}'
        )
    end as components,
    case when period_end + final_after_days < cast({{ as_of() }} as date) then 'final' else 'provisional' end as state,
    least(cast(period_end + 1 as timestamp), {{ as_of() }}) as data_watermark,
    (select max_by(parameter_set, refresh_id) from {{ source('meta', 'refresh') }}) as parameter_set,
    (select max_by(started_at, refresh_id) from {{ source('meta', 'refresh') }}) as _computed_at,
    (select max_by(run_id, refresh_id) from {{ source('meta', 'refresh') }}) as _run_id
from compared
{% endmacro %}


{# What the values of a component need of their definitions, one row per KPI and variant. #}
{% macro kpi_definition_rows(component) %}
    select *
    from (
        values
        {%- for kpi in kpi_definitions(component) %}
        (
            '{{ kpi.kpi_id }}', '{{ kpi.variant }}', cast({{ kpi.multiplier }} as double), {{ kpi.final_after_days }},
            cast({{ literal(kpi.numerator) }} as varchar), cast({{ literal(kpi.denominator) }} as varchar)
        ){{ ',' if not loop.last }}
        {%- else %}
        ('', '', cast(1 as double), 0, '', cast(null as varchar))
        {%- endfor %}
    ) as listed (kpi_id, variant, multiplier, final_after_days, numerator_name, denominator_name)
{%- endmacro %}
