-- grain: one row per period and scope of the day that as-of lies in: what is known of a day that still runs
{{ config(materialized='view', meta={'published': 'view'}) }}

{{ wide_mart(
    kpis=[
        'contacts_offered',
        'contacts_handled',
        'contacts_abandoned',
        'abandonment_rate',
        'service_level',
        'average_speed_of_answer',
        'average_queue_time',
        'longest_queue_wait',
        'occupancy',
        'agent_availability_rate',
        'ticket_backlog',
    ],
    scopes=['enterprise', 'site', 'queue', 'channel', 'team'],
    periods=['interval', 'day'],
    only="state = 'provisional' and period_start = case time_zone when 'site-local' then " ~ running_date()
        ~ " else " ~ running_date("nullif(time_zone, 'site-local')") ~ " end"
) }}
