-- grain: one row per business date, site, channel and queue, with accrued cost and the work that it bought
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['cost', 'leg', 'ticket', 'calendar']}}
) }}

with allocations as (

    select * from {{ ref('fct_cost_allocation') }} where {{ touched() }}

),

-- days that some entry accrues to. On the others the source is missing, and the cost is unknown, not zero:
-- their work must not be divided into the cost of other days, nor the cost of days to come by the work of days gone
covered_days as (

    select business_date from {{ ref('fct_cost_ledger') }}
    where business_date < {{ latest_running_date() }}
    group by business_date

),

sites as (

    select site_id, {{ last_complete_date('time_zone') }} as last_complete_date from {{ ref('dim_site') }}

),

legs as (

    select * from {{ ref('kpi_component_leg') }} where {{ touched() }}

),

tickets as (

    select * from {{ ref('fct_ticket') }} where replied_on is not null and {{ touched('replied_on') }}

),

handle_times as (

    select * from {{ ref('fct_handle_time_day') }} where {{ touched() }}

),

segments as (

    select * from {{ ref('fct_contact_segment') }} where is_first_handled_leg and {{ touched() }}

),

resolved_contacts as (

    select contact_id from {{ ref('fct_contact') }} where is_resolved and is_handled and direction = 'inbound'

),

solved_tickets as (

    select * from {{ ref('fct_ticket') }} where is_resolved and {{ touched('last_solved_on') }}

),

ledger as (

    select * from {{ ref('fct_cost_ledger') }} where {{ touched() }}

),

costs as (

    select
        business_date,
        site_id,
        channel,
        queue_id,
        sum(allocated_amount) as cost_amount,
        sum(allocated_amount) filter (where behaviour = 'fixed') as fixed_cost_amount,
        sum(allocated_amount) filter (where behaviour = 'variable') as variable_cost_amount,
        sum(allocated_amount) filter (where cost_category = 'labour') as labour_cost_amount,
        sum(activity_amount) as activity_cost_amount
    from allocations
    group by business_date, site_id, channel, queue_id

),

handled as (

    select
        business_date,
        site_id,
        channel,
        queue_id,
        sum(handled_contacts + outbound_contacts) as handled_contacts,
        sum(handled_contacts) as handled_inbound_contacts
    from legs
    group by business_date, site_id, channel, queue_id

),

-- a ticket is handled once, on the day of its first reply by a person
replied as (

    select replied_on as business_date, site_id, channel, null as queue_id, count(*) as handled_tickets
    from tickets
    group by replied_on, site_id, channel

),

-- an issue is resolved with the contact that says so, or with its ticket, once
resolved as (

    select business_date, site_id, channel, queue_id, count(*) as issues_resolved
    from segments
    where contact_id in (select resolved_contacts.contact_id from resolved_contacts)
    group by business_date, site_id, channel, queue_id
    union all
    select last_solved_on as business_date, site_id, channel, null as queue_id, count(*) as issues_resolved
    from solved_tickets
    where contact_id is null or contact_id not in (select resolved_contacts.contact_id from resolved_contacts)
    group by last_solved_on, site_id, channel

),

-- entries in a currency without a rate are in no amount
unpriced as (

    select business_date, site_id, direct_channel as channel, null as queue_id, count(*) as unpriced_entry_days
    from ledger
    where reporting_amount is null
    group by business_date, site_id, direct_channel

),

parts as (

    select * from costs
    union all by name
    select * from resolved
    union all by name
    select * from unpriced
    union all by name
    select * from handled
    union all by name
    select * from replied
    union all by name
    select business_date, site_id, channel, queue_id, handle_seconds from handle_times

)

select
    parts.business_date,
    parts.site_id,
    parts.channel,
    parts.queue_id,
    cast(coalesce(sum(parts.cost_amount), 0) as decimal(38, 12)) as cost_amount,
    cast(coalesce(sum(parts.fixed_cost_amount), 0) as decimal(38, 12)) as fixed_cost_amount,
    cast(coalesce(sum(parts.variable_cost_amount), 0) as decimal(38, 12)) as variable_cost_amount,
    cast(coalesce(sum(parts.labour_cost_amount), 0) as decimal(38, 12)) as labour_cost_amount,
    cast(coalesce(sum(parts.activity_cost_amount), 0) as decimal(38, 12)) as activity_cost_amount,
    cast(coalesce(sum(parts.issues_resolved), 0) as bigint) as issues_resolved,
    cast(coalesce(sum(parts.unpriced_entry_days), 0) as bigint) as unpriced_entry_days,
    cast(coalesce(sum(parts.handled_contacts), 0) + coalesce(sum(parts.handled_tickets), 0) as bigint) as handled_work,
    cast(coalesce(sum(parts.handled_inbound_contacts), 0) as bigint) as handled_inbound_contacts,
    cast(coalesce(sum(parts.handle_seconds), 0) as bigint) as handle_seconds
from parts
inner join covered_days -- lost: work on days that no ledger entry accrues to, and days to come
    on parts.business_date = covered_days.business_date
inner join sites -- lost: days that are not over at the site
    on parts.site_id = sites.site_id
        and parts.business_date <= sites.last_complete_date
group by parts.business_date, parts.site_id, parts.channel, parts.queue_id
