-- grain: one row per rule and order or cancellation contact that contradicts another record
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'order', 'retention']}}
) }}

with orders as (

    select * from {{ ref('fct_order') }} where {{ touched() }}

),

attempts as (

    select * from {{ ref('fct_retention_attempt') }} where {{ touched() }}

),

contacts as (

    select contact_id, customer_id from {{ ref('contacts') }}

),

contradictions as (

    select
        'X22' as rule,
        'orders' as entity,
        orders.order_id as record_id,
        orders.business_date,
        concat('names contact ', orders.credited_contact_id, ', which is of another customer; the order is taken at its word') as detail
    from orders
    inner join contacts -- lost: orders that no contact is credited with
        on orders.credited_contact_id = contacts.contact_id
    where contacts.customer_id <> orders.customer_id
    union all
    select
        'cancellation_contact_is_of_its_customer' as rule,
        'retention_attempts' as entity,
        attempts.contact_id as record_id,
        attempts.business_date,
        'the contact is of another customer; judged by the subscriptions of the customer who is named' as detail
    from attempts
    inner join contacts -- none lost: attempts are of delivered contacts
        on attempts.contact_id = contacts.contact_id
    where contacts.customer_id <> attempts.customer_id
    union all
    select
        'cancellation_contact_is_handled_and_about_a_subscription' as rule,
        'retention_attempts' as entity,
        contact_id as record_id,
        business_date,
        'nobody handled the contact, or the customer never had a subscription; it is in neither part of the save rate' as detail
    from attempts
    where not is_judged

)

select
    cast(rule as varchar) as rule,
    cast(entity as varchar) as entity,
    cast(record_id as varchar) as record_id,
    cast(business_date as date) as business_date,
    cast(detail as varchar) as detail
from contradictions
