-- grain: one row per assignment
{{ conformed('training_assignments') }}
