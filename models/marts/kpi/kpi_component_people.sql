-- grain: one row per month, site and team, with headcount and leavers among agents
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['headcount', 'calendar'], 'column': 'month_start', 'period': 'month'}}
) }}

with headcounts as (

    select * from {{ ref('fct_headcount_day') }}

),

months as (

    select
        month_start,
        least(max(date_day), {{ as_of() }}::date - 1) as last_day,
        least(max(date_day), {{ as_of() }}::date - 1) - month_start + 1 as day_count
    from {{ ref('dim_date') }}
    where month_start < {{ as_of() }}::date and {{ touched() }}
    group by month_start

),

-- the opening balance is the closing balance of the day before
parts as (

    select
        months.month_start,
        headcounts.site_id,
        headcounts.team_id,
        months.day_count,
        headcounts.business_date >= months.month_start as is_in_month,
        headcounts.business_date = months.month_start - 1 as is_opening,
        headcounts.business_date = months.last_day as is_closing,
        headcounts.is_leaver,
        headcounts.is_voluntary_leaver,
        headcounts.is_in_first_90_days
    from headcounts
    inner join months
        on headcounts.business_date between months.month_start - 1 and months.last_day

)

select
    month_start,
    site_id,
    team_id,
    count(*) filter (where is_in_month) as headcount_days,
    count(*) filter (where is_opening) as opening_headcount,
    count(*) filter (where is_closing) as closing_headcount,
    count(*) filter (where is_in_month and is_leaver) as leavers,
    count(*) filter (where is_in_month and is_voluntary_leaver) as leavers_voluntary,
    count(*) filter (where is_in_month and is_leaver and is_in_first_90_days) as leavers_first_90_days,
    cast(count(*) filter (where is_in_month and is_leaver) * max(day_count) as bigint) as leaver_period_days
from parts
group by month_start, site_id, team_id
