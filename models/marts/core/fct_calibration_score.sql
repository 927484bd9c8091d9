-- grain: one row per calibrated score and its reference, credited to the evaluator
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['quality']}}
) }}

with evaluations as (

    select * from {{ ref('fct_qa_evaluation') }} where {{ touched() }}

),

calibrations as (

    select * from {{ ref('calibration_scores') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

forms as (

    select * from {{ ref('dim_qa_form') }}

)

select
    calibrations.calibration_id,
    evaluations.business_date,
    calibrations.evaluation_id,
    coalesce(agents.site_id, 'unknown') as site_id,
    coalesce(agents.team_id, 'unknown') as team_id,
    coalesce(agents.agent_id, 'unknown') as agent_id,
    calibrations.evaluator_id,
    evaluations.form_id,
    evaluations.form_version,
    calibrations.score_pct,
    calibrations.reference_score_pct,
    cast(calibrations.score_pct - calibrations.reference_score_pct as decimal(9, 3)) as difference_points,
    abs(calibrations.score_pct - calibrations.reference_score_pct) <= {{ var('calibration_tolerance_points') }} as is_within_tolerance,
    calibrations.score_pct >= forms.pass_mark_pct as is_pass,
    calibrations.reference_score_pct >= forms.pass_mark_pct as is_reference_pass
from calibrations
inner join evaluations -- lost: calibrations of evaluations that were not delivered, or leave with a test contact
    on calibrations.evaluation_id = evaluations.evaluation_id
left join agents -- the evaluator's own assignment
    on calibrations.evaluator_id = agents.agent_id
        and evaluations.business_date between agents.valid_from and agents.valid_to
left join forms
    on evaluations.form_id = forms.form_id
        and evaluations.form_version = forms.form_version
