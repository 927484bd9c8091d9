-- grain: one row per agent, known from the first day that any call names them
{{ config(unique_key=["agent_id"]) }}

with delivered as (

    select * from {{ delivered('anonymous_bank', 'calls', key=["server"]) }}

),

first_seen as (

    select
        server,
        min(call_date) as valid_from,
        max(_file_id) as _file_id,
        max_by(_line_number, _file_id) as _line_number
    from delivered
    group by server

)

select
    'anonymous_bank:' || server as agent_id,
    'agent' as role,
    'anonymous_bank:agents' as team_id,
    'anonymous_bank:bank' as site_id,
    'in_house' as employer_type,
    cast(null as varchar) as vendor_id,
    -- NO_SERVER holds the work that the log credits to nobody; it is no member of staff.
    cast(case when server = 'NO_SERVER' then 0 else 1 end as decimal(4, 3)) as fte,
    valid_from,
    cast(null as date) as valid_to,
    'anonymous_bank' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from first_seen
