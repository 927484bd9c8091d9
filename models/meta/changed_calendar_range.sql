-- grain: one row where hours or holidays changed: the weeks in which some calendar says something else, as far as they lie behind us
{{ config(materialized='ephemeral') }}

with hour_images as (

    {{ changes('operating_hours') }}

),

queue_images as (

    {{ changes('queues') }}

),

changed_weeks as (

    select cast(date_trunc('week', local_date) as date) as week_start from hour_images
    union
    select cast(date_trunc('week', local_date) as date) as week_start
    from {{ ref('operating_hours') }}
    where queue_id in (select queue_images.queue_id from queue_images)
    union
    select cast(date_trunc('week', holiday_date) as date) as week_start
    from {{ source('meta', 'public_holiday') }}
    where refresh_id > {{ last_complete_refresh() }}

)

select min(week_start) as first_day, max(week_start) + 7 as last_day
from changed_weeks
where week_start <= {{ latest_running_date() }}
having count(*) > 0
