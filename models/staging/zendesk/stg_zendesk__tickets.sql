-- grain: one row per ticket
{{ config(unique_key=["ticket_id"]) }}

with delivered as (

    select * from {{ delivered('zendesk', 'tickets', key=["id"]) }}

),

latest as (

    {{ latest_version('delivered', key=["id"], newest='generated_timestamp') }}

)

select
    'zendesk:' || id as ticket_id,
    'zendesk:' || requester_id as customer_id,
    cast(null as varchar) as contact_id,
    case
        when via_channel in ('voice', 'phone') then 'voice'
        when via_channel = 'chat' then 'chat'
        when via_channel in ('native_messaging', 'whatsapp', 'line', 'instagram_dm') then 'messaging'
        when via_channel = 'sms' then 'sms'
        when via_channel in ('twitter', 'facebook') then 'social'
        when via_channel in ('rule', 'system', 'sample_ticket') then 'task'
        -- Forms, applications and tickets written through the API: Zendesk answers them by e-mail.
        when via_channel in (
            'email', 'web', 'web_service', 'help_center', 'mobile', 'mobile_sdk', 'api', 'closed_ticket', 'ticket_sharing'
        ) then 'email'
    end as channel,
    priority,
    cast(null as varchar) as contact_reason_id,
    'zendesk:' || group_id as group_id,
    created_at,
    -- The contract has no status for a deleted ticket: it is finished, and flagged.
    case when status = 'deleted' then 'closed' else status end as status,
    cast(null as integer) as first_response_sla_seconds,
    status = 'deleted' as is_deleted,
    'zendesk' as source_system,
    status = 'deleted' as _is_excluded,
    _file_id,
    _line_number
from latest
