-- grain: one row per contact, subject and reason, for contacts whose rows in some fact must be computed again
{{ config(materialized='table') }}

with contacts as (

    select * from {{ ref('contacts') }}

),

contact_images as (

    {{ changes('contacts') }}

),

segment_images as (

    {{ changes('contact_segments') }}

),

opportunity_images as (

    {{ changes('opportunities') }}

),

order_images as (

    {{ changes('orders') }}

),

order_line_images as (

    {{ changes('order_lines') }}

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

defect_images as (

    {{ changes('qa_defects') }}

),

segments as (

    select contact_id, agent_id, queued_at, answered_at from {{ ref('contact_segments') }}

),

agent_ranges as (

    select * from {{ ref('changed_agent_range') }}

),

changed as (

    select contact_id, 'contact changed' as reason from contact_images
    union
    select contact_id, 'leg changed' as reason from segment_images

),

-- all days of a contact with a leg of an agent whose assignment changed; UTC dates are spread to cover every zone
reassigned as (

    select distinct segments.contact_id -- an agent may have several legs of a contact
    from segments
    inner join agent_ranges
        on segments.agent_id = agent_ranges.agent_id
    where cast(coalesce(segments.queued_at, segments.answered_at) as date)
        between agent_ranges.first_day - 1 and agent_ranges.last_day + 1

),

-- every version of a changed contact: before images and what holds now
versions as (

    select contact_images.contact_id, contact_images.customer_id, contact_images.started_at, contact_images.ended_at
    from contact_images
    union
    select contacts.contact_id, contacts.customer_id, contacts.started_at, contacts.ended_at
    from contacts
    where contacts.contact_id in (select changed.contact_id from changed)

),

{%- set credited = parameter_values('campaign', 'order_attribution_days') | max %}
{%- set reaches = {'resolution': resolution_reach(), 'contact': credited} %}

-- resolution and last touch look from one contact of a customer to another, each as far as its longest window
neighbours as (

    {%- for subject, reach in reaches.items() %}
    select distinct contacts.contact_id, '{{ subject }}' as subject -- a contact may have several changed neighbours
    from versions
    inner join contacts -- anonymous contacts have no neighbours
        on versions.customer_id = contacts.customer_id
    where contacts.started_at <= coalesce(versions.ended_at, timestamp '9999-01-01') + interval {{ reach }} day
        and versions.started_at <= coalesce(contacts.ended_at, timestamp '9999-01-01') + interval {{ reach }} day
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- windows that closed since the last complete refresh, and contacts that were still open then
closing as (

    select contact_id
    from contacts
    where ended_at is null
        or started_at > {{ previous_as_of() }}
        {%- for days in resolution_windows(also=parameter_values('reason', 'fcr_window_days')) %}
        or (
            ended_at > {{ previous_as_of() }} - interval {{ days }} day
            and ended_at <= {{ as_of() }} - interval {{ days }} day
        )
        {%- endfor %}

),

changed_orders as (

    select order_id, customer_id, contact_id, ordered_at from order_images
    union
    select orders.order_id, orders.customer_id, orders.contact_id, orders.ordered_at
    from {{ ref('orders') }} as orders
    where orders.order_id in (select order_line_images.order_id from order_line_images)

),

sold as (

    select contact_id from opportunity_images where contact_id is not null
    union
    select contact_id from changed_orders where contact_id is not null
    union
    select contacts.contact_id
    from changed_orders
    inner join contacts -- orders of unknown customers can be credited to no contact
        on changed_orders.customer_id = contacts.customer_id
    where contacts.started_at between changed_orders.ordered_at - interval {{ credited }} day
        and changed_orders.ordered_at

),

changed_responses as (

    select response_id, invitation_id from response_images
    union
    select responses.response_id, responses.invitation_id
    from {{ ref('survey_responses') }} as responses
    where responses.response_id in (select answer_images.response_id from answer_images)

),

surveyed as (

    select contact_id from invitation_images where contact_id is not null
    union
    select invitations.contact_id
    from {{ ref('survey_invitations') }} as invitations
    where invitations.contact_id is not null
        and invitations.invitation_id in (select changed_responses.invitation_id from changed_responses)

),

-- contacts whose surveys found an error that changed
faulted as (

    select distinct invitations.contact_id -- an invitation may have several responses
    from {{ ref('survey_invitations') }} as invitations
    inner join {{ ref('survey_responses') }} as responses
        on invitations.invitation_id = responses.invitation_id
    where invitations.contact_id is not null
        and responses.response_id in (select defect_images.response_id from defect_images)

)

select contact_id, 'leg' as subject, reason from changed
union all
select contact_id, 'leg' as subject, 'assignment of an agent changed' as reason from reassigned
union all
select contact_id, subject, 'same customer within the longest window' as reason from neighbours
union all
select contact_id, 'resolution' as subject, 'resolution window closed' as reason from closing
union all
select contact_id, 'contact' as subject, 'order or opportunity changed' as reason from sold
union all
select contact_id, 'survey' as subject, 'survey changed' as reason from surveyed
union all
select contact_id, 'quality' as subject, 'error found by a survey changed' as reason from faulted
