-- grain: one row per employment spell
{{ config(unique_key=["spell_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'employment_spells', key=["spell_id"]) }}

),

renamed as (

    select
        spell_id,
        employee_id,
        started_on,
        ended_on,
        end_type,
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

    {{ latest_version('renamed', key=["spell_id"]) }}

)

select
    spell_id,
    employee_id,
    started_on,
    ended_on,
    end_type,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
