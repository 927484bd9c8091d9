-- Contacts on the parts of resolution are those of the fact, and each is successful, failed or still open.
select
    coalesce(parts.business_date, facts.business_date) as business_date,
    parts.fcr_success,
    parts.fcr_observable,
    facts.observable_contacts
from (
    select business_date, sum(fcr_success) as fcr_success, sum(fcr_observable) as fcr_observable, sum(fcr_censored) as fcr_censored
    from {{ ref('kpi_component_resolution') }}
    group by business_date
) as parts
full join (
    select
        business_date,
        count(*) filter (where is_fcr_observable) as observable_contacts,
        count(*) filter (where is_fcr_initial) as initial_contacts
    from {{ ref('fct_contact') }}
    group by business_date
) as facts
    on parts.business_date = facts.business_date
where parts.fcr_observable is distinct from facts.observable_contacts
    or parts.fcr_observable + parts.fcr_censored <> facts.initial_contacts
    or parts.fcr_success > parts.fcr_observable
