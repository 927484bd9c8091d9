-- grain: one row per incentive plan, KPI, role, month and scope: the value as it was when it became final
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false,
    schema='meta',
    meta={'published': true}
) }}

-- A book, not a mart: what was locked stays, whatever is restated or rebuilt afterwards.
with rules as (

    select * from {{ ref('incentive_rules') }}

),

kpis as (

    select kpi_id, direction from {{ ref('dim_kpi') }} where is_default

),

month_values as (

    select kpi_id, period_start, period_end, scope_type, scope_id, value
    from {{ ref('kpi_value') }}
    where variant = 'default' and period_type = 'month' and state = 'final' and value is not null

),

-- agents are paid for what is theirs, leaders for their team, everybody else for the whole
in_force as (

    select
        rules.plan_id,
        rules.kpi_id,
        rules.role,
        rules.threshold,
        rules.payout_rule,
        rules.valid_from,
        case rules.role when 'agent' then 'agent' when 'team_lead' then 'team' else 'enterprise' end as scope_type,
        coalesce(
            lead(rules.valid_from) over (partition by rules.plan_id, rules.kpi_id, rules.role order by rules.valid_from) - 1,
            date '9999-12-31'
        ) as valid_to
    from rules

),

results as (

    select
        in_force.plan_id,
        in_force.kpi_id,
        in_force.role,
        month_values.period_start,
        month_values.period_end,
        month_values.scope_type,
        month_values.scope_id,
        month_values.value,
        in_force.threshold,
        case kpis.direction
            when 'higher' then month_values.value >= in_force.threshold
            when 'lower' then month_values.value <= in_force.threshold
        end as is_met,
        in_force.payout_rule
    from in_force
    inner join month_values -- lost: KPIs that are not published for the scope of the role, and months that are not final
        on in_force.kpi_id = month_values.kpi_id
            and in_force.scope_type = month_values.scope_type
            and month_values.period_start between in_force.valid_from and in_force.valid_to
    inner join kpis -- none lost: every value has a definition
        on in_force.kpi_id = kpis.kpi_id

)

select
    cast(results.plan_id as varchar) as plan_id,
    cast(results.kpi_id as varchar) as kpi_id,
    cast(results.role as varchar) as role,
    results.period_start,
    results.period_end,
    cast(results.scope_type as varchar) as scope_type,
    cast(results.scope_id as varchar) as scope_id,
    results.value,
    cast(results.threshold as decimal(18, 4)) as threshold,
    results.is_met,
    cast(results.payout_rule as varchar) as payout_rule,
    {{ as_of() }} as locked_as_of
from results
{%- if is_incremental() %}
left join {{ this }} as locked
    on results.plan_id = locked.plan_id
        and results.kpi_id = locked.kpi_id
        and results.role = locked.role
        and results.period_start = locked.period_start
        and results.scope_type = locked.scope_type
        and results.scope_id is not distinct from locked.scope_id
where locked.plan_id is null
{%- endif %}
