-- grain: one row per refresh and expectation at a border that did not hold; tonight's outgoing ones are not known yet
{{ config(materialized='view', meta={'published': true}) }}

with results as (

    select * from {{ source('meta', 'expectation_result') }}

)

select
    cast(refresh_id as bigint) as refresh_id,
    cast(border as varchar) as border,
    cast(expectation as varchar) as expectation,
    cast(severity as varchar) as severity,
    cast(evaluated_at as timestamp) as evaluated_at
from results
where not is_success
