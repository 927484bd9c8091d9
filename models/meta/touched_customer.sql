-- grain: one row per refresh and customer whose subscriptions changed: all their months are computed again
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false,
    pre_hook="{{ forget_unfinished() }}"
) }}

with changed as (

    select * from {{ ref('changed_customer') }}

)

select
    {{ this_refresh() }} as refresh_id,
    customer_id,
    cast(min(reason) as varchar) as reason
from changed
-- built by hand after a refresh has ended, nothing is touched
where {{ this_refresh() }} > {{ last_complete_refresh() }}
group by customer_id
