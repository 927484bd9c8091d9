-- grain: one row per period and scope, for those who look after customers: resolution, satisfaction, effort and loyalty
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'first_contact_resolution_rate',
        'fcr_survey_rate',
        'repeat_contact_rate',
        'contact_resolution_rate',
        'csat_score',
        'dsat_rate',
        'net_promoter_score',
        'customer_effort_score',
        'net_easy_score',
        'net_emotional_value',
        'average_sentiment_score',
        'survey_response_rate',
    ],
    scopes=['enterprise', 'site', 'queue', 'channel', 'team', 'agent', 'segment'],
    periods=['day', 'week', 'month', 'quarter', 'year', 'trailing_12m']
) }}
