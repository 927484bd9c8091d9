-- grain: one row per KPI, variant, role, scope and first day of validity: delivered targets, and ours to start with
{{ config(materialized='table', meta={'published': true}) }}

with delivered as (

    select
        kpi_id,
        variant,
        role,
        scope_type,
        nullif(scope_id, '') as scope_id,
        valid_from,
        valid_to,
        target_value,
        lower_bound,
        upper_bound,
        at_risk_margin,
        'delivered' as origin
    from {{ ref('kpi_targets') }}

),

starting as (

    select *, 'starting' as origin
    from {{ ref('kpi_target') }}

),

every_target as (

    select * from delivered
    union all by name
    select * from starting

),

-- targets from the same day on: what was delivered holds
chosen as (

    select *
    from every_target
    qualify row_number() over (
        partition by kpi_id, variant, role, scope_type, scope_id, valid_from
        order by origin
    ) = 1

),

-- a later target ends an earlier one, whatever that one said
ended as (

    select
        *,
        lead(valid_from) over (partition by kpi_id, variant, role, scope_type, scope_id order by valid_from) as next_from
    from chosen

)

select
    cast(ended.kpi_id as varchar) as kpi_id,
    cast(ended.variant as varchar) as variant,
    cast(ended.role as varchar) as role,
    cast(ended.scope_type as varchar) as scope_type,
    cast(ended.scope_id as varchar) as scope_id,
    ended.valid_from,
    cast(least(coalesce(ended.valid_to, date '9999-12-31'), coalesce(ended.next_from - 1, date '9999-12-31')) as date) as valid_to,
    cast(ended.target_value as double) as target_value,
    cast(ended.lower_bound as double) as lower_bound,
    cast(ended.upper_bound as double) as upper_bound,
    cast(coalesce(ended.at_risk_margin, 0) as double) as at_risk_margin,
    cast(ended.origin as varchar) as origin
from ended
inner join {{ ref('dim_kpi') }} as kpis -- lost: targets of KPIs that do not exist; they are listed as contradictions
    on ended.kpi_id = kpis.kpi_id
        and ended.variant = kpis.variant
