-- grain: one row per period and scope, for those who look after queues and channels: demand, waits and service, down to the half-hour
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'contacts_offered',
        'contact_arrival_rate',
        'peak_interval_contacts',
        'contacts_handled',
        'contacts_abandoned',
        'abandonment_rate',
        'service_level',
        'average_speed_of_answer',
        'average_queue_time',
        'longest_queue_wait',
        'average_time_to_abandon',
        'callback_success_rate',
        'self_service_share',
        'average_handle_time',
        'transfer_rate',
        'first_contact_resolution_rate',
    ],
    scopes=['enterprise', 'site', 'queue', 'channel'],
    periods=['interval', 'day', 'week', 'month', 'quarter', 'year', 'trailing_12m']
) }}
