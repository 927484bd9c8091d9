-- grain: one row per local interval, site and team, with the parts of kpi_component_workforce that states give
{{ config(materialized='view') }}

with states as (

    select * from {{ ref('fct_agent_state_interval') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

counted as (

    select
        business_date,
        interval_start_at,
        site_id,
        team_id,
        coalesce(sum(state_seconds) filter (where state_group = 'handling'), 0) as handling_seconds,
        coalesce(sum(state_seconds) filter (where state_group = 'available'), 0) as available_seconds,
        sum(state_seconds) as logged_in_seconds
    from states
    group by business_date, interval_start_at, site_id, team_id

)

select
    counted.business_date,
    counted.interval_start_at,
    {{ local_interval('counted.interval_start_at', 'sites.time_zone') }},
    counted.site_id,
    counted.team_id,
    cast(counted.handling_seconds as bigint) as handling_seconds,
    cast(counted.available_seconds as bigint) as available_seconds,
    cast(counted.logged_in_seconds as bigint) as logged_in_seconds
from counted
inner join sites -- nobody is lost: the fact knows its sites
    on counted.site_id = sites.site_id
