-- Of every cohort, who is not kept is lost (X20); what is left without expansion is neither more than there was at the
-- opening nor more than there is with it.
select period_type, period_start, scope_type, scope_id
from {{ ref('kpi_component_customer') }}
where customers_retained + customers_lost <> customers_start
    or mrr_retained_capped_amount > mrr_start_amount
    or mrr_retained_capped_amount > mrr_end_cohort_amount
    or year_mrr_retained_capped_amount > year_mrr_start_amount
    or year_customers_retained > year_customers_start
    or cohort_customers_retained > cohort_customers_start
