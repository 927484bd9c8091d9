-- grain: one row per subject, business date and reason, from invitations and what they refer to that changed
{{ config(materialized='ephemeral') }}

{%- set window = '(' ~ parameter_by('survey', 'survey_response_window_days', 'survey_id') ~ ') * interval 1 day' %}

with invitations as (

    select * from {{ ref('survey_invitations') }}

),

responses as (

    select * from {{ ref('survey_responses') }}

),

invitation_images as (

    {{ changes('survey_invitations') }}

),

response_images as (

    {{ changes('survey_responses') }}

),

answer_images as (

    {{ changes('survey_answers') }}

),

-- whose business date, site or agents may differ; neighbours of a customer are not among them
changed_contacts as (

    select contact_id from {{ ref('changed_contact') }} where subject in ('leg', 'survey')

),

customers as (

    select * from {{ ref('changed_customer') }} where reason = 'customer changed'

),

contacts as (

    select * from {{ ref('contacts') }}

),

tickets as (

    select * from {{ ref('tickets') }}

),

-- who gets the credit does not depend on business hours
changed_tickets as (

    select ticket_id
    from {{ ref('touched_ticket') }}
    where refresh_id > {{ last_complete_refresh() }} and reason <> 'business hours changed'

),

-- answers are told by segment, so they are told again from the day on which the customer changed
told_again as (

    select
        invitations.sent_at,
        contacts.started_at
    from invitations
    left join contacts
        on invitations.contact_id = contacts.contact_id
    left join tickets
        on invitations.ticket_id = tickets.ticket_id
    inner join customers -- lost: customers who did not change
        on coalesce(invitations.customer_id, contacts.customer_id, tickets.customer_id) = customers.customer_id
            and greatest(cast(invitations.sent_at as date), cast(contacts.started_at as date)) >= customers.first_day - 1

),

answered as (

    select invitation_id from response_images
    union
    select invitation_id from responses where response_id in (select answer_images.response_id from answer_images)

),

-- an invitation is dated by its sending, a response to nobody's by itself
instants as (

    select sent_at as happened_at, 'invitation changed' as reason from invitation_images
    union all
    select sent_at as happened_at, 'contact, ticket or response of an invitation changed' as reason
    from invitations
    where contact_id in (select changed_contacts.contact_id from changed_contacts)
        or ticket_id in (select changed_tickets.ticket_id from changed_tickets)
        or invitation_id in (select answered.invitation_id from answered)
    union all
    select unnest([sent_at, started_at]) as happened_at, 'customer changed' as reason from told_again
    union all
    select sent_at as happened_at, 'time to answer is over' as reason
    from invitations
    where sent_at > {{ previous_as_of() }} - {{ window }}
        and sent_at <= {{ as_of() }} - {{ window }}
    union all
    select responded_at as happened_at, 'response changed' as reason from response_images
    union all
    select responded_at as happened_at, 'invitation of a response changed' as reason
    from responses
    where invitation_id in (select invitation_images.invitation_id from invitation_images)
        or response_id in (select answer_images.response_id from answer_images)

)

-- UTC dates are spread by one day on both sides, which covers every zone
select
    'survey' as subject,
    cast(instants.happened_at as date) + cast(shift.days as integer) as business_date,
    instants.reason,
    count(*) as change_count
from instants
cross join (select unnest(range(-1, 2)) as days) as shift
where instants.happened_at is not null -- an invitation without a contact has no beginning of one
group by cast(instants.happened_at as date) + cast(shift.days as integer), instants.reason
