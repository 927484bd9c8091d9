-- grain: one row per campaign, and the unknown campaign
{{ config(meta={'published': true}) }}

with campaigns as (

    select * from {{ ref('campaigns') }}

)

select
    campaign_id,
    coalesce(campaign_name, campaign_id) as campaign_name,
    channel,
    started_on,
    ended_on
from campaigns
union all
select
    'unknown' as campaign_id,
    'Unknown' as campaign_name,
    null as channel,
    null as started_on,
    null as ended_on
