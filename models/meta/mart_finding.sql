-- grain: one row per refresh, extract, day and rule by which a delivery was unlike the usual ones
{{ config(materialized='view', meta={'published': true}) }}

with findings as (

    select * from {{ source('meta', 'finding') }}

)

select
    cast(refresh_id as bigint) as refresh_id,
    cast(severity as varchar) as severity,
    cast(system as varchar) as system,
    cast(entity as varchar) as entity,
    cast(business_date as date) as business_date,
    cast(rule as varchar) as rule,
    cast(detail as varchar) as detail,
    cast(kpi_ids as varchar) as kpi_ids
from findings
