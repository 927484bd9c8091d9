-- grain: one row per ledger entry
{{ conformed('cost_ledger') }}
