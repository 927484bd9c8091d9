{#
    Every KPI of a component, for every period and scope, from the definitions.

    The parts are summed by period and scope (grouping sets), the division comes last. `scopes` maps a scope's
    name to its column, `periods` lists period types from the finest, `date_column` is the component's date.
    On an incremental night only touched periods, their successors (whose previous value moves) and values still
    provisional are computed.
#}
{% macro kpi_values(component, date_column, scopes, periods) %}
{%- set parts = kpi_parts(component) -%}
with component as (

    select * from {{ ref('kpi_component_' ~ component) }}

),

summed as (

    {%- for period in periods %}
    select
        '{{ period }}' as period_type,
        cast(date_trunc('{{ period }}', {{ date_column }}) as date) as period_start,
        case
            {%- for scope, column in scopes.items() %}
            when grouping({{ column }}) = 0 then '{{ scope }}'
            {%- endfor %}
            else 'enterprise'
        end as scope_type,
        coalesce({{ scopes.values() | join(', ') }}) as scope_id
        {%- for name, expression in parts.items() %},
        sum({{ expression }}) as {{ name }}
        {%- endfor %}
    from component
    {%- if is_incremental() %}
    where cast(date_trunc('{{ period }}', {{ date_column }}) as date) in (
        select period_start from ({{ periods_to_compute(periods, reach=-1) }}) where period_type = '{{ period }}'
    )
    {%- endif %}
    group by grouping sets (
        (date_trunc('{{ period }}', {{ date_column }}))
        {%- for column in scopes.values() %},
        (date_trunc('{{ period }}', {{ date_column }}), {{ column }})
        {%- endfor %}
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- rows without a member of the scope (an abandoned leg has no agent) belong to no scope of that type
known as (

    select * from summed
    where scope_type = 'enterprise' or scope_id is not null

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
        {{ 'cast(' ~ kpi.denominator ~ ' as double)' if kpi.denominator else 'cast(null as double)' }} as denominator,
        cast({{ kpi.multiplier }} as double) as multiplier,
        {{ kpi.final_after_days }} as final_after_days,
        {{ literal(kpi.numerator) }} as numerator_name,
        {{ literal(kpi.denominator) }} as denominator_name
    from known
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
        cast(null as double) as denominator,
        cast(null as double) as multiplier,
        0 as final_after_days,
        cast(null as varchar) as numerator_name,
        cast(null as varchar) as denominator_name
    from known
    where false
    {%- endfor %}

),

valued as (

    select
        *,
        case when denominator_name is null then multiplier * numerator else {{ ratio('numerator', 'denominator', 'multiplier') }} end as value,
        {{ period_end('period_type', 'period_start') }} as period_end,
        {{ period_shift('period_type', 'period_start', -1) }} as previous_start
    from divided

),

compared as (

    select valued.*, previous.value as previous_value
    from valued
    left join valued as previous
        on valued.kpi_id = previous.kpi_id
            and valued.variant = previous.variant
            and valued.period_type = previous.period_type
            and valued.previous_start = previous.period_start
            and valued.scope_type = previous.scope_type
            and valued.scope_id is not distinct from previous.scope_id

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
    case when period_end + cast(final_after_days as integer) < cast({{ as_of() }} as date) then 'final' else 'provisional' end as state,
    least(cast(period_end + 1 as timestamp), {{ as_of() }}) as data_watermark,
    (select max_by(parameter_set, refresh_id) from {{ source('meta', 'refresh') }}) as parameter_set,
    (select max_by(started_at, refresh_id) from {{ source('meta', 'refresh') }}) as _computed_at,
    (select max_by(run_id, refresh_id) from {{ source('meta', 'refresh') }}) as _run_id
from compared
where {{ touched() }}
{% endmacro %}


{# Last day of a period, from its type and first day. #}
{% macro period_end(period_type, period_start) -%}
    cast({{ period_shift(period_type, period_start, 1) }} - 1 as date)
{%- endmacro %}


{# First day of the period that lies `count` periods later. #}
{% macro period_shift(period_type, period_start, count) -%}
    cast(case {{ period_type }}
        when 'day' then {{ period_start }} + interval ({{ count }}) day
        when 'week' then {{ period_start }} + interval ({{ count * 7 }}) day
        when 'month' then {{ period_start }} + interval ({{ count }}) month
        when 'quarter' then {{ period_start }} + interval ({{ count * 3 }}) month
        when 'year' then {{ period_start }} + interval ({{ count }}) year
    end as date)
{%- endmacro %}


{#
    Periods that an incremental night computes: those of touched days and those still provisional, and their
    successors. `reach` -1 adds their predecessors, which the comparison needs but the table keeps as they are.
#}
{% macro periods_to_compute(periods, reach=0) -%}
    {%- set subjects = config.get('meta').touched.subjects -%}
    select
        started.period_type,
        cast(case started.period_type
            when 'day' then started.period_start + shift.steps * interval 1 day
            when 'week' then started.period_start + shift.steps * interval 7 day
            when 'month' then started.period_start + shift.steps * interval 1 month
            when 'quarter' then started.period_start + shift.steps * interval 3 month
            when 'year' then started.period_start + shift.steps * interval 1 year
        end as date) as period_start
    from (
        {%- for period in periods %}
        select '{{ period }}' as period_type, cast(date_trunc('{{ period }}', business_date) as date) as period_start
        from {{ ref('touched_day') }}
        where refresh_id > {{ last_complete_refresh() }} and subject in ('{{ subjects | join("', '") }}')
        union
        {%- endfor %}
        select period_type, period_start from {{ this }} where state = 'provisional'
    ) as started
    cross join (select unnest(range({{ reach }}, 2)) as steps) as shift
{%- endmacro %}
