-- grain: one row per plan, KPI, role and first day of validity
{{ conformed('incentive_rules') }}
