-- grain: one row per line of an order
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['order']}}
) }}

with orders as (

    select * from {{ ref('fct_order') }} where {{ touched() }}

),

order_lines as (

    select * from {{ ref('order_lines') }}

)

select
    orders.order_id,
    order_lines.line_no,
    orders.business_date,
    orders.agent_id,
    orders.campaign_id,
    order_lines.line_type,
    order_lines.product_id,
    orders.is_credited,
    orders.is_net,
    order_lines.net_amount,
    orders.currency,
    cast(order_lines.net_amount * orders.rate as decimal(18, 4)) as reporting_amount
from orders
inner join order_lines -- lost: lines of orders that have not been delivered (yet)
    on orders.order_id = order_lines.order_id
