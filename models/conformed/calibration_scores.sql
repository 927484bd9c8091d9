-- grain: one row per evaluator and reference
{{ conformed('calibration_scores') }}
