-- grain: one row per local interval, site, queue and channel, with the parts of kpi_component_leg
{{ config(materialized='view') }}

select
    business_date,
    interval_start_at,
    interval_local_start,
    fold_number,
    site_id,
    queue_id,
    channel,
    {{ leg_part_columns() }}
from {{ ref('fct_queue_interval') }}
