-- grain: one row per subject, business date and reason, from operating hours that changed and from waits that have not ended
{{ config(materialized='ephemeral') }}

with hour_images as (

    {{ changes('operating_hours') }}

),

hours as (

    select * from {{ ref('operating_hours') }}

),

-- who still waits has waited longer by now
still_waiting as (

    select cast(segments.queued_at as date) as utc_date
    from {{ ref('contact_segments') }} as segments
    inner join {{ ref('contacts') }} as contacts -- legs without a contact are in no fact
        on segments.contact_id = contacts.contact_id
    where segments.leg_type = 'queue'
        and segments.dequeued_at is null
        and contacts.ended_at is null
        and segments.queued_at > {{ previous_as_of() }} - interval {{ var('late_data_rebuild_days') }} day - interval 1 day

),

-- windows may begin or end on another date than their own, in UTC or at the site
hour_days as (

    select hour_images.local_date + cast(shift.days as integer) as business_date
    from hour_images
    cross join (select unnest(range(-1, 2)) as days) as shift

),

-- an open queue has intervals up to now, contacts or not
passed_days as (

    select cast(unnest(generate_series(
        greatest({{ previous_as_of() }}, (select min(hours.open_at) from hours)) - interval 2 day,
        {{ as_of() }} + interval 1 day,
        interval 1 day
    )) as date) as business_date
    where {{ as_of() }} > {{ previous_as_of() }}

)

select 'hours' as subject, business_date, 'operating hours changed' as reason, count(*) as change_count
from hour_days
group by business_date
union all
select 'hours' as subject, business_date, 'new day' as reason, 1 as change_count
from passed_days
union all
select
    'leg' as subject,
    still_waiting.utc_date + cast(shift.days as integer) as business_date,
    'still waiting' as reason,
    count(*) as change_count
from still_waiting
cross join (select unnest(range(-1, 2)) as days) as shift
group by still_waiting.utc_date + cast(shift.days as integer)
