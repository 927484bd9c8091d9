-- grain: one row per handled cancellation contact
{{ conformed('retention_attempts') }}
