-- grain: one row per leg of a contact
{{ conformed('contact_segments') }}
