-- grain: one row per subject, local business date and reason, from contacts that changed
{{ config(materialized='ephemeral') }}

with changed as (

    select * from {{ ref('changed_contact') }}

),

contact_images as (

    {{ changes('contacts') }}

),

segment_images as (

    {{ changes('contact_segments') }}

),

contacts as (

    select contact_id, site_id, started_at
    from {{ ref('contacts') }}
    where contact_id in (select changed.contact_id from changed)

),

segments as (

    select contact_id, queue_id, queued_at, answered_at
    from {{ ref('contact_segments') }}
    where contact_id in (select changed.contact_id from changed)

),

-- where a contact's rows stand now, or stood before: all its legs and its start, then and now
instants as (

    select contact_id, started_at as happened_at from contacts
    union
    select contact_id, started_at as happened_at from contact_images
    union
    select contact_id, coalesce(queued_at, answered_at) as happened_at from segments
    union
    select contact_id, coalesce(queued_at, answered_at) as happened_at from segment_images

),

-- the clocks that may date them: of the contact's site, and of every site that one of its queues has, or had
contact_queues as (

    select contact_id, queue_id from segments
    union
    select contact_id, queue_id from segment_images

),

contact_sites as (

    select contact_id, site_id from contacts
    union
    select contact_id, site_id from contact_images
    union
    select contact_queues.contact_id, queues.site_id
    from contact_queues
    inner join {{ ref('dim_queue') }} as queues -- lost: legs outside any queue
        on contact_queues.queue_id = queues.queue_id
            and queues.site_id <> 'unknown'

),

zones as (

    select contact_sites.contact_id, coalesce(sites.time_zone, {{ reporting_zone() }}) as time_zone
    from contact_sites
    left join {{ ref('dim_site') }} as sites
        on contact_sites.site_id = sites.site_id

),

contact_days as (

    select instants.contact_id, {{ local_date('instants.happened_at', 'zones.time_zone') }} as business_date
    from instants
    inner join zones -- legs of a contact that was never delivered are in no fact
        on instants.contact_id = zones.contact_id
    where instants.happened_at is not null

)

select changed.subject, contact_days.business_date, changed.reason, count(*) as change_count
from changed
inner join contact_days -- the same legs as above
    on changed.contact_id = contact_days.contact_id
group by changed.subject, contact_days.business_date, changed.reason
