-- grain: one row per invitation; a response stands for its own, those that name no contact are flagged
{{ config(unique_key=["invitation_id"]) }}

with delivered as (

    select * from {{ delivered('qualtrics', 'responses', key=["response_id"]) }}

),

latest as (

    {{ latest_version('delivered', key=["response_id"], newest='recorded_date') }}

),

-- landing/qualtrics/responses/<survey>/<file>: an export does not say which survey it is of.
placed as (

    select
        *,
        case when split_part(_file_path, '/', 4) <> '' then split_part(_file_path, '/', 3) end as survey_folder
    from latest

)

select
    'qualtrics:' || response_id as invitation_id,
    'qualtrics:' || coalesce(survey_folder, 'unnamed') as survey_id,
    '{{ var("qualtrics_contact_prefix") }}' || external_reference as contact_id,
    cast(null as varchar) as ticket_id,
    cast(null as varchar) as customer_id,
    case
        when distribution_channel in ('anonymous', 'gl', 'qr', 'social') then 'web'
        when distribution_channel = 'email' then 'email'
        when distribution_channel = 'sms' then 'sms'
    end as survey_channel,
    {{ utc_instant('start_date', "'" ~ var('qualtrics_time_zone') ~ "'") }} as sent_at,
    cast(null as varchar) as delivery_status,
    'qualtrics' as source_system,
    status not in ('0', 'IP Address') or external_reference is null as _is_excluded,
    _file_id,
    _line_number
from placed
