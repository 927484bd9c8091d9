-- grain: one row per order and line
{{ config(unique_key=["order_id", "line_no"]) }}

with delivered as (

    select * from {{ delivered('standard', 'order_lines', key=["order_id", "line_no"]) }}

),

renamed as (

    select
        order_id,
        line_no,
        line_type,
        product_id,
        net_amount,
        'standard' as source_system,
        false as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('renamed', key=["order_id", "line_no"]) }}

)

select
    order_id,
    line_no,
    line_type,
    product_id,
    net_amount,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
