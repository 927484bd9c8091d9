-- grain: one row per invitation
{{ config(unique_key=["invitation_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'survey_invitations', key=["invitation_id"]) }}

),

renamed as (

    select
        invitation_id,
        survey_id,
        contact_id,
        ticket_id,
        customer_id,
        survey_channel,
        sent_at,
        delivery_status,
        'standard' as source_system,
        false as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('renamed', key=["invitation_id"]) }}

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
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
