-- grain: one row per trunk group and interval
{{ conformed('trunk_intervals') }}
