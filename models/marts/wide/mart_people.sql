-- grain: one row per period and scope, for those who look after people: absence, turnover, satisfaction and training
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'absenteeism_rate',
        'unapproved_absence_rate',
        'agent_turnover_rate',
        'agent_satisfaction_score',
        'training_completion_rate',
        'training_hours_per_agent',
        'agent_quality_pass_rate',
    ],
    scopes=['enterprise', 'site', 'team', 'vendor'],
    periods=['month', 'quarter', 'year', 'trailing_12m']
) }}
