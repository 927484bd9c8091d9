-- grain: one row per team and first day of validity
{{ config(unique_key=["team_id", "valid_from"]) }}

with delivered as (

    select * from {{ delivered('standard', 'teams', key=["team_id", "coalesce(valid_from, date '1900-01-01')"]) }}

),

renamed as (

    select
        team_id,
        team_name,
        site_id,
        employer_type,
        team_lead_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
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

    {{ latest_version('renamed', key=["team_id", "valid_from"]) }}

)

select
    team_id,
    team_name,
    site_id,
    employer_type,
    team_lead_id,
    valid_from,
    valid_to,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
