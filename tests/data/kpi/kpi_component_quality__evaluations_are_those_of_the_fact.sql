-- Every standard evaluation is counted once, with its points, and every error whose cause is known.
select
    coalesce(parts.business_date, facts.business_date) as business_date,
    parts.qa_evaluations,
    facts.evaluation_count,
    parts.qa_points_earned,
    facts.points_earned
from (
    select
        business_date,
        sum(qa_evaluations) as qa_evaluations,
        sum(qa_points_earned) as qa_points_earned,
        sum(defects_analysed) as defects_analysed
    from {{ ref('kpi_component_quality') }}
    group by business_date
) as parts
full join (
    select
        business_date,
        count(evaluation_id) as evaluation_count,
        coalesce(sum(points_earned), 0) as points_earned,
        sum(is_defect) as defect_count
    from (
        select business_date, evaluation_id, points_earned, 0 as is_defect from {{ ref('fct_qa_evaluation') }} where is_standard
        union all
        select business_date, null as evaluation_id, null as points_earned, cast(is_analysed as integer) as is_defect
        from {{ ref('fct_qa_defect') }}
    ) as found
    group by business_date
) as facts
    on parts.business_date = facts.business_date
where parts.qa_evaluations is distinct from facts.evaluation_count
    or parts.qa_points_earned is distinct from facts.points_earned
    or parts.defects_analysed is distinct from facts.defect_count
