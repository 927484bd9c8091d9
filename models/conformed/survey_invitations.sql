-- grain: one row per invitation
with every_system as (

    {{ union_systems('survey_invitations') }}

)

select
    invitation_id,
    survey_id,
    contact_id,
    ticket_id,
    customer_id,
    survey_channel,
    sent_at,
    delivery_status,
    source_system
from every_system
where not _is_excluded
