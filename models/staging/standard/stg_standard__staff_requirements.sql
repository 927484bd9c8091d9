-- grain: one row per site, staffing group and interval
{{ config(unique_key=['site_id', 'staffing_group_id', 'interval_start_at']) }}

{{ standard_extract('staff_requirements', defaults={'staffing_group_id': "''"}) }}
