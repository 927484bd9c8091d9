-- grain: one row per ledger entry
{{ config(unique_key=["entry_id"]) }}

{{ standard_extract('cost_ledger') }}
