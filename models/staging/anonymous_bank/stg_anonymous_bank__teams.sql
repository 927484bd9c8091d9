-- grain: one row per team; the extract knows one
{{ config(unique_key=["team_id"]) }}

with delivered as (

    select
        'anonymous_bank:agents' as team_id,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from {{ delivered('anonymous_bank', 'calls', key=["'anonymous_bank'"]) }}

),

latest as (

    {{ latest_version('delivered', key=["team_id"]) }}

)

select
    team_id,
    'Agents of the Anonymous Bank' as team_name,
    'anonymous_bank:bank' as site_id,
    'in_house' as employer_type,
    cast(null as varchar) as team_lead_id,
    date '1900-01-01' as valid_from,
    cast(null as date) as valid_to,
    'anonymous_bank' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from latest
