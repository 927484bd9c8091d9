-- grain: one row per period and scope, for those who look after tickets: response, solution, backlog and promises kept
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'escalation_rate',
        'average_first_response_time',
        'average_turnaround_time',
        'average_time_to_first_solution',
        'average_total_resolution_time',
        'same_day_response_rate',
        'response_sla_compliance_rate',
        'ticket_backlog',
        'fcr_ticket_rate',
    ],
    scopes=['enterprise', 'site', 'team', 'group', 'agent', 'channel'],
    periods=['day', 'week', 'month', 'quarter', 'year', 'trailing_12m']
) }}
