-- grain: one row per order and line
with every_system as (

    {{ union_systems('order_lines') }}

)

select
    order_id,
    line_no,
    line_type,
    product_id,
    net_amount,
    source_system
from every_system
where not _is_excluded
