-- grain: one row per product that was subscribed to or ordered, and the unknown product
{{ config(meta={'published': true}) }}

with subscriptions as (

    select product_id from {{ ref('subscriptions') }} where product_id is not null group by product_id

),

order_lines as (

    select product_id from {{ ref('order_lines') }} where product_id is not null group by product_id

)

select
    coalesce(subscriptions.product_id, order_lines.product_id) as product_id,
    subscriptions.product_id is not null as is_subscribed_to,
    order_lines.product_id is not null as is_ordered
from subscriptions
full join order_lines
    on subscriptions.product_id = order_lines.product_id
union all
select 'unknown' as product_id, false as is_subscribed_to, false as is_ordered
