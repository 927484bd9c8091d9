-- grain: one row per customer; staff are flagged, so that a user who joins or leaves the staff moves
{{ config(unique_key=["customer_id"]) }}

with delivered as (

    select * from {{ delivered('zendesk', 'users', key=["id"]) }}

),

latest as (

    {{ latest_version('delivered', key=["id"], newest='updated_at') }}

)

select
    'zendesk:' || id as customer_id,
    cast(null as varchar) as segment,
    cast(null as varchar) as country,
    created_at,
    cast(null as timestamp) as erased_at,
    cast(null as boolean) as consent_survey,
    'zendesk' as source_system,
    role <> 'end-user' as _is_excluded,
    _file_id,
    _line_number
from latest
