-- grain: one row per day, site, team and agent evaluated, and form, with the parts of quality; errors have no form
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['quality', 'survey', 'leg']}}
) }}

with evaluations as (

    select * from {{ ref('fct_qa_evaluation') }} where is_standard and {{ touched() }}

),

sections as (

    select * from {{ ref('fct_qa_section_score') }} where is_standard and {{ touched() }}

),

defects as (

    select * from {{ ref('fct_qa_defect') }} where {{ touched() }}

),

parts as (

    select
        business_date,
        site_id,
        team_id,
        agent_id,
        form_id,
        form_version,
        1 as qa_evaluations,
        points_possible as qa_points_possible,
        points_earned as qa_points_earned,
        points_earned_before_autofail as qa_points_before_autofail,
        cast(100 * points_earned / points_possible as decimal(9, 4)) as qa_percent,
        cast(has_critical_compliance_failure as integer) as evaluations_critical
    from evaluations
    union all by name
    select
        business_date,
        site_id,
        team_id,
        agent_id,
        form_id,
        form_version,
        points_possible as communication_points_possible,
        points_earned as communication_points_earned
    from sections
    where section_code = 'communication' and points_possible is not null and points_earned is not null
    union all by name
    select
        business_date,
        site_id,
        team_id,
        agent_id,
        form_id,
        form_version,
        cast(items_applicable as bigint) as procedure_items_applicable,
        cast(items_passed as bigint) as procedure_items_passed
    from sections
    where section_code = 'procedure' and items_applicable is not null and items_passed is not null
    union all by name
    select
        business_date,
        site_id,
        team_id,
        agent_id,
        cast(is_analysed as integer) as defects_analysed,
        cast(is_from_training as integer) as defects_training
    from defects

)

select
    business_date,
    site_id,
    team_id,
    agent_id,
    form_id,
    form_version,
    cast(coalesce(sum(qa_evaluations), 0) as bigint) as qa_evaluations,
    cast(coalesce(sum(qa_points_possible), 0) as decimal(18, 3)) as qa_points_possible,
    cast(coalesce(sum(qa_points_earned), 0) as decimal(18, 3)) as qa_points_earned,
    cast(coalesce(sum(qa_points_before_autofail), 0) as decimal(18, 3)) as qa_points_before_autofail,
    cast(coalesce(sum(qa_percent), 0) as decimal(18, 4)) as qa_percent_sum,
    cast(coalesce(sum(qa_percent * qa_percent), 0) as decimal(18, 4)) as qa_percent_squares,
    cast(coalesce(sum(evaluations_critical), 0) as bigint) as evaluations_critical,
    cast(coalesce(sum(communication_points_possible), 0) as decimal(18, 3)) as communication_points_possible,
    cast(coalesce(sum(communication_points_earned), 0) as decimal(18, 3)) as communication_points_earned,
    cast(coalesce(sum(procedure_items_applicable), 0) as bigint) as procedure_items_applicable,
    cast(coalesce(sum(procedure_items_passed), 0) as bigint) as procedure_items_passed,
    {%- for above, below in [
        ('qa_points_earned', 'qa_points_possible'),
        ('qa_points_before_autofail', 'qa_points_possible'),
        ('communication_points_earned', 'communication_points_possible'),
        ('procedure_items_passed', 'procedure_items_applicable'),
    ] %}
    cast(coalesce(sum({{ above }} * {{ above }}), 0) as decimal(38, 6)) as {{ above }}_squares,
    cast(coalesce(sum({{ above }} * {{ below }}), 0) as decimal(38, 6)) as {{ above }}_products,
    {%- endfor %}
    {%- for below in ['qa_points_possible', 'communication_points_possible', 'procedure_items_applicable'] %}
    cast(coalesce(sum({{ below }} * {{ below }}), 0) as decimal(38, 6)) as {{ below }}_squares,
    {%- endfor %}
    cast(coalesce(sum(defects_analysed), 0) as bigint) as defects_analysed,
    cast(coalesce(sum(defects_training), 0) as bigint) as defects_training
from parts
group by business_date, site_id, team_id, agent_id, form_id, form_version
