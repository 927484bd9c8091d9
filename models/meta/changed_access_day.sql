-- grain: one row per subject, business date and reason, from callbacks, self-service, trunks, operating hours and open waits
{{ config(materialized='ephemeral') }}

with hour_images as (

    {{ changes('operating_hours') }}

),

callback_images as (

    {{ changes('callbacks') }}

),

session_images as (

    {{ changes('self_service_sessions') }}

),

trunk_images as (

    {{ changes('trunk_intervals') }}

),

contact_images as (

    {{ changes('contacts') }}

),

hours as (

    select * from {{ ref('operating_hours') }}

),

callbacks as (

    select * from {{ ref('callbacks') }}

),

sessions as not materialized (

    select * from {{ ref('self_service_sessions') }}

),

segments as not materialized (

    select contact_id, leg_type, queued_at, dequeued_at
    from {{ ref('contact_segments') }}

),

changed_contacts as (

    select contact_id from {{ ref('changed_contact') }} where subject = 'leg'

),

contacts as not materialized (

    select contact_id, customer_id, started_at, ended_at
    from {{ ref('contacts') }}

),

-- a contact within a day after a session speaks against it, so a changed one reaches back
versions as (

    select contact_id, customer_id, started_at from contact_images
    union
    select contacts.contact_id, contacts.customer_id, contacts.started_at
    from contacts
    where contacts.contact_id in (select changed_contacts.contact_id from changed_contacts)

),

instants as (

    select requested_at as happened_at, 'callback changed' as reason from callback_images
    union all
    select segments.queued_at as happened_at, 'callback of a contact changed' as reason
    from segments
    where segments.queued_at is not null and segments.contact_id in (select callback_images.contact_id from callback_images)
    union all
    select callbacks.requested_at as happened_at, 'contact of a callback changed' as reason
    from callbacks
    where callbacks.contact_id in (select changed_contacts.contact_id from changed_contacts)
    union all
    select callbacks.requested_at as happened_at, 'promised time passed' as reason
    from callbacks
    where callbacks.status = 'pending' and callbacks.due_at >= {{ previous_as_of() }} and callbacks.due_at < {{ as_of() }}
    union all
    select started_at as happened_at, 'session changed' as reason from session_images
    union all
    select sessions.started_at as happened_at, 'contact of a session changed' as reason
    from sessions
    where sessions.contact_id in (select changed_contacts.contact_id from changed_contacts)
    union all
    select sessions.started_at as happened_at, 'contact after a session changed' as reason
    from sessions
    inner join versions -- anonymous sessions cannot be followed
        on sessions.customer_id = versions.customer_id
            and versions.started_at between sessions.started_at and sessions.started_at + interval 24 hour
    union all
    select interval_start_at as happened_at, 'trunk interval changed' as reason from trunk_images

),

access_days as (

    select cast(instants.happened_at as date) + cast(shift.days as integer) as business_date, instants.reason
    from instants
    cross join (select unnest(range(-1, 2)) as days) as shift

),

-- a source is known from its first record on, so one earlier than all others reaches over every day
firsts as (

    select min(callback_images.requested_at) as happened_at
    from callback_images
    having min(callback_images.requested_at) <= (select coalesce(min(callbacks.requested_at), {{ as_of() }}) from callbacks)
    union all
    select min(session_images.started_at) as happened_at
    from session_images
    having min(session_images.started_at) <= (select coalesce(min(sessions.started_at), {{ as_of() }}) from sessions)

),

days_with_source as (

    select cast(unnest(generate_series(
        (select min(firsts.happened_at) from firsts) - interval 1 day, {{ as_of() }} + interval 1 day, interval 1 day
    )) as date) as business_date

),

-- who still waits has waited longer by now
still_waiting as (

    select cast(segments.queued_at as date) as utc_date
    from segments
    inner join contacts -- legs without a contact are in no fact
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

select 'access' as subject, business_date, reason, count(*) as change_count
from access_days
group by business_date, reason
union all
select 'access' as subject, business_date, 'first record delivered' as reason, 1 as change_count
from days_with_source
union all
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
