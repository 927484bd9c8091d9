-- grain: one row per contact that a sale can come from: its reason allows one, or an opportunity was opened in it
{{ config(materialized='view') }}

with contacts as (

    select * from {{ ref('contacts') }}

),

reasons as (

    select * from {{ ref('dim_contact_reason') }}

),

opportunities as (

    select * from {{ ref('opportunities') }}

)

select contacts.contact_id
from contacts
inner join reasons -- lost: contacts without a known reason, unless an opportunity names them
    on contacts.contact_reason_id = reasons.contact_reason_id
where reasons.is_sales_eligible
union
select opportunities.contact_id
from opportunities
where opportunities.contact_id is not null
