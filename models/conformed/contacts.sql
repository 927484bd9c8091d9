-- grain: one row per contact
{{ conformed('contacts') }}
