-- grain: one row per agent and first day of the assignment
{{ config(unique_key=["agent_id", "valid_from"]) }}

with delivered as (

    select * from {{ delivered('standard', 'agents', key=["agent_id", "valid_from"]) }}

),

renamed as (

    select
        agent_id,
        role,
        team_id,
        site_id,
        employer_type,
        vendor_id,
        fte,
        valid_from,
        valid_to,
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

    {{ latest_version('renamed', key=["agent_id", "valid_from"]) }}

)

select
    agent_id,
    role,
    team_id,
    site_id,
    employer_type,
    vendor_id,
    fte,
    valid_from,
    valid_to,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
