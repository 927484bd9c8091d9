-- grain: one row per contact reason
{{ conformed('contact_reasons') }}
