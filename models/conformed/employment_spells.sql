-- grain: one row per employment spell
{{ conformed('employment_spells') }}
