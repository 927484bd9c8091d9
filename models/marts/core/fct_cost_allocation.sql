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

entries as (

    select
        entry_id,
        period_start,
        period_end,
        site_id,
        is_of_one_site,
        direct_channel
    from ledger
    group by entry_id, period_start, period_end, site_id, is_of_one_site, direct_channel

),

-- direct cost stays with its channel, the rest is shared; both by handle seconds over the entry's whole period
shares as (

    select
        entries.entry_id,
        handle_times.site_id,
        handle_times.channel,
        handle_times.queue_id,
        sum(handle_times.handle_seconds) as handle_seconds
    from entries
    inner join handle_times -- lost: entries whose period saw no work, kept whole below
        on handle_times.business_date between entries.period_start and entries.period_end
            and (not entries.is_of_one_site or entries.site_id = handle_times.site_id)
            and (entries.direct_channel is null or entries.direct_channel = handle_times.channel)
    where handle_times.handle_seconds > 0
    group by entries.entry_id, handle_times.site_id, handle_times.channel, handle_times.queue_id

),

totals as (

    select entry_id, sum(handle_seconds) as handle_seconds
    from shares
    group by entry_id

)

select
    ledger.entry_id,
    ledger.business_date,
    coalesce(shares.site_id, ledger.site_id) as site_id,
    coalesce(shares.channel, ledger.direct_channel) as channel,
    shares.queue_id,
    ledger.cost_category,
    ledger.behaviour,
    shares.entry_id is not null as is_shared,
    cast(
        round(cast(ledger.reporting_amount as double) * coalesce(shares.handle_seconds / totals.handle_seconds, 1), 12) as decimal(38, 12)
    ) as allocated_amount
from ledger
left join shares
    on ledger.entry_id = shares.entry_id
left join totals
    on ledger.entry_id = totals.entry_id
