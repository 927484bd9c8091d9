-- grain: one row per employment spell
{{ config(unique_key=["spell_id"]) }}

{{ standard_extract('employment_spells') }}
