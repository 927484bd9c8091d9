-- grain: one row per queue; the type of a call is its queue
{{ config(unique_key=["queue_id"]) }}

with delivered as (

    select * from {{ delivered('anonymous_bank', 'calls', key=["type"]) }}

),

latest as (

    {{ latest_version('delivered', key=["type"]) }}

)

select
    'anonymous_bank:' || type as queue_id,
    case type
        when 'PS' then 'Regular banking'
        when 'PE' then 'Regular banking in English'
        when 'IN' then 'Internet support'
        when 'NE' then 'Stock exchange'
        when 'NW' then 'Prospective customers'
        when 'TT' then 'Callbacks'
    end as queue_name,
    'voice' as channel,
    'anonymous_bank:bank' as site_id,
    cast(20 as integer) as service_level_threshold_seconds,
    cast(5 as integer) as short_abandon_seconds,
    date '1900-01-01' as valid_from,
    'anonymous_bank' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from latest
