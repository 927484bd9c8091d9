-- grain: one row per team and first day of validity
{{ config(unique_key=["team_id", "valid_from"]) }}

with sites as (

    select * from {{ ref('stg_asterisk__sites') }}

)

select
    'asterisk:default' as team_id,
    'Asterisk' as team_name,
    site_id,
    'in_house' as employer_type,
    cast(null as varchar) as team_lead_id,
    date '1900-01-01' as valid_from,
    cast(null as date) as valid_to,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from sites
