-- grain: one row per evaluator and reference
{{ config(unique_key=["calibration_id"]) }}

{{ standard_extract('calibration_scores') }}
