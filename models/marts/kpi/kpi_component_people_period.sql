-- grain: one row per period and scope, with products of sums and balances of staff, which do not add up over time
-- a view: counted anew from monthly parts, which are few, and only the periods asked for are read
{{ config(materialized='view') }}

{%- set lengths = {'month': 1, 'quarter': 3, 'year': 12} %}
{%- set scopes = {'site': ['site_id'], 'team': ['team_id'], 'vendor': ['vendor_id']} %}

with months as (

    select parts.*, {{ last_complete_date('sites.time_zone') }} as last_complete_date
    from {{ ref('kpi_component_people') }} as parts
    inner join {{ ref('dim_site') }} as sites -- none lost: the parts know their sites
        on parts.site_id = sites.site_id

),

-- every month up to the newest one of which anything is known
ends as (

    select dates.month_start
    from {{ ref('dim_date') }} as dates
    where dates.month_start between (select min(months.month_start) from months)
        and (
            select greatest(max(months.month_start), (select reported.last_month from {{ ref('reported_through') }} as reported))
            from months
        )
    group by dates.month_start

),

periods as (

    {%- for period, length in lengths.items() %}
    select
        '{{ period }}' as period_type,
        cast(date_trunc('{{ period }}', month_start) as date) as period_start,
        least(
            cast(date_trunc('{{ period }}', month_start) + interval {{ length }} month as date) - 1, last_complete_date
        ) as last_day,
        months.*
    from months
    union all
    {%- endfor %}
    -- twelve months end with every month up to the newest one, of which nobody may have any yet
    select
        'trailing_12m' as period_type,
        cast(ends.month_start - interval 11 month as date) as period_start,
        least(cast(ends.month_start + interval 1 month as date) - 1, months.last_complete_date) as last_day,
        months.*
    from ends
    inner join months -- none lost: a month without staff has no row to add
        on months.month_start between ends.month_start - interval 11 month and ends.month_start

),

summed as (

    select
        period_type,
        period_start,
        {{ grouped_scope(scopes, ids=false) }} as scope_type,
        {{ grouped_scope(scopes, ids=true) }} as scope_id,
        -- of sites in several zones the one where the last day ended first
        max(last_day) - period_start + 1 as day_count,
        sum(headcount_days) as headcount_days,
        sum(headcount_days_first_90_days) as headcount_days_first_90_days,
        sum(leavers) as leavers,
        -- the balance before the first month and that at the end of the last complete day
        coalesce(sum(opening_headcount) filter (where month_start = period_start), 0)
        + coalesce(sum(closing_headcount) filter (where month_start = date_trunc('month', last_day)), 0) as both_balances,
        sum(training_seconds) as training_seconds,
        sum(training_seconds_new_hire) as training_seconds_new_hire
    from periods
    group by grouping sets (
        (period_type, period_start),
        (period_type, period_start, site_id),
        (period_type, period_start, team_id),
        (period_type, period_start, vendor_id)
    )

)

select
    period_type,
    period_start,
    scope_type,
    scope_id,
    cast(leavers as bigint) as leavers_of_period,
    cast(leavers * day_count as bigint) as leaver_period_days,
    cast(both_balances / 2 as double) as average_headcount,
    cast(headcount_days as bigint) as headcount_days_of_period,
    cast(headcount_days_first_90_days as bigint) as headcount_days_new_hire,
    cast(headcount_days - headcount_days_first_90_days as bigint) as headcount_days_tenured,
    cast(training_seconds * day_count as bigint) as training_second_days,
    cast(training_seconds_new_hire * day_count as bigint) as training_second_days_new_hire,
    cast((training_seconds - training_seconds_new_hire) * day_count as bigint) as training_second_days_tenured
from summed
