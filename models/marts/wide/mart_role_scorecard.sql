-- grain: one row per role, KPI, period and scope: what each role answers for, at the scope that is its own
{{ config(materialized='view', meta={'published': 'view'}) }}

-- the members whose figures a role answers for
with own_scopes as (

    select own.role, own.scope_type
    from (
        values
        ('agent', 'agent'),
        ('team_lead', 'team'),
        ('qa_specialist', 'team'),
        ('qa_specialist', 'enterprise'),
        ('trainer', 'team'),
        ('trainer', 'enterprise'),
        ('ops_manager', 'site'),
        ('ops_manager', 'enterprise'),
        ('wfm_planner', 'queue'),
        ('wfm_planner', 'site'),
        ('wfm_planner', 'enterprise')
    ) as own (role, scope_type)

)

select
    accountable.role,
    kpi_value.kpi_id,
    kpis.name,
    kpis.category,
    kpis.unit,
    kpis.direction,
    kpi_value.period_type,
    kpi_value.period_start,
    kpi_value.period_end,
    kpi_value.scope_type,
    kpi_value.scope_id,
    kpi_value.numerator,
    kpi_value.denominator,
    kpi_value.value,
    kpi_value.previous_value,
    kpi_value.change_status,
    kpi_value.change_reason,
    kpi_value.target,
    kpi_value.status,
    kpi_value.state,
    kpi_value.sample_size,
    kpi_value.is_sample_small,
    kpi_value.peer_value,
    kpi_value.differs_from_peers
from {{ ref('kpi_value') }} as kpi_value
inner join {{ ref('dim_kpi') }} as kpis -- lost: nothing, every value has its definition
    on kpi_value.kpi_id = kpis.kpi_id
        and kpi_value.variant = kpis.variant
inner join {{ ref('bridge_kpi_role') }} as accountable -- lost: KPIs that nobody answers for
    on kpi_value.kpi_id = accountable.kpi_id
inner join own_scopes -- lost: scopes that are not the role's own
    on accountable.role = own_scopes.role
        and kpi_value.scope_type = own_scopes.scope_type
where kpi_value.variant = 'default'
    and kpi_value.period_type <> 'interval'
