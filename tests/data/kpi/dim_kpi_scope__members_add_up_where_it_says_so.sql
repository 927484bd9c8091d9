-- Where a scope is said to make up the whole, its members' parts add up to those of the enterprise in every period that
-- is over at every site. In others a measure by days of the period counts more days at one site than at another.
with claims as (

    select kpi_id, variant, scope_type
    from {{ ref('dim_kpi_scope') }}
    where adds_up and covered_share is not null

),

last_days as (

    select min({{ last_complete_date('time_zone') }}) as last_day from {{ ref('dim_site') }}

),

parts as (

    select
        kpi_id,
        variant,
        period_type,
        period_start,
        scope_type,
        sum(coalesce(numerator, 0)) as numerator,
        sum(coalesce(denominator, 0)) as denominator
    from {{ ref('kpi_value') }}
    where period_type <> 'interval'
        and period_end <= (select last_days.last_day from last_days)
        and {{ computed_tonight('run_id') }}
    group by kpi_id, variant, period_type, period_start, scope_type

)

select
    whole.kpi_id,
    whole.variant,
    whole.period_type,
    whole.period_start,
    claims.scope_type,
    whole.numerator,
    members.numerator as numerator_of_members,
    whole.denominator,
    members.denominator as denominator_of_members
from parts as whole
inner join claims -- lost: scopes that do not add up, and those that no source tells of
    on whole.kpi_id = claims.kpi_id
        and whole.variant = claims.variant
left join parts as members
    on whole.kpi_id = members.kpi_id
        and whole.variant = members.variant
        and whole.period_type = members.period_type
        and whole.period_start = members.period_start
        and claims.scope_type = members.scope_type
where whole.scope_type = 'enterprise'
    and (
        abs(whole.numerator - coalesce(members.numerator, 0)) > 0.000001 * greatest(1, abs(whole.numerator))
        or abs(whole.denominator - coalesce(members.denominator, 0)) > 0.000001 * greatest(1, abs(whole.denominator))
    )
