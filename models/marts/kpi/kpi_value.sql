-- grain: one row per KPI, variant, period type, period and scope; scope_type `enterprise` has no scope_id
{{ config(materialized='view', meta={'published': true}) }}

with computed as (

    {%- for subject in [
        'service',
        'resolution',
        'survey',
        'sale',
        'cost',
        'customer',
        'people',
        'quality',
        'workforce',
        'staffing',
        'forecast',
        'forecast_total',
        'retention',
        'system',
        'ticket',
    ] %}
    select * from {{ ref('kpi_value_' ~ subject) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

kpis as (

    select * from {{ ref('dim_kpi') }}

),

targets as (

    select * from {{ ref('kpi_target') }}

),

benchmarks as (

    select kpi_id, variant, median(median) as benchmark_median
    from {{ ref('kpi_benchmark') }}
    group by kpi_id, variant

),

sites as (

    select * from {{ ref('dim_site') }}

),

-- a KPI whose source delivered nothing is shown as missing, never as zero
periods as (

    select period_type, period_start, period_end, state, data_watermark, parameter_set, _computed_at, _run_id
    from {{ ref('kpi_value_service') }}
    where kpi_id = 'contacts_offered' and variant = 'default' and scope_type = 'enterprise'

),

missing as (

    select
        kpis.kpi_id,
        kpis.variant,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        'enterprise' as scope_type,
        kpis.multiplier,
        earlier.value as previous_value,
        periods.state,
        periods.data_watermark,
        periods.parameter_set,
        periods._computed_at,
        periods._run_id
    from kpis
    cross join periods
    left join computed
        on kpis.kpi_id = computed.kpi_id
            and kpis.variant = computed.variant
            and periods.period_type = computed.period_type
            and periods.period_start = computed.period_start
            and computed.scope_type = 'enterprise'
    left join computed as earlier
        on kpis.kpi_id = earlier.kpi_id
            and kpis.variant = earlier.variant
            and periods.period_type = earlier.period_type
            and periods.period_start = earlier.period_end + 1
            and earlier.scope_type = 'enterprise'
    where computed.kpi_id is null
        and list_contains(string_split(kpis.period_types, ','), periods.period_type)
        and list_contains(string_split(kpis.scope_types, ','), 'enterprise')

),

complete as (

    select * from computed
    union all by name
    select * from missing

),

judged as (

    select
        complete.*,
        kpis.kpi_version,
        kpis.direction,
        kpis.unit,
        kpis.additivity,
        targets.target_value,
        targets.lower_bound,
        targets.upper_bound,
        coalesce(targets.at_risk_margin, 0) as at_risk_margin,
        targets.kpi_id is not null as has_target,
        benchmarks.benchmark_median,
        case
            when complete.scope_type = 'site' then sites.time_zone
            else 'site-local'
        end as time_zone
    from complete
    left join kpis
        on complete.kpi_id = kpis.kpi_id
            and complete.variant = kpis.variant
    left join targets
        on complete.kpi_id = targets.kpi_id
            and complete.variant = targets.variant
            and complete.scope_type = targets.scope_type
            and (targets.scope_id is null or complete.scope_id = targets.scope_id)
            and complete.period_start between targets.valid_from and coalesce(targets.valid_to, date '9999-12-31')
    left join benchmarks
        on complete.kpi_id = benchmarks.kpi_id
            and complete.variant = benchmarks.variant
    left join sites
        on complete.scope_type = 'site'
            and complete.scope_id = sites.site_id

)

select
    cast(kpi_id as varchar) as kpi_id,
    cast(variant as varchar) as variant,
    cast(kpi_version as integer) as kpi_version,
    cast(period_type as varchar) as period_type,
    period_start,
    period_end,
    cast(time_zone as varchar) as time_zone,
    cast(scope_type as varchar) as scope_type,
    cast(scope_id as varchar) as scope_id,
    numerator,
    denominator,
    multiplier,
    value,
    cast(components as varchar) as components,
    cast(target_value as double) as target,
    cast(lower_bound as double) as lower_bound,
    cast(upper_bound as double) as upper_bound,
    cast(case
        when value is null then 'no_data'
        when not has_target or (target_value is null and lower_bound is null and upper_bound is null) then 'no_target'
        when direction = 'higher' and value >= target_value then 'met'
        when direction = 'higher' and value >= target_value - at_risk_margin then 'at_risk'
        when direction = 'lower' and value <= target_value then 'met'
        when direction = 'lower' and value <= target_value + at_risk_margin then 'at_risk'
        when direction in ('higher', 'lower') then 'missed'
        when value between coalesce(lower_bound, value) and coalesce(upper_bound, value) then 'met'
        when value between coalesce(lower_bound, value) - at_risk_margin and coalesce(upper_bound, value) + at_risk_margin then 'at_risk'
        else 'missed'
    end as varchar) as status,
    cast(state as varchar) as state,
    previous_value,
    cast(benchmark_median as double) as benchmark_median,
    cast(case when unit in ('percent', 'net_points', 'score', 'seconds') and additivity <> 'additive' then denominator end as bigint)
        as sample_size,
    cast(parameter_set as varchar) as parameter_set,
    data_watermark,
    _computed_at as computed_at,
    cast(_run_id as varchar) as run_id
from judged
