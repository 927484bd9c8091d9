-- No order is lost or doubled on the way from the contract to the fact.
select coalesce(orders.order_id, facts.order_id) as order_id
from {{ ref('orders') }} as orders
full join {{ ref('fct_order') }} as facts
    on orders.order_id = facts.order_id
where orders.order_id is null or facts.order_id is null
