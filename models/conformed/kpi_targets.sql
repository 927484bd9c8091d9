-- grain: one row per KPI, variant, role, scope and first day of validity
{{ conformed('kpi_targets') }}
