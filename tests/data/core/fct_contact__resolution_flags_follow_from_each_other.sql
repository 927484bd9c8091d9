-- Success needs an observable contact, observable an initial one; open and closed windows exclude each other.
select contact_id, is_handled, is_fcr_initial, is_fcr_observable, is_fcr_censored, is_fcr_success
from {{ ref('fct_contact') }}
where {{ rebuilt_tonight(['leg', 'resolution']) }}
    and (
        (is_fcr_success and not is_fcr_observable)
        or (is_fcr_observable = is_fcr_censored) = is_fcr_initial
        or (is_fcr_initial and not (is_handled and direction = 'inbound' and customer_id is not null and contact_reason_id is not null))
        or (is_any_reason_success and not is_any_reason_observable)
        or (is_any_reason_observable and not is_fcr_observable)
    )
