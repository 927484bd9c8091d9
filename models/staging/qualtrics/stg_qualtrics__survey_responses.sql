-- grain: one row per response; previews, tests and spam are flagged
{{ config(unique_key=["response_id"]) }}

with delivered as (

    select * from {{ delivered('qualtrics', 'responses', key=["response_id"]) }}

),

latest as (

    {{ latest_version('delivered', key=["response_id"], newest='recorded_date') }}

)

select
    'qualtrics:' || response_id as response_id,
    case when external_reference is not null then 'qualtrics:' || response_id end as invitation_id,
    {{ utc_instant('end_date', "'" ~ var('qualtrics_time_zone') ~ "'") }} as responded_at,
    coalesce(lower(finished) in ('1', 'true'), false) as is_complete,
    'qualtrics' as source_system,
    -- `IP Address` is the label of 0 where an export was made with labels.
    status not in ('0', 'IP Address') as _is_excluded,
    _file_id,
    _line_number
from latest
