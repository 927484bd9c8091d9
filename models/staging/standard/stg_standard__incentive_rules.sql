-- grain: one row per plan, KPI, role and first day of validity
{{ config(unique_key=["plan_id", "kpi_id", "role", "valid_from"]) }}

{{ standard_extract('incentive_rules') }}
