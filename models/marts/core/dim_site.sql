-- grain: one row per site, and the unknown site
{{ config(meta={'published': true}) }}

with sites as (

    select * from {{ ref('sites') }}

)

select site_id, site_name, timezone as time_zone, country
from sites
union all
select 'unknown' as site_id, 'Unknown' as site_name, 'UTC' as time_zone, null as country
