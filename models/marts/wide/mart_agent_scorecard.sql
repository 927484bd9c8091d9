-- grain: one row per period and scope, for those who look after agents: handling, resolution, satisfaction, quality, time and sales
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'contacts_handled',
        'average_handle_time',
        'average_after_contact_work_time',
        'transfer_rate',
        'contacts_per_agent_hour',
        'first_contact_resolution_rate',
        'fcr_survey_rate',
        'csat_score',
        'dsat_rate',
        'net_promoter_score',
        'quality_score',
        'communication_skills_score',
        'procedure_adherence_rate',
        'occupancy',
        'utilisation',
        'schedule_adherence',
        'absenteeism_rate',
        'total_sales_value',
        'sales_conversion_rate',
        'cross_sell_rate',
        'save_rate',
    ],
    scopes=['agent'],
    periods=['day', 'week', 'month', 'quarter', 'year', 'trailing_12m'],
    told_apart=true
) }}
