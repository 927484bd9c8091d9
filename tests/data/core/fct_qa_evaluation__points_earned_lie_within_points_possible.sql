-- Nobody earns more than was possible, and nothing with a critical failure (X15).
select evaluation_id, points_possible, points_earned, has_critical_compliance_failure
from {{ ref('fct_qa_evaluation') }}
where {{ rebuilt_tonight(['quality']) }}
    and (
        points_earned not between 0 and points_possible
        or points_possible <= 0
        or (has_critical_compliance_failure and points_earned <> 0)
    )
