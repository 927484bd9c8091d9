-- grain: one row per rule and contact, leg or callback that contradicts another record
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'access']}}
) }}

with all_legs as (

    select * from {{ ref('fct_contact_segment') }}

),

callbacks as (

    select * from {{ ref('fct_callback') }}

),

contacts as (

    select contact_id, ended_at from {{ ref('contacts') }}

),

-- all legs of the contacts that have one on a touched day
legs as (

    select all_legs.*
    from all_legs
    where all_legs.contact_id in (
            select near.contact_id from all_legs as near where {{ touched('near.business_date') }}
        )

),

numbered as (

    select
        contact_id,
        min(business_date) as business_date,
        count(*) as leg_count,
        count(distinct segment_seq) as number_count,
        min(segment_seq) as first_number,
        max(segment_seq) as last_number
    from legs
    group by contact_id

),

entries as (

    select
        legs.*,
        contacts.ended_at,
        lead(legs.queued_at) over (partition by legs.contact_id order by legs.segment_seq, legs.segment_id) as next_queued_at
    from legs
    left join contacts -- every leg of the fact has a contact
        on legs.contact_id = contacts.contact_id
    where legs.is_queue_entry

),

contradictory as (

    select
        'legs_of_a_contact_are_numbered_without_gaps' as rule,
        'contacts' as entity,
        contact_id as record_id,
        business_date,
        concat(leg_count, ' legs numbered ', first_number, ' to ', last_number, '; ordered by number, then by id') as detail
    from numbered
    where first_number <> 1 or last_number <> leg_count or number_count <> leg_count
    union all
    select
        'overflow_is_followed_by_another_queue_within_a_minute' as rule,
        'contact_segments' as entity,
        segment_id as record_id,
        business_date,
        'counted as overflow all the same, in no denominator of abandonment' as detail
    from entries
    where queue_outcome = 'overflow_out'
        and coalesce(next_queued_at not between dequeued_at and dequeued_at + interval 60 second, true)
    union all
    select
        'a_requested_callback_is_among_the_callbacks' as rule,
        'contact_segments' as entity,
        segment_id as record_id,
        business_date,
        'counted as an entry with a callback requested, and as no callback' as detail
    from entries
    where queue_outcome = 'callback_requested'
        and business_date >= (select min(callbacks.business_date) from callbacks)
        and contact_id not in (select callbacks.contact_id from callbacks)
    union all
    select
        'a_wait_ends_with_its_contact_at_the_latest' as rule,
        'contact_segments' as entity,
        segment_id as record_id,
        business_date,
        case when ended_at is null then 'still waiting after days: no wait at all' else 'waited until the contact ended' end as detail
    from entries
    where dequeued_at is null
        and (ended_at is not null or queued_at <= {{ as_of() }} - interval {{ var('late_data_rebuild_days') }} day)
    union all
    select
        'a_completed_callback_has_its_leg' as rule,
        'callbacks' as entity,
        callback_id as record_id,
        business_date,
        'completed, though no contact was handled by it' as detail
    from callbacks
    where is_completed
        and {{ touched() }}
        and contact_id not in (select all_legs.contact_id from all_legs where all_legs.leg_type = 'callback')

)

select
    cast(rule as varchar) as rule,
    cast(entity as varchar) as entity,
    cast(record_id as varchar) as record_id,
    business_date,
    cast(detail as varchar) as detail
from contradictory
where {{ touched() }}
