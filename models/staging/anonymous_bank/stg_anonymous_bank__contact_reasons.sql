-- grain: one row per contact reason; the type of a call is its reason, except for callbacks, whose reason is not recorded
{{ config(unique_key=["contact_reason_id"]) }}

with delivered as (

    select * from {{ delivered('anonymous_bank', 'calls', key=["type"]) }}

),

latest as (

    {{ latest_version('delivered', key=["type"]) }}

)

select
    'anonymous_bank:' || type as contact_reason_id,
    case type
        when 'PS' then 'Regular banking'
        when 'PE' then 'Regular banking in English'
        when 'IN' then 'Internet support'
        when 'NE' then 'Stock exchange'
        when 'NW' then 'Interest in becoming a customer'
    end as reason_name,
    cast(null as varchar) as parent_reason_id,
    type = 'NW' as is_sales_eligible,
    false as is_retention,
    'anonymous_bank' as source_system,
    type = 'TT' as _is_excluded,
    _file_id,
    _line_number
from latest
