-- grain: one row per KPI, variant, period type, period and scope; scope_type `enterprise` has no scope_id
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={
        'published': true,
        'published_in_parts': "period_type || '_' || strftime(period_start, '%Y-%m')
            || case when subject in ('ticket', 'cost', 'quality', 'missing') then '_reaching_back' when subject = 'survey' then '_survey' else '' end",
        'published_order': "variant <> 'default', scope_type, kpi_id, period_start",
        'published_where': "value is not null or scope_type in ('" ~ kpi_wide_scopes() | join("', '") ~ "')",
        'touched': {'values_of_every_subject': true},
    }
) }}

{#- what the predicate reads is named while parsing #}
{%- if not execute %}
{%- do ref('reported_through') %}
{%- for entity in judged_by() %}
{%- do changes(entity) %}
{%- endfor %}
{%- endif %}

with every_value as not materialized (

    select * from {{ ref('kpi_value_computed') }}

),

computed as (

    select * from every_value where {{ touched() }}

),

kpis as (

    select * from {{ ref('dim_kpi') }}

),

targets as (

    select * from {{ ref('dim_kpi_target') }} where role = 'all'

),

benchmarks as (

    select * from {{ ref('dim_benchmark') }} where is_shown

),

sites as (

    select * from {{ ref('dim_site') }}

),

-- the public holidays of a day at one site, and at any site
holidays as (

    select
        site_id,
        date_day,
        string_agg(holiday_name, ', ' order by holiday_name) as holiday_names
    from (
        select site_id, date_day, holiday_name from {{ ref('dim_site_date') }} where is_public_holiday
        union
        select null as site_id, date_day, holiday_name from {{ ref('dim_site_date') }} where is_public_holiday
    ) as named
    group by site_id, date_day

),

-- members of scopes that lie at one site: their days are over when the site's are
placed as (

    select 'site' as scope_type, site_id as scope_id, site_id from sites
    union all
    select 'queue' as scope_type, queue_id as scope_id, site_id from {{ ref('dim_queue') }} where valid_to = date '9999-12-31'
    union all
    select 'team' as scope_type, team_id as scope_id, site_id from {{ ref('dim_team') }}
    union all
    select 'agent' as scope_type, agent_id as scope_id, max_by(site_id, valid_from) as site_id from {{ ref('dim_agent') }} group by agent_id

),

places as (

    select
        placed.scope_type,
        placed.scope_id,
        sites.time_zone,
        {{ last_complete_date('sites.time_zone') }} as last_complete_date
    from placed
    inner join sites -- none lost: dimensions know their sites
        on placed.site_id = sites.site_id

),

-- where the data of a KPI begin: the day of its first value, or the month where it has no days
beginnings as (

    {{ kpi_beginnings('every_value') }}

),

of_enterprise as (

    select * from every_value where scope_type = 'enterprise' and {{ touched("'missing'") }}

),

-- a KPI whose source delivered nothing is shown as missing, never as zero, wherever there were contacts, tickets or surveys
periods as (

    select period_type, period_start, period_end, data_watermark, parameter_set
    from of_enterprise
    where kpi_id in ('contacts_offered', 'ticket_backlog', 'survey_response_rate')
        and variant = 'default' and period_type <> 'interval'
    qualify row_number() over (partition by period_type, period_start order by kpi_id) = 1

),

missing as (

    select
        kpis.kpi_id,
        kpis.variant,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        'enterprise' as scope_type,
        'missing' as subject,
        kpis.multiplier,
        earlier.value as previous_value,
        {{ period_state('periods.period_end', 'kpis.final_after_days') }} as state,
        periods.data_watermark,
        periods.parameter_set
    from kpis
    cross join periods
    left join of_enterprise
        on kpis.kpi_id = of_enterprise.kpi_id
            and kpis.variant = of_enterprise.variant
            and periods.period_type = of_enterprise.period_type
            and periods.period_start = of_enterprise.period_start
    left join every_value as earlier
        on kpis.kpi_id = earlier.kpi_id
            and kpis.variant = earlier.variant
            and periods.period_type = earlier.period_type
            and {{ period_shift('periods.period_type', 'periods.period_start', -1) }} = earlier.period_start
            and earlier.scope_type = 'enterprise'
    where of_enterprise.kpi_id is null
        and list_contains(string_split(kpis.period_types, ','), periods.period_type)
        and list_contains(string_split(kpis.scope_types, ','), 'enterprise')

),

complete as (

    select * from computed
    union all by name
    select * from missing

),

described as (

    select
        complete.*,
        kpis.kpi_version,
        kpis.direction,
        kpis.unit,
        kpis.additivity,
        kpis.confidence_method,
        kpis.lowest_value,
        kpis.highest_value,
        kpis.is_sampled,
        case when complete.scope_type = 'agent' then kpis.agent_minimum_sample else kpis.minimum_sample end as minimum_sample,
        kpis.minimum_change,
        kpis.minimum_change_kind,
        kpis.change_chance,
        kpis.change_dispersion,
        coalesce(complete.denominator < kpis.suppress_below, false) as is_suppressed
    from complete
    left join kpis
        on complete.kpi_id = kpis.kpi_id
            and complete.variant = kpis.variant

),

-- a group too small to be shown keeps its row, and nothing in it
shown as (

    select
        kpi_id,
        variant,
        kpi_version,
        period_type,
        period_start,
        period_end,
        interval_start_at,
        interval_local_start,
        scope_type,
        scope_id,
        subject,
        multiplier,
        {%- for column in kpi_carried() %}
        previous_{{ column }},
        {%- endfor %}
        state,
        data_watermark,
        parameter_set,
        direction,
        unit,
        additivity,
        confidence_method,
        lowest_value,
        highest_value,
        is_sampled,
        minimum_sample,
        minimum_change,
        minimum_change_kind,
        change_chance,
        change_dispersion,
        is_suppressed,
        case when period_type = 'trailing_12m' then period_end else period_start end as judged_on,
        {%- for column in [
            'numerator', 'denominator', 'squared_sum', 'product_sum', 'base_squared_sum', 'case_count', 'value', 'components',
            'recorded_count', 'delivered_count', 'missing_parts'
        ] %}
        case when not is_suppressed then {{ column }} end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from described

),

{{ compared_with_peers('shown') }},

judged as (

    select
        shown.*,
        peer.peer_value,
        peer.differs_from_peers,
        {%- for column in ['target_value', 'lower_bound', 'upper_bound', 'at_risk_margin'] %}
        case when own.kpi_id is not null then own.{{ column }} else general.{{ column }} end as {{ column }},
        {%- endfor %}
        benchmarks.median as benchmark,
        benchmarks.source as benchmark_source,
        benchmarks.segment as benchmark_segment,
        benchmarks.year as benchmark_year,
        beginnings.delivered_from,
        -- all that happened is no sample of the enterprise; of an agent, a team or a queue it is: of what it would have done
        case when shown.is_sampled or shown.scope_type <> 'enterprise' then {{ confidence_bound('-') }} end as confidence_low,
        case when shown.is_sampled or shown.scope_type <> 'enterprise' then {{ confidence_bound('+') }} end as confidence_high,
        case when shown.period_end > coalesce(places.last_complete_date, {{ last_complete_date() }}) then 'provisional' else shown.state end
            as state_at_place,
        greatest(
            0,
            least(shown.period_end, coalesce(places.last_complete_date, {{ last_complete_date() }}))
            - greatest(shown.period_start, beginnings.first_day) + 1
        ) / (shown.period_end - shown.period_start + 1) as coverage_share,
        {%- set previous_start = period_shift('shown.period_type', 'shown.period_start', -1) %}
        {%- set previous_after = period_shift('shown.period_type', 'shown.period_end + 1', -1) %}
        greatest(0, {{ previous_after }} - greatest({{ previous_start }}, beginnings.first_day))
            / ({{ previous_after }} - {{ previous_start }}) as previous_coverage_share,
        this_day.holiday_names,
        earlier_day.holiday_names as previous_holiday_names,
        case when shown.value is not null then shown.case_count < shown.minimum_sample end as is_sample_small,
        shown.previous_case_count < shown.minimum_sample as is_previous_sample_small,
        case
            when shown.scope_type = 'site' then places.time_zone
            else 'site-local'
        end as time_zone
    from shown
    left join targets as own
        on shown.kpi_id = own.kpi_id
            and shown.variant = own.variant
            and shown.scope_type = own.scope_type
            and shown.scope_id = own.scope_id
            and shown.judged_on between own.valid_from and own.valid_to
    left join targets as general -- of every member of the scope that has none of its own
        on shown.kpi_id = general.kpi_id
            and shown.variant = general.variant
            and shown.scope_type = general.scope_type
            and general.scope_id is null
            and shown.judged_on between general.valid_from and general.valid_to
    left join benchmarks
        on shown.kpi_id = benchmarks.kpi_id
            and shown.variant = benchmarks.variant
    left join beginnings
        on shown.kpi_id = beginnings.kpi_id
            and shown.variant = beginnings.variant
    left join places
        on shown.scope_type = places.scope_type
            and shown.scope_id = places.scope_id
    left join compared_with_peers as peer
        on shown.kpi_id = peer.kpi_id
            and shown.variant = peer.variant
            and shown.period_type = peer.period_type
            and shown.period_start = peer.period_start
            and shown.scope_type = peer.scope_type
            and shown.scope_id = peer.scope_id
    left join holidays as this_day
        on shown.period_type = 'day'
            and shown.period_start = this_day.date_day
            and case when shown.scope_type = 'site' then shown.scope_id end is not distinct from this_day.site_id
    left join holidays as earlier_day
        on shown.period_type = 'day'
            and {{ previous_start }} = earlier_day.date_day
            and case when shown.scope_type = 'site' then shown.scope_id end is not distinct from earlier_day.site_id

),

{{ kpi_verdicts('judged') }}

select
    cast(kpi_id as varchar) as kpi_id,
    cast(variant as varchar) as variant,
    cast(kpi_version as integer) as kpi_version,
    cast(period_type as varchar) as period_type,
    period_start,
    period_end,
    interval_start_at,
    interval_local_start,
    cast(time_zone as varchar) as time_zone,
    cast(scope_type as varchar) as scope_type,
    cast(scope_id as varchar) as scope_id,
    cast(subject as varchar) as subject,
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
        when coalesce(target_value, lower_bound, upper_bound) is null then 'no_target'
        -- a total so far cannot be held against that of a whole period; a ratio, a mean or a snapshot can
        when state_at_place = 'provisional' and coverage_share < 1 and additivity in ('additive', 'cohort', 'max') then 'no_target'
        when direction = 'higher' and value >= target_value then 'met'
        when direction = 'higher' and value >= target_value - at_risk_margin then 'at_risk'
        when direction = 'lower' and value <= target_value then 'met'
        when direction = 'lower' and value <= target_value + at_risk_margin then 'at_risk'
        when direction in ('higher', 'lower') and target_value is not null then 'missed'
        when lower_bound is null and upper_bound is null then 'no_target'
        when value between coalesce(lower_bound, value) and coalesce(upper_bound, value) then 'met'
        when value between coalesce(lower_bound, value) - at_risk_margin and coalesce(upper_bound, value) + at_risk_margin then 'at_risk'
        else 'missed'
    end as varchar) as status,
    cast({{ no_data_reason() }} as varchar) as no_data_reason,
    cast(state_at_place as varchar) as state,
    cast(coverage_share as double) as coverage_share,
    cast({{ ratio('recorded_count', 'delivered_count') }} as double) as recorded_share,
    cast(missing_parts as varchar) as missing_parts,
    previous_value,
    cast(change_status as varchar) as change_status,
    cast(change_reason as varchar) as change_reason,
    cast(benchmark as double) as benchmark,
    cast(benchmark_source as varchar) as benchmark_source,
    cast(benchmark_segment as varchar) as benchmark_segment,
    cast(benchmark_year as integer) as benchmark_year,
    cast(case_count as bigint) as sample_size,
    -- cases that are all the same say nothing about how much they vary
    case when confidence_low < confidence_high then confidence_low end as confidence_low,
    case when confidence_low < confidence_high then confidence_high end as confidence_high,
    cast(case when confidence_low < confidence_high then 95 end as integer) as confidence_level,
    is_sample_small,
    peer_value,
    differs_from_peers,
    cast(parameter_set as varchar) as parameter_set,
    data_watermark,
    {{ of_this_refresh('started_at') }} as computed_at,
    cast({{ of_this_refresh('run_id') }} as varchar) as run_id
from verdicts
