-- grain: one row per period and scope, for those who look after quality: evaluations, their sections, calibration and errors
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'quality_score',
        'agent_quality_pass_rate',
        'quality_calibration_variance',
        'communication_skills_score',
        'procedure_adherence_rate',
        'compliance_critical_error_rate',
        'training_attributable_error_rate',
    ],
    scopes=['enterprise', 'site', 'team', 'agent'],
    periods=['day', 'week', 'month', 'quarter', 'year', 'trailing_12m']
) }}
