-- grain: one row per review
{{ conformed('reviews') }}
