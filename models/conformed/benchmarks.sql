-- grain: one row per KPI, source, year and segment
{{ conformed('benchmarks') }}
