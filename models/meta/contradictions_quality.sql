-- grain: one row per rule and evaluation, section, calibration or error that contradicts another record
-- a view: evaluations are a few in a hundred contacts
{{ config(materialized='view') }}

with evaluations as (

    select * from {{ ref('qa_evaluations') }}

),

judged as (

    select * from {{ ref('fct_qa_evaluation') }}

)

select
    'critical_failure_earns_nothing' as rule,
    'qa_evaluations' as entity,
    evaluation_id as record_id,
    evaluated_on as business_date,
    concat('failed critically and earned ', points_earned, ' points; they count in the score before critical failures only') as detail
from evaluations
where has_critical_compliance_failure and points_earned > 0
union all
select
    'evaluation_follows_its_contact' as rule,
    'qa_evaluations' as entity,
    evaluation_id as record_id,
    business_date,
    concat('evaluated before ', judged_on, ', the day of its contact or ticket; it counts') as detail
from judged
where business_date < judged_on
union all
select
    'section_belongs_to_an_evaluation' as rule,
    'qa_section_scores' as entity,
    concat_ws('|', sections.evaluation_id, sections.section_code) as record_id,
    cast(null as date) as business_date,
    'its evaluation was not delivered; it does not count' as detail
from {{ ref('qa_section_scores') }} as sections
left join evaluations
    on sections.evaluation_id = evaluations.evaluation_id
where evaluations.evaluation_id is null
union all
select
    'calibration_belongs_to_an_evaluation' as rule,
    'calibration_scores' as entity,
    calibrations.calibration_id as record_id,
    cast(null as date) as business_date,
    'its evaluation was not delivered; it does not count' as detail
from {{ ref('calibration_scores') }} as calibrations
left join evaluations
    on calibrations.evaluation_id = evaluations.evaluation_id
where evaluations.evaluation_id is null
union all
select
    'error_was_found_somewhere' as rule,
    'qa_defects' as entity,
    defects.defect_id as record_id,
    cast(null as date) as business_date,
    'neither its evaluation nor its survey response was delivered; it does not count' as detail
from {{ ref('qa_defects') }} as defects
left join {{ ref('fct_qa_defect') }} as found
    on defects.defect_id = found.defect_id
where found.defect_id is null
