-- grain: one row per site, and the unknown site
{{ config(meta={'published': true}) }}

with sites as (

    select * from {{ ref('sites') }}

)

select sites.site_id, sites.site_name, sites.timezone as time_zone, sites.country
from sites
inner join {{ known_time_zones() }} as zones -- lost: sites in a zone that nobody knows; their contacts go to the unknown site
    on sites.timezone = zones.name
union all
select 'unknown' as site_id, 'Unknown' as site_name, {{ reporting_zone() }} as time_zone, null as country
