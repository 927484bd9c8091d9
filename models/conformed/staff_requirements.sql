-- grain: one row per site, staffing group and interval
{{ conformed('staff_requirements') }}
