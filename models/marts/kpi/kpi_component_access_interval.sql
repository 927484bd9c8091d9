-- grain: one row per local interval and trunk group, with the parts of kpi_component_access that carriers count
{{ config(materialized='view') }}

with counted as (

    select *, {{ local_time('interval_start_at', reporting_zone()) }} as local_start
    from {{ ref('fct_trunk_interval') }}

),

-- a carrier that counts quarters of an hour has two in a half-hour; what it counts by the hour stands where the hour begins
placed as (

    select
        * exclude (interval_start_at),
        {{ interval_start('interval_start_at', 'local_start') }} as interval_start_at
    from counted

)

select
    business_date,
    interval_start_at,
    {{ local_interval('interval_start_at', reporting_zone()) }},
    trunk_group_id,
    connected_attempts,
    blocked_attempts
from placed
