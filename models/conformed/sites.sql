-- grain: one row per site
{{ conformed('sites') }}
