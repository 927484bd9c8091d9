-- grain: one row per customer and first day of a version: what deliveries over time said of the customer
{{ config(unique_key=["customer_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'customers', key=['customer_id']) }}

),

-- a delivery says what holds from the date in its file's name on; one without a date, what held before all of them
dated as (

    select
        customer_id,
        segment,
        country,
        erased_at,
        coalesce(cast(_extracted_at as date), date '1900-01-01') as valid_from,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('dated', key=['customer_id', 'valid_from']) }}

),

-- who was erased once has no attributes in any version
erased as (

    select
        customer_id,
        valid_from,
        case when min(erased_at) over whole is null then segment end as segment,
        case when min(erased_at) over whole is null then country end as country,
        min(erased_at) over whole as erased_at,
        _file_id,
        _line_number
    from latest
    window whole as (partition by customer_id)

),

-- a snapshot that repeats the version before it is none
compared as (

    select
        *,
        coalesce(
            segment is not distinct from lag(segment) over in_time and country is not distinct from lag(country) over in_time,
            false
        ) and lag(valid_from) over in_time is not null as is_repeated
    from erased
    window in_time as (partition by customer_id order by valid_from)

)

select
    customer_id,
    valid_from,
    segment,
    country,
    erased_at,
    'standard' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from compared
where not is_repeated
