-- grain: one row per action taken because of a KPI
{{ config(materialized='table', meta={'published': true}) }}

-- A table: people decide few actions a day.
with actions as (

    select * from {{ ref('action_items') }}

)

select
    action_id,
    kpi_id,
    scope,
    root_cause,
    owner,
    opened_on,
    due_on,
    status,
    status in ('open', 'in_progress') as is_open,
    status in ('open', 'in_progress') and coalesce(due_on <= {{ last_complete_date() }}, false) as is_overdue,
    case when status in ('open', 'in_progress') then {{ running_date() }} - opened_on end as open_days
from actions
