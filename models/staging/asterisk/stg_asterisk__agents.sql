-- grain: one row per agent and first day of the assignment
{{ config(unique_key=["agent_id", "valid_from"]) }}

with queue_log as (

    select *
    from {{ ref('stg_asterisk__queue_log') }}
    where agent is not null and not is_superseded

),

agents as (

    select
        agent,
        min_by(_line_number, (_file_id, _line_number)) as _line_number,
        min(_file_id) as _file_id
    from queue_log
    group by agent

)

select
    'asterisk:' || agent as agent_id,
    'agent' as role,
    'asterisk:default' as team_id,
    'asterisk:default' as site_id,
    'in_house' as employer_type,
    cast(null as varchar) as vendor_id,
    cast(1 as decimal(4, 3)) as fte,
    date '1900-01-01' as valid_from,
    cast(null as date) as valid_to,
    'asterisk' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from agents
