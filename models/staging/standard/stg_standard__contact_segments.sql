-- grain: one row per leg of a contact
{{ config(unique_key=["segment_id"]) }}

{{ standard_extract('contact_segments') }}
