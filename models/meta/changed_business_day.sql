-- grain: one row per subject, business date and reason, from customers, opportunities and cancellation contacts that changed
{{ config(materialized='ephemeral') }}

with attempt_images as (

    {{ changes('retention_attempts') }}

),

opportunity_images as (

    {{ changes('opportunities') }}

),

customers as (

    select * from {{ ref('changed_customer') }}

),

changed_contacts as (

    select contact_id from {{ ref('changed_contact') }} where subject in ('leg', 'contact')

),

contacts as (

    select * from {{ ref('contacts') }}

),

orders as (

    select * from {{ ref('orders') }}

),

opportunities as (

    select * from {{ ref('opportunities') }}

),

attempts as (

    select * from {{ ref('retention_attempts') }}

),

subscriptions as (

    select * from {{ ref('subscriptions') }}

),

subscribers as (

    select customer_id, min(started_on) as first_day
    from subscriptions
    group by customer_id

),

-- cohorts: every month from the first day that says something else, and the months that were open; whoever became
-- known as somebody else says nothing else about the time before their first subscription
cohort_days as (

    select greatest(customers.first_day, (select min(subscriptions.started_on) from subscriptions)) as first_day
    from customers
    where customers.reason = 'subscription changed'
    union all
    select greatest(customers.first_day, subscribers.first_day) as first_day
    from customers
    inner join subscribers -- lost: customers without a subscription
        on customers.customer_id = subscribers.customer_id
    where customers.reason <> 'subscription changed'
    union all
    select cast({{ previous_as_of() }} - interval 2 day as date) as first_day
    where {{ previous_as_of() }} > timestamp '1900-01-01'

),

cohort_months as (

    select cast(unnest(generate_series(
        date_trunc('month', (select min(first_day) from cohort_days)), {{ as_of() }} + interval 1 day, interval 1 month
    )) as date) as business_date

),

-- what a customer did is told by segment, so it is told again from the day on which the customer changed
told_again as (

    select 'order' as subject, cast(contacts.started_at as date) as utc_date, customers.reason
    from customers
    inner join contacts -- lost: customers without contacts
        on customers.customer_id = contacts.customer_id
            and cast(contacts.started_at as date) >= customers.first_day - 1
    where customers.reason = 'customer changed'
    union all
    select 'order' as subject, cast(orders.ordered_at as date) as utc_date, customers.reason
    from customers
    inner join orders -- lost: customers without orders
        on customers.customer_id = orders.customer_id
            and cast(orders.ordered_at as date) >= customers.first_day - 1
    where customers.reason = 'customer changed'
    union all
    select 'opportunity' as subject, cast(opportunities.opened_at as date) as utc_date, customers.reason
    from customers
    inner join opportunities -- lost: customers without opportunities
        on customers.customer_id = opportunities.customer_id
            and cast(opportunities.opened_at as date) >= customers.first_day - 1
    where customers.reason = 'customer changed'

),

-- a save is judged by the subscription some days later
judged_again as (

    select contact_id, 'cancellation contact changed' as reason from attempt_images
    union all
    select attempts.contact_id, customers.reason
    from customers
    inner join attempts -- lost: customers who never wanted to cancel
        on customers.customer_id = attempts.customer_id
    left join subscribers
        on customers.customer_id = subscribers.customer_id
    inner join contacts -- lost: attempts whose contact has not been delivered, and saves that were confirmed before
        on attempts.contact_id = contacts.contact_id
            and (
                cast(contacts.started_at as date) + {{ var('save_confirm_days') | int + 3 }} >= customers.first_day
                -- who never subscribed is not judged at all
                or subscribers.first_day is null
                or subscribers.first_day >= customers.first_day
            )
    union all
    select attempts.contact_id, 'day of confirmation came' as reason
    from attempts
    inner join contacts -- lost: attempts whose contact has not been delivered
        on attempts.contact_id = contacts.contact_id
    where contacts.started_at > {{ previous_as_of() }} - interval {{ var('save_confirm_days') | int + 3 }} day
        and contacts.started_at < {{ as_of() }} - interval {{ var('save_confirm_days') }} day + interval 3 day

),

judged_days as (

    select
        'retention' as subject,
        cast(contacts.started_at as date) as utc_date,
        judged_again.reason
    from judged_again
    inner join contacts -- lost: the same attempts
        on judged_again.contact_id = contacts.contact_id

),

opportunity_days as (

    select 'opportunity' as subject, cast(opened_at as date) as utc_date, 'opportunity changed' as reason
    from opportunity_images
    union all
    select 'opportunity' as subject, cast(opened_at as date) as utc_date, 'its contact changed' as reason
    from opportunities
    where contact_id in (select changed_contacts.contact_id from changed_contacts)

),

record_days as (

    select * from told_again
    union all
    select * from judged_days
    union all
    select * from opportunity_days

)

select
    record_days.subject,
    record_days.utc_date + cast(shift.days as integer) as business_date,
    record_days.reason,
    count(*) as change_count
from record_days
cross join (select unnest(range(-1, 2)) as days) as shift
group by record_days.subject, record_days.utc_date + cast(shift.days as integer), record_days.reason
union all
select 'customer' as subject, business_date, 'customer or subscription changed, or month open' as reason, 1 as change_count
from cohort_months
