-- grain: one row per period and scope, for those who look after teams: what their agents do, their tickets and their people
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'contacts_handled',
        'average_handle_time',
        'average_after_contact_work_time',
        'transfer_rate',
        'contacts_per_agent_hour',
        'first_contact_resolution_rate',
        'csat_score',
        'dsat_rate',
        'quality_score',
        'agent_quality_pass_rate',
        'occupancy',
        'schedule_adherence',
        'absenteeism_rate',
        'average_turnaround_time',
        'average_total_resolution_time',
        'ticket_backlog',
        'total_sales_value',
        'sales_conversion_rate',
        'agent_turnover_rate',
        'training_completion_rate',
    ],
    scopes=['team'],
    periods=['day', 'week', 'month', 'quarter', 'year', 'trailing_12m'],
    told_apart=true
) }}
