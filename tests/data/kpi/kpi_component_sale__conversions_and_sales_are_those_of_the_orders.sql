-- Conversions times the average value of an order make the sales (R30): every handled contact with an order that stands
-- is one conversion, on the day of the contact, and every such order is in the sales of its own day.
with sold as (

    select credited_contact_id as contact_id
    from {{ ref('fct_order') }}
    where is_credited and is_net
    group by credited_contact_id

),

first_order as (

    select min(business_date) as business_date from {{ ref('fct_order') }}

),

conversions as (

    select contacts.business_date, count(*) as contact_count
    from {{ ref('fct_contact') }} as contacts
    inner join sold -- lost: contacts without such an order
        on contacts.contact_id = sold.contact_id
    inner join first_order -- lost: contacts of days before anything is known of orders
        on contacts.business_date >= first_order.business_date
    where contacts.is_handled and {{ rebuilt_tonight(['leg', 'contact', 'order'], column='contacts.business_date') }}
    group by contacts.business_date

),

sales as (

    select business_date, sum(reporting_amount) as reporting_amount
    from {{ ref('fct_order') }}
    where is_credited and is_net and {{ rebuilt_tonight(['order']) }}
    group by business_date

),

published as (

    select business_date, sum(contacts_with_net_order) as contact_count, sum(net_sales_amount) as reporting_amount
    from {{ ref('kpi_component_sale') }}
    where {{ rebuilt_tonight(['leg', 'contact', 'order']) }}
    group by business_date

)

select
    coalesce(published.business_date, conversions.business_date, sales.business_date) as business_date,
    published.contact_count,
    conversions.contact_count as expected_contact_count,
    published.reporting_amount,
    sales.reporting_amount as expected_reporting_amount
from published
full join conversions
    on published.business_date = conversions.business_date
full join sales
    on coalesce(published.business_date, conversions.business_date) = sales.business_date
where coalesce(published.contact_count, 0) <> coalesce(conversions.contact_count, 0)
    or abs(coalesce(published.reporting_amount, 0) - coalesce(sales.reporting_amount, 0)) >= 0.01
