-- grain: one row per ticket, agent and local day
{{ config(unique_key=["ticket_id", "agent_id", "worked_on"]) }}

with delivered as (

    select * from {{ delivered('standard', 'ticket_time_entries', key=["ticket_id", "agent_id", "worked_on"]) }}

),

renamed as (

    select
        ticket_id,
        agent_id,
        worked_on,
        seconds,
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

    {{ latest_version('renamed', key=["ticket_id", "agent_id", "worked_on"]) }}

)

select
    ticket_id,
    agent_id,
    worked_on,
    seconds,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
