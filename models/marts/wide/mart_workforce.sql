-- grain: one row per period and scope, half-hours included, for those who look after planners: use of time, staffing and forecast
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'occupancy',
        'utilisation',
        'agent_availability_rate',
        'contacts_per_agent_hour',
        'schedule_adherence',
        'schedule_conformance',
        'schedule_efficiency',
        'overstaffing_rate',
        'understaffing_rate',
        'shrinkage_rate',
        'absenteeism_rate',
        'unapproved_absence_rate',
        'staffing_vs_requirement_rate',
        'forecast_accuracy',
        'system_availability',
    ],
    scopes=['enterprise', 'site', 'team', 'vendor', 'queue'],
    periods=['interval', 'day', 'week', 'month', 'quarter', 'year', 'trailing_12m']
) }}
