-- grain: one row per contact
{{ config(unique_key=["contact_id"]) }}

{{ standard_extract(
    'contacts',
    defaults={'is_test': 'false', 'source_system': "'standard'"},
    newest='last_updated_at',
    excluded='coalesce(is_test, false)'
) }}
