-- grain: one row per evaluation and section
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['quality']}}
) }}

with evaluations as (

    select * from {{ ref('fct_qa_evaluation') }} where {{ touched() }}

),

sections as (

    select * from {{ ref('qa_section_scores') }}

)

select
    sections.evaluation_id,
    sections.section_code,
    evaluations.business_date,
    evaluations.site_id,
    evaluations.team_id,
    evaluations.agent_id,
    evaluations.form_id,
    evaluations.form_version,
    evaluations.is_standard,
    sections.points_possible,
    sections.points_earned,
    sections.items_applicable,
    sections.items_passed
from sections
inner join evaluations -- lost: sections of evaluations that were not delivered, or leave with a test contact
    on sections.evaluation_id = evaluations.evaluation_id
