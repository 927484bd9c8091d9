-- grain: one row per business date, site, first queue, channel, team and agent of the first handling, and version of the
-- model that scored sentiment, with the parts of resolution and sentiment
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'resolution']}}
) }}

with contacts as (

    select * from {{ ref('fct_contact') }} where direction <> 'internal' and {{ touched() }}

)

select
    business_date,
    site_id,
    first_queue_id as queue_id,
    channel,
    first_team_id as team_id,
    first_agent_id as agent_id,
    sentiment_model_version,
    count(*) filter (where is_fcr_success) as fcr_success,
    count(*) filter (where is_fcr_observable) as fcr_observable,
    count(*) filter (where is_fcr_censored) as fcr_censored,
    count(*) filter (where is_any_reason_success) as fcr_any_reason_success,
    count(*) filter (where is_any_reason_observable) as fcr_any_reason_observable,
    count(*) filter (where is_repeat_eligible) as repeat_eligible,
    count(*) filter (where is_repeat) as repeat_contacts,
    count(*) filter (where is_any_reason_repeat) as repeat_contacts_any_reason,
    count(*) filter (where is_fcr_observable and is_transferred is not null) as fcr_observable_by_transfer,
    count(*) filter (where is_fcr_success and not is_transferred) as fcr_no_transfer_success,
    count(*) filter (where is_voice_only_observable) as fcr_voice_only_observable,
    count(*) filter (where is_voice_only_success) as fcr_voice_only_success,
    {%- for days in resolution_windows() %}
    {%- set observable %}is_fcr_candidate
            and coalesce(handled_before_until + interval {{ days }} day < started_at, true)
            and ended_at + interval {{ days }} day <= {{ as_of() }}
    {%- endset %}
    count(*) filter (
        where {{ observable }}
    ) as fcr_window_{{ days }}d_observable,
    count(*) filter (
        where {{ observable }}
            and coalesce(next_attempt_at > ended_at + interval {{ days }} day, true)
    ) as fcr_window_{{ days }}d_success,
    {%- endfor %}
    count(*) filter (where is_repeat_eligible and handled_before_until + interval 30 day >= started_at) as repeat_contacts_window_30d,
    count(*) filter (where is_attempt) as inbound_attempts,
    count(*) filter (where is_handled and direction = 'inbound') as handled_inbound_contacts,
    count(*) filter (where is_handled and direction = 'inbound' and channel = 'voice') as handled_voice_contacts,
    count(*) filter (where is_fcr_candidate) as identified_contacts,
    count(*) filter (where is_fcr_candidate and channel = 'voice') as identified_voice_contacts,
    count(*) filter (where is_fcr_candidate and is_transferred is not null) as identified_contacts_with_known_transfer,
    count(*) filter (where is_handled and direction = 'inbound' and is_resolved is not null) as dispositions,
    count(*) filter (where is_handled and direction = 'inbound' and is_resolved) as dispositions_resolved,
    count(sentiment_score) as sentiment_contacts,
    cast(coalesce(sum(sentiment_score), 0) as decimal(18, 3)) as sentiment_sum,
    cast(coalesce(sum(sentiment_score * sentiment_score), 0) as decimal(18, 6)) as sentiment_squares,
    count(*) filter (where sentiment_score > 0) as sentiment_positive,
    count(*) filter (where sentiment_score < 0) as sentiment_negative
from contacts
group by business_date, site_id, first_queue_id, channel, first_team_id, first_agent_id, sentiment_model_version
