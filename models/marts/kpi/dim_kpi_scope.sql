-- grain: one row per KPI, variant and scope type other than the enterprise: whether its members make up the whole
{{ config(materialized='table', meta={'published': true}) }}

with claims as (

    {%- for kpi in kpi_definitions() %}
    {%- for scope in kpi.scopes or [] if scope != 'enterprise' %}
    select
        {{ literal(kpi.kpi_id) }} as kpi_id,
        {{ literal(kpi.variant) }} as variant,
        {{ literal(scope) }} as scope_type,
        {{ literal(kpi_why_not_additive(kpi)) }} as why_not
    union all
    {%- endfor %}
    {%- endfor %}
    select
        '' as kpi_id,
        '' as variant,
        '' as scope_type,
        '' as why_not
    where false

),

rests as (

    {{ rests_of_scopes() }}

),

-- what is divided by says what share of the cases a member has; of a total, the total itself
months as (

    select
        kpi_id,
        variant,
        scope_type,
        {{ is_rest('scope_id') }} as is_rest,
        sum(cast(coalesce(denominator, numerator) as decimal(38, 9))) as amount
    from {{ ref('kpi_value') }}
    where period_type = 'month'
    group by kpi_id, variant, scope_type, {{ is_rest('scope_id') }}

),

wholes as (

    select kpi_id, variant, amount from months where scope_type = 'enterprise'

),

members as (

    select
        kpi_id,
        variant,
        scope_type,
        sum(amount) as amount,
        coalesce(sum(amount) filter (where is_rest), 0) as rest_amount
    from months
    group by kpi_id, variant, scope_type

)

select
    cast(claims.kpi_id as varchar) as kpi_id,
    cast(claims.variant as varchar) as variant,
    cast(claims.scope_type as varchar) as scope_type,
    claims.why_not is null as adds_up,
    cast(claims.why_not as varchar) as why_not,
    cast(rests.rest_member as varchar) as rest_member,
    cast(rests.rest_name as varchar) as rest_name,
    case
        when claims.why_not is null then round(cast(members.rest_amount as double) / nullif(cast(wholes.amount as double), 0), 9)
    end as rest_share,
    case
        when claims.why_not is null then round(cast(members.amount as double) / nullif(cast(wholes.amount as double), 0), 9)
    end as covered_share
from claims
left join rests
    on claims.scope_type = rests.scope_type
left join members
    on claims.kpi_id = members.kpi_id
        and claims.variant = members.variant
        and claims.scope_type = members.scope_type
left join wholes
    on claims.kpi_id = wholes.kpi_id
        and claims.variant = wholes.variant
