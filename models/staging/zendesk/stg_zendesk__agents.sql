-- grain: one row per agent; customers are flagged, so that a user who joins or leaves the staff moves
{{ config(unique_key=["agent_id"]) }}

with delivered as (

    select * from {{ delivered('zendesk', 'users', key=["id"]) }}

),

latest as (

    {{ latest_version('delivered', key=["id"], newest='updated_at') }}

)

select
    'zendesk:' || id as agent_id,
    'agent' as role,
    'zendesk:' || default_group_id as team_id,
    cast(null as varchar) as site_id,
    cast(null as varchar) as employer_type,
    cast(null as varchar) as vendor_id,
    cast(1 as decimal(4, 3)) as fte,
    cast(created_at as date) as valid_from,
    cast(null as date) as valid_to,
    'zendesk' as source_system,
    role = 'end-user' as _is_excluded,
    _file_id,
    _line_number
from latest
