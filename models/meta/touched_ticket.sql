-- grain: one row per refresh, ticket and reason: the tickets whose rows each night rebuilds, on whatever days they lie
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false,
    pre_hook="{{ forget_unfinished(keep=30) }}"
) }}

with changed as (

    select * from {{ ref('changed_ticket') }}

)

select
    {{ this_refresh() }} as refresh_id,
    ticket_id,
    cast(reason as varchar) as reason,
    reaches_from
from changed
-- built by hand after a refresh has ended, nothing is touched
where {{ this_refresh() }} > {{ last_complete_refresh() }} and ticket_id is not null
