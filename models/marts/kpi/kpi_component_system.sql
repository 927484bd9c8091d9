-- grain: one row per service date and system, with agreed service and what was lost of it
{{ config(materialized='table') }}

with service as (

    select * from {{ ref('fct_system_service_day') }}
    where service_seconds > 0
        -- as long as nobody reports outages, not even in an empty file, nothing is known of them
        and exists (select 1 from {{ source('meta', 'loaded_file') }} as file where file.entity = 'system_outages')

),

outages as (

    select * from {{ ref('fct_system_outage') }}

),

agreed as (

    select service_date, system_id, sum(service_seconds) as service_seconds
    from service
    group by service_date, system_id

),

lost as (

    select
        service_date,
        system_id,
        sum(outage_seconds) filter (where state = 'down') as down_seconds,
        sum(outage_seconds) filter (where state = 'maintenance') as maintenance_seconds,
        sum(outage_seconds) filter (where state = 'degraded') as degraded_seconds
    from outages
    group by service_date, system_id

),

parts as (

    select
        agreed.service_date as business_date,
        agreed.system_id,
        agreed.service_seconds,
        coalesce(lost.down_seconds, 0) as down_seconds,
        coalesce(lost.maintenance_seconds, 0) as maintenance_seconds,
        coalesce(lost.degraded_seconds, 0) as degraded_seconds
    from agreed
    left join lost
        on agreed.service_date = lost.service_date
            and agreed.system_id = lost.system_id

)

select
    business_date,
    system_id,
    cast(service_seconds as bigint) as service_seconds,
    cast(down_seconds as bigint) as down_seconds,
    cast(maintenance_seconds as bigint) as maintenance_seconds,
    cast(degraded_seconds as bigint) as degraded_seconds,
    cast(service_seconds - down_seconds as bigint) as up_seconds,
    cast(service_seconds - down_seconds - maintenance_seconds as bigint) as up_seconds_incl_planned,
    cast(service_seconds - down_seconds - degraded_seconds / 2.0 as decimal(18, 1)) as up_seconds_degraded_half
from parts
