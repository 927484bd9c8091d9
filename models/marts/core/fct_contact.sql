-- grain: one row per contact
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'resolution']}}
) }}

{%- set reach = resolution_reach() %}
{#- a contact in progress has not ended before any other #}
{%- set ended = "coalesce(ended_at, timestamp '9999-01-01')" %}
{%- set window = '(' ~ parameter_by('reason', 'fcr_window_days', 'contact_reason_id') ~ ') * interval 1 day' %}
{%- set matched = 'customer_id, contact_reason_id' if var('fcr_match') == 'same_reason' else 'customer_id' %}

with contacts as not materialized (

    select * from {{ ref('contacts') }}

),

segments as not materialized (

    select * from {{ ref('fct_contact_segment') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

{% if is_incremental() %}
-- the contacts of tonight, and all others of the same customers as far as resolution looks, which is both ways
nearby as (

    select contact_id from contacts where {{ near_touched('started_at') }}
    union
    select contact_id from segments where {{ touched() }}

),

reached as (

    select
        min(days.business_date) - interval {{ reach | int + 2 }} day as reaches_from,
        max(days.business_date) + interval {{ reach | int + 2 }} day as reaches_until
    from {{ touched_days(['leg', 'resolution']) }} as days (business_date)

),

chosen as (

    select contacts.*
    from contacts
    cross join reached
    where contacts.contact_id in (select nearby.contact_id from nearby)
        or (
            contacts.customer_id in (
                select same.customer_id from contacts as same where same.contact_id in (select nearby.contact_id from nearby)
            )
            and contacts.started_at <= reached.reaches_until
            and greatest(contacts.started_at, {{ ended }}) >= reached.reaches_from
        )

),
{% else %}
chosen as (

    select * from contacts

),
{% endif %}

legs as (

    select
        contact_id,
        min(business_date) filter (where is_original_entry) as queued_on,
        min_by(queue_id, segment_seq) filter (where is_queue_entry or is_handled_leg) as first_queue_id,
        min_by(agent_id, segment_seq) filter (where is_handled_leg or is_outbound_leg) as first_agent_id,
        min_by(team_id, segment_seq) filter (where is_handled_leg or is_outbound_leg) as first_team_id,
        max_by(queue_id, segment_seq) filter (where is_handled_leg or is_outbound_leg) as last_queue_id,
        max_by(agent_id, segment_seq) filter (where is_handled_leg or is_outbound_leg) as last_agent_id,
        max_by(team_id, segment_seq) filter (where is_handled_leg or is_outbound_leg) as last_team_id,
        bool_or(is_handled_leg or is_outbound_leg) as is_handled,
        bool_or(is_queue_entry and not is_abandoned_short) as has_real_entry,
        case when not bool_or(is_handled_leg and transfer_out_type is null) then bool_or(is_handled_leg and transfer_out_type <> 'none') end
            as is_transferred,
        case when bool_and(handle_seconds is not null or not (is_handled_leg or is_outbound_leg))
            then sum(handle_seconds) filter (where is_handled_leg or is_outbound_leg) end as handle_seconds
    from segments
    {%- if is_incremental() %}
    where contact_id in (select chosen.contact_id from chosen)
    {%- endif %}
    group by contact_id

),

described as (

    select
        chosen.contact_id,
        coalesce(
            legs.queued_on, {{ local_date('chosen.started_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }}
        ) as business_date,
        chosen.direction,
        chosen.channel,
        coalesce(sites.site_id, 'unknown') as site_id,
        legs.first_queue_id,
        legs.first_agent_id,
        legs.first_team_id,
        legs.last_queue_id,
        legs.last_agent_id,
        legs.last_team_id,
        chosen.customer_id,
        chosen.contact_reason_id,
        chosen.started_at,
        chosen.ended_at,
        chosen.is_resolved,
        chosen.sentiment_score,
        case when chosen.sentiment_score is not null then coalesce(chosen.sentiment_model_version, 'unknown') end
            as sentiment_model_version,
        coalesce(legs.is_handled, false) as is_handled,
        case when legs.contact_id is null then false else legs.is_transferred end as is_transferred,
        case when coalesce(legs.is_handled, false) then legs.handle_seconds else 0 end as handle_seconds,
        chosen.direction = 'inbound' and coalesce(legs.is_handled, false) as is_handled_inbound,
        chosen.direction = 'inbound' and (coalesce(legs.is_handled, false) or coalesce(legs.has_real_entry, false)) as is_attempt,
        chosen.customer_id is not null and chosen.contact_reason_id is not null as is_identified
    from chosen
    left join sites
        on chosen.site_id = sites.site_id
    left join legs
        on chosen.contact_id = legs.contact_id

),

-- who came before and after, of the same customer, for the same reason and for any
sequenced as (

    select
        *,
        max(case when is_handled_inbound then {{ ended }} end) over same_reason_before as handled_before_until,
        min(case when is_attempt then started_at end) over same_reason_after as next_attempt_at,
        max(case when is_handled_inbound then {{ ended }} end) over any_reason_before as any_handled_before_until,
        min(case when is_attempt then started_at end) over any_reason_after as any_next_attempt_at,
        max(case when is_handled_inbound and channel = 'voice' then {{ ended }} end) over same_reason_before as voice_handled_before_until,
        min(case when is_attempt and channel = 'voice' then started_at end) over same_reason_after as voice_next_attempt_at
    from described
    window
        same_reason_before as (
            partition by {{ matched }} order by started_at, contact_id
            rows between unbounded preceding and 1 preceding
        ),
        same_reason_after as (
            partition by {{ matched }} order by started_at, contact_id
            rows between 1 following and unbounded following
        ),
        any_reason_before as (
            partition by customer_id order by started_at, contact_id rows between unbounded preceding and 1 preceding
        ),
        any_reason_after as (
            partition by customer_id order by started_at, contact_id rows between 1 following and unbounded following
        )

),

windows as (

    select
        *,
        ended_at + {{ window }} as fcr_window_ends_at,
        coalesce(ended_at + {{ window }} <= {{ as_of() }}, false) as is_fcr_window_closed
    from sequenced

),

resolution as (

    select
        *,
        is_handled_inbound and is_identified
        and coalesce(handled_before_until + {{ window }} < started_at, true) as is_fcr_initial,
        is_handled_inbound and is_identified
        and coalesce(any_handled_before_until + {{ window }} < started_at, true) as is_any_reason_initial,
        is_attempt and is_identified as is_repeat_eligible,
        is_attempt and is_identified
        and coalesce(handled_before_until + {{ window }} >= started_at, false) as is_repeat,
        is_attempt and is_identified
        and coalesce(any_handled_before_until + {{ window }} >= started_at, false) as is_any_reason_repeat,
        coalesce(next_attempt_at > fcr_window_ends_at, next_attempt_at is null) as is_quiet_afterwards,
        coalesce(any_next_attempt_at > fcr_window_ends_at, any_next_attempt_at is null) as is_any_reason_quiet_afterwards,
        -- as if voice were the only channel: neither what came before nor what comes after by other channels counts
        channel = 'voice' and is_handled_inbound and is_identified and is_fcr_window_closed
        and coalesce(voice_handled_before_until + {{ window }} < started_at, true) as is_voice_only_observable,
        coalesce(voice_next_attempt_at > fcr_window_ends_at, voice_next_attempt_at is null) as is_voice_only_quiet_afterwards
    from windows

)

select
    contact_id,
    business_date,
    direction,
    channel,
    site_id,
    first_queue_id,
    first_agent_id,
    first_team_id,
    last_queue_id,
    last_agent_id,
    last_team_id,
    customer_id,
    contact_reason_id,
    started_at,
    ended_at,
    is_resolved,
    sentiment_score,
    sentiment_model_version,
    is_handled,
    is_transferred,
    cast(handle_seconds as bigint) as handle_seconds,
    is_attempt,
    is_fcr_initial,
    is_fcr_initial and is_fcr_window_closed as is_fcr_observable,
    is_fcr_initial and not is_fcr_window_closed as is_fcr_censored,
    is_fcr_initial and is_fcr_window_closed and is_quiet_afterwards as is_fcr_success,
    is_any_reason_initial and is_fcr_window_closed as is_any_reason_observable,
    is_any_reason_initial and is_fcr_window_closed and is_any_reason_quiet_afterwards as is_any_reason_success,
    is_voice_only_observable,
    is_voice_only_observable and is_voice_only_quiet_afterwards as is_voice_only_success,
    is_repeat_eligible,
    is_repeat,
    is_any_reason_repeat,
    -- for windows of other lengths; who is further away than the longest of them is nobody
    is_handled_inbound and is_identified as is_fcr_candidate,
    case
        when is_repeat_eligible and handled_before_until + interval {{ reach }} day >= started_at
            then least(handled_before_until, started_at)
    end as handled_before_until,
    case when is_handled_inbound and is_identified and next_attempt_at <= ended_at + interval {{ reach }} day then next_attempt_at end
        as next_attempt_at,
    fcr_window_ends_at
from resolution
where {{ touched() }}
