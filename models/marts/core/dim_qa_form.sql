-- grain: one row per evaluation form and version
{{ config(meta={'published': true}) }}

with evaluations as (

    select * from {{ ref('qa_evaluations') }}

),

sections as (

    select * from {{ ref('qa_section_scores') }}

),

used as (

    select
        form_id,
        form_version,
        min(evaluated_on) as first_used_on,
        max(evaluated_on) as last_used_on
    from evaluations
    group by form_id, form_version

),

-- what a form consists of is what was scored on it
composed as (

    select
        evaluations.form_id,
        evaluations.form_version,
        string_agg(distinct sections.section_code, ',' order by sections.section_code) as section_codes
    from sections
    inner join evaluations -- lost: sections of evaluations that were not delivered
        on sections.evaluation_id = evaluations.evaluation_id
    group by evaluations.form_id, evaluations.form_version

)

select
    concat_ws('|', used.form_id, used.form_version) as form_key,
    used.form_id,
    used.form_version,
    cast({{ parameter_by('form', 'qa_pass_mark_pct', 'used.form_id') }} as decimal(5, 2)) as pass_mark_pct,
    cast({{ parameter_by('form', 'qa_min_evaluations', 'used.form_id') }} as integer) as min_evaluations,
    composed.section_codes,
    used.first_used_on,
    used.last_used_on
from used
left join composed
    on used.form_id = composed.form_id
        and used.form_version = composed.form_version
