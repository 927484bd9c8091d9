-- grain: one row per period and scope, for those who look after the business: cost, sales, conversion, retention and churn
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'total_operating_cost',
        'cost_per_contact',
        'cost_per_resolution',
        'total_sales_value',
        'sales_conversion_rate',
        'cross_sell_rate',
        'customer_retention_rate',
        'customer_churn_rate',
        'gross_revenue_retention',
        'net_revenue_retention',
        'save_rate',
    ],
    scopes=['enterprise', 'site', 'channel', 'segment', 'campaign'],
    periods=['day', 'week', 'month', 'quarter', 'year', 'trailing_12m']
) }}
