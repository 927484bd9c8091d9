-- grain: one row per KPI, source, year and segment; year is 0 where it is not known
{{ config(unique_key=["kpi_id", "source", "year", "segment"]) }}

{{ standard_extract('benchmarks', defaults={'year': '0', 'segment': "'all'"}) }}
