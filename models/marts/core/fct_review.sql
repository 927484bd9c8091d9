-- grain: one row per review of KPIs
{{ config(materialized='table', meta={'published': true}) }}

-- A table: people meet a few times a week.
with reviews as (

    select * from {{ ref('reviews') }}

)

select review_id, forum, held_on, kpi_pack, participants_role, decisions
from reviews
