-- grain: one row per refresh that had ended when this one ran: how it went, and what its release restated
{{ config(materialized='view', meta={'published': true}) }}

with refreshes as (

    select * from {{ source('meta', 'refresh') }}

),

releases as (

    select * from {{ source('meta', 'release') }}

),

restated as (

    select
        release_id,
        count(*) as restated_values
    from {{ source('meta', 'restatement') }}
    group by release_id

)

select
    cast(refreshes.refresh_id as bigint) as refresh_id,
    cast(refreshes.as_of as timestamp) as as_of,
    cast(refreshes.started_at as timestamp) as started_at,
    cast(refreshes.finished_at as timestamp) as finished_at,
    cast(refreshes.status as varchar) as status,
    cast(refreshes.stage as varchar) as stage,
    cast(refreshes.message as varchar) as message,
    cast(refreshes.is_full as boolean) as is_full,
    cast(releases.release_id as bigint) as release_id,
    cast(releases.published_at as timestamp) as published_at,
    case when releases.release_id is not null then cast(coalesce(restated.restated_values, 0) as bigint) end
        as restated_values
from refreshes
left join releases
    on refreshes.refresh_id = releases.refresh_id
left join restated
    on releases.release_id = restated.release_id
where refreshes.status <> 'running'
