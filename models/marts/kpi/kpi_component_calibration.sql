-- grain: one row per day, site, team and evaluator, and form, with the parts of calibration; the agent is the evaluator
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['quality']}}
) }}

with calibrations as (

    select * from {{ ref('fct_calibration_score') }} where {{ touched() }}

)

select
    business_date,
    site_id,
    team_id,
    agent_id,
    form_id,
    form_version,
    count(*) as calibration_pairs,
    cast(sum(abs(difference_points)) as decimal(18, 3)) as calibration_abs_difference,
    cast(sum(difference_points) as decimal(18, 3)) as calibration_difference,
    cast(sum(difference_points * difference_points) as decimal(18, 4)) as calibration_squares,
    count(*) filter (where is_within_tolerance) as calibration_within_tolerance,
    count(*) filter (where is_pass and is_reference_pass) as calibration_both_pass,
    count(*) filter (where is_pass and not is_reference_pass) as calibration_only_evaluator_passes,
    count(*) filter (where not is_pass and is_reference_pass) as calibration_only_reference_passes,
    count(*) filter (where not is_pass and not is_reference_pass) as calibration_both_fail
from calibrations
group by business_date, site_id, team_id, agent_id, form_id, form_version
