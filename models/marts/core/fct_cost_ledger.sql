-- grain: one row per ledger entry and day of its period: the entry accrues evenly over its days
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['cost']}}
) }}

with ledger as (

    select * from {{ ref('cost_ledger') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

priced as (

    select
        ledger.*,
        sites.site_id as known_site_id,
        {{ reporting_rate('ledger.currency', 'ledger.period_end') }} as rate
    from ledger
    left join sites
        on ledger.site_id = sites.site_id

),

days as (

    select
        priced.*,
        cast(unnest(generate_series(
            cast(priced.period_start as timestamp), cast(priced.period_end as timestamp), interval 1 day
        )) as date) as business_date
    from priced

)

select
    entry_id,
    business_date,
    period_start,
    period_end,
    coalesce(known_site_id, 'unknown') as site_id,
    site_id is not null as is_of_one_site,
    cost_category,
    behaviour,
    direct_channel,
    cast(round(cast(amount as double) * rate / (period_end - period_start + 1), 12) as decimal(38, 12)) as reporting_amount
from days
where {{ touched() }}
