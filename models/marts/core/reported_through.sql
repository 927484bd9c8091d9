-- grain: one row: the month of the newest contact, ticket or survey, up to which trailing windows end
{{ config(materialized='table') }}

with reported as (

    select max(started_at) as reported_at from {{ ref('contacts') }}
    union all
    select max(created_at) as reported_at from {{ ref('tickets') }}
    union all
    select max(sent_at) as reported_at from {{ ref('survey_invitations') }}

)

select cast(date_trunc('month', least(max(reported_at), {{ as_of() }})) as date) as last_month
from reported
