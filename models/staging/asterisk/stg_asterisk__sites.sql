-- grain: one row per site
{{ config(unique_key=["site_id"]) }}

-- The log knows no sites: all of it is one, which exists once there is a line.
with first_line as (

    select
        min_by(_line_number, (_file_id, _line_number)) as _line_number,
        min(_file_id) as _file_id
    from {{ ref('stg_asterisk__queue_log') }}
    having count(*) > 0

)

select
    'asterisk:default' as site_id,
    'Asterisk' as site_name,
    '{{ var("asterisk_time_zone") }}' as timezone,
    cast(null as varchar) as country,
    'asterisk' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from first_line
