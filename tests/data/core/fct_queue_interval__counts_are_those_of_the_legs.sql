-- Summed by day and queue, the intervals say what the legs say (X10), and every entry has one outcome or still waits (X09).
with legs as (

    select
        business_date,
        site_id,
        coalesce(queue_id, 'none') as queue_id,
        count(*) filter (where is_original_entry) as contacts_offered,
        count(*) filter (where is_queue_entry) as queue_entries,
        count(*) filter (where is_handled_leg) as handled_legs,
        coalesce(sum(wait_seconds) filter (where is_queue_entry), 0) as wait_all_seconds,
        coalesce(sum(handle_seconds) filter (where is_handled_leg), 0) as handle_seconds,
        max(waiting_seconds) filter (where is_queue_entry) as longest_wait_seconds,
        0 as entries_without_outcome
    from {{ ref('fct_contact_segment') }}
    where {{ rebuilt_tonight(['leg', 'hours']) }}
    group by business_date, site_id, coalesce(queue_id, 'none')

),

intervals as (

    select
        business_date,
        site_id,
        coalesce(queue_id, 'none') as queue_id,
        sum(contacts_offered) as contacts_offered,
        sum(queue_entries) as queue_entries,
        sum(handled_legs) as handled_legs,
        sum(wait_all_seconds) as wait_all_seconds,
        sum(handle_seconds) as handle_seconds,
        max(longest_wait_seconds) as longest_wait_seconds,
        sum(
            queue_entries - answered - abandoned - abandoned_short - overflow_out - callback_requested - voicemail
            - system_disconnect - still_waiting - wait_unrecorded
        ) as entries_without_outcome
    from {{ ref('fct_queue_interval') }}
    where {{ rebuilt_tonight(['leg', 'hours']) }}
    group by business_date, site_id, coalesce(queue_id, 'none')

),

only_in_legs as (

    select * from legs
    except all
    select * from intervals

),

-- an open queue without legs has a row of zeros
only_in_intervals as (

    select * from intervals
    where queue_entries > 0 or handled_legs > 0 or entries_without_outcome <> 0
    except all
    select * from legs

)

select * from only_in_legs
union all
select * from only_in_intervals
