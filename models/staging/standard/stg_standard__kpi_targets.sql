-- grain: one row per KPI, variant, role, scope and first day of validity; scope_id is empty text where the target is for each
{{ config(unique_key=["kpi_id", "variant", "role", "scope_type", "scope_id", "valid_from"]) }}

{{ standard_extract('kpi_targets', defaults={'variant': "'default'", 'role': "'all'", 'scope_id': "''"}) }}
