-- grain: one row per ledger entry, day of its period, site, channel and queue that shares it
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['cost']}}
) }}

with ledger as (

    select * from {{ ref('fct_cost_ledger') }} where {{ touched() }}

),

handle_times as (

    select * from {{ ref('fct_handle_time_day') }}

),

categories as (

    select * from {{ ref('dim_cost_category') }}

),

entries as (

    select
        ledger.entry_id,
        ledger.period_start,
        ledger.period_end,
        ledger.site_id,
        ledger.is_of_one_site,
        ledger.direct_channel,
        coalesce(categories.driver, 'handle_seconds') as driver
    from ledger
    left join categories
        on ledger.cost_category = categories.cost_category
    group by
        ledger.entry_id,
        ledger.period_start,
        ledger.period_end,
        ledger.site_id,
        ledger.is_of_one_site,
        ledger.direct_channel,
        categories.driver

),

-- direct cost stays with its channel, the rest is shared; both by what was done in the entry's whole period
work as (

    select
        entries.entry_id,
        entries.driver,
        handle_times.site_id,
        handle_times.channel,
        handle_times.queue_id,
        sum(handle_times.handle_seconds) as handle_seconds,
        sum(handle_times.handled_work) as handled_work
    from entries
    inner join handle_times -- lost: entries whose period saw no work, kept whole below
        on handle_times.business_date between entries.period_start and entries.period_end
            and (not entries.is_of_one_site or entries.site_id = handle_times.site_id)
            and (entries.direct_channel is null or entries.direct_channel = handle_times.channel)
    group by entries.entry_id, entries.driver, handle_times.site_id, handle_times.channel, handle_times.queue_id

),

-- all cost is shared by handle seconds; where it follows activities, some categories by the number of contacts instead
shares as (

    select
        *,
        handle_seconds / nullif(sum(handle_seconds) over (partition by entry_id), 0) as share,
        coalesce(
            case when driver = 'handled_work' then handled_work / nullif(sum(handled_work) over (partition by entry_id), 0) end,
            handle_seconds / nullif(sum(handle_seconds) over (partition by entry_id), 0)
        ) as activity_share
    from work

),

shared_entries as (

    select
        entry_id,
        bool_or(share is not null) as is_shared,
        bool_or(activity_share is not null) as is_shared_by_activity
    from shares
    group by entry_id

),

allocated as (

    select
        ledger.entry_id,
        ledger.business_date,
        shares.site_id,
        shares.channel,
        shares.queue_id,
        ledger.cost_category,
        ledger.behaviour,
        cast(round(cast(ledger.reporting_amount as double) * coalesce(shares.share, 0), 12) as decimal(38, 12)) as allocated_amount,
        cast(round(cast(ledger.reporting_amount as double) * coalesce(shares.activity_share, 0), 12) as decimal(38, 12)) as activity_amount
    from ledger
    inner join shares -- lost: the same entries
        on ledger.entry_id = shares.entry_id
    where shares.handle_seconds > 0 or shares.activity_share > 0
    union all
    -- what no work shares stays whole
    select
        ledger.entry_id,
        ledger.business_date,
        ledger.site_id,
        ledger.direct_channel as channel,
        null as queue_id,
        ledger.cost_category,
        ledger.behaviour,
        ledger.reporting_amount * case when coalesce(shared_entries.is_shared, false) then 0 else 1 end as allocated_amount,
        ledger.reporting_amount * case when coalesce(shared_entries.is_shared_by_activity, false) then 0 else 1 end as activity_amount
    from ledger
    left join shared_entries
        on ledger.entry_id = shared_entries.entry_id
    where not coalesce(shared_entries.is_shared and shared_entries.is_shared_by_activity, false)

)

select
    allocated.entry_id,
    allocated.business_date,
    allocated.site_id,
    allocated.channel,
    allocated.queue_id,
    allocated.cost_category,
    allocated.behaviour,
    coalesce(shared_entries.is_shared, false) as is_shared,
    cast(sum(allocated.allocated_amount) as decimal(38, 12)) as allocated_amount,
    cast(sum(allocated.activity_amount) as decimal(38, 12)) as activity_amount
from allocated
left join shared_entries
    on allocated.entry_id = shared_entries.entry_id
group by
    allocated.entry_id,
    allocated.business_date,
    allocated.site_id,
    allocated.channel,
    allocated.queue_id,
    allocated.cost_category,
    allocated.behaviour,
    shared_entries.is_shared
