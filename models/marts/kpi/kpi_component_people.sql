-- grain: one row per month, site, team and vendor, with headcount, leavers and training of agents
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['headcount', 'calendar', 'training'], 'column': 'month_start', 'period': 'month'}}
) }}

with headcounts as (

    select * from {{ ref('fct_headcount_day') }}

),

assignments as (

    select *, cast(date_trunc('month', due_on) as date) as due_month, cast(date_trunc('month', completed_on) as date) as completed_month
    from {{ ref('fct_training_assignment') }}

),

sites as (

    select site_id, {{ last_complete_date('time_zone') }} as last_complete_date from {{ ref('dim_site') }}

),

months as (

    select month_start, max(date_day) as last_day
    from {{ ref('dim_date') }}
    where month_start < {{ latest_running_date() }} and {{ touched() }}
    group by month_start

),

parts as (

    -- the opening balance is the closing balance of the day before
    select
        months.month_start,
        headcounts.site_id,
        headcounts.team_id,
        headcounts.vendor_id,
        headcounts.business_date >= months.month_start as is_in_month,
        headcounts.business_date = months.month_start - 1 as is_opening,
        headcounts.business_date = least(months.last_day, sites.last_complete_date) as is_closing,
        headcounts.is_leaver,
        headcounts.is_voluntary_leaver,
        headcounts.is_move_out,
        headcounts.is_in_first_90_days
    from headcounts
    inner join months
        on headcounts.business_date between months.month_start - 1 and months.last_day
    inner join sites -- lost: months of which no day is over at the site
        on headcounts.site_id = sites.site_id
            and months.month_start <= sites.last_complete_date
    union all by name
    select
        due_month as month_start,
        site_id,
        team_id,
        vendor_id,
        1 as training_due,
        cast(is_on_time as integer) as training_on_time,
        cast(is_completed as integer) as training_completed
    from assignments
    where is_due and {{ touched('due_month') }}
    union all by name
    select
        completed_month as month_start,
        completed_site_id as site_id,
        completed_team_id as team_id,
        completed_vendor_id as vendor_id,
        training_seconds,
        case when is_new_hire then training_seconds end as training_seconds_new_hire
    from assignments
    where is_completed and {{ touched('completed_month') }}

)

select
    month_start,
    site_id,
    team_id,
    vendor_id,
    count(*) filter (where is_in_month) as headcount_days,
    count(*) filter (where is_in_month and is_in_first_90_days) as headcount_days_first_90_days,
    count(*) filter (where is_opening) as opening_headcount,
    count(*) filter (where is_closing) as closing_headcount,
    count(*) filter (where is_in_month and is_leaver) as leavers,
    count(*) filter (where is_in_month and is_voluntary_leaver) as leavers_voluntary,
    count(*) filter (where is_in_month and is_leaver and is_in_first_90_days) as leavers_first_90_days,
    count(*) filter (where is_in_month and is_move_out) as moves_out,
    cast(coalesce(sum(training_due), 0) as bigint) as training_due,
    cast(coalesce(sum(training_on_time), 0) as bigint) as training_on_time,
    cast(coalesce(sum(training_completed), 0) as bigint) as training_completed,
    cast(coalesce(sum(training_seconds), 0) as bigint) as training_seconds,
    cast(coalesce(sum(training_seconds_new_hire), 0) as bigint) as training_seconds_new_hire
from parts
group by month_start, site_id, team_id, vendor_id
