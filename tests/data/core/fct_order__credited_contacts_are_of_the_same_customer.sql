-- Last touch credits a contact of the customer who ordered, from the window before the order (X22); a contact
-- named in the order is taken at its word.
{%- set window = '(' ~ parameter_by('campaign', 'order_attribution_days', 'orders.campaign_id') ~ ') * interval 1 day' %}
select facts.order_id, facts.customer_id, facts.credited_contact_id, facts.ordered_at, contacts.started_at
from {{ ref('fct_order') }} as facts
inner join {{ ref('orders') }} as orders -- none lost: the fact has the contract's orders
    on facts.order_id = orders.order_id
inner join {{ ref('fct_contact') }} as contacts -- lost: orders that no contact is credited with
    on facts.credited_contact_id = contacts.contact_id
where facts.credited_contact_id is distinct from orders.contact_id
    and (
        facts.customer_id is distinct from contacts.customer_id
        or not contacts.is_handled
        or contacts.started_at > facts.ordered_at
        or contacts.started_at < facts.ordered_at - {{ window }}
    )
