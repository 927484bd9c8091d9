-- No contact is lost or doubled on the way from the contract to the fact.
select business_days.utc_date, business_days.contract_count, facts.fact_count
from (
    select cast(started_at as date) as utc_date, count(*) as contract_count
    from {{ ref('contacts') }}
    group by cast(started_at as date)
) as business_days
full join (
    select cast(started_at as date) as utc_date, count(*) as fact_count
    from {{ ref('fct_contact') }}
    group by cast(started_at as date)
) as facts
    on business_days.utc_date = facts.utc_date
where business_days.contract_count is distinct from facts.fact_count
