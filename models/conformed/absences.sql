-- grain: one row per absence
{{ conformed('absences') }}
