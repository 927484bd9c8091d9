{#
    Select list: what legs count for, aggregated over `fct_contact_segment`. Written once, because legs are counted by
    day and agent as well as by interval.
#}
{% macro leg_parts() %}
    {%- set additive = dict(leg_sums(), **leg_squares()) -%}
    {%- for part, aggregate in dict(additive, **leg_maxima()).items() %}
        {{ aggregate }} as {{ part }}{{ ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}


{# Select list: the same parts by name, in plain types; where there were no legs nothing was counted, and nobody waited. #}
{% macro leg_part_columns() %}
    {%- for part in leg_sums() %}
    cast(coalesce({{ part }}, 0) as bigint) as {{ part }},
    {%- endfor %}
    {%- for part in leg_squares() %}
    cast(coalesce({{ part }}, 0) as decimal(38, 0)) as {{ part }},
    {%- endfor %}
    {%- for part in leg_maxima() %}
    cast({{ part }} as bigint) as {{ part }}{{ ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}


{#
    The additive parts of the service and handling KPIs: name -> aggregate over `fct_contact_segment`.

    What a source did not record is NULL there and counts in no part: entries without a known wait are `wait_unrecorded`,
    whatever became of them; durations and transfers are divided by the legs of which they were recorded.
#}
{% macro leg_sums() -%}
    {%- set entry = "is_queue_entry and wait_seconds is not null and queue_outcome = " -%}
    {%- set is_over = "is_queue_entry and coalesce(queue_outcome, 'in_queue') <> 'in_queue'" -%}
    {%- set is_complete = "talk_seconds is not null and hold_seconds is not null and acw_seconds is not null" -%}
    {%- set sums = {
        'contacts_offered': "count(*) filter (where is_original_entry)",
        'contacts_offered_short': "count(*) filter (where is_abandoned_short and contact_wait_seconds is not null)",
        'contacts_offered_timed': "count(contact_wait_seconds)",
        'queue_entries': "count(*) filter (where is_queue_entry)",
        'wait_unrecorded': "count(*) filter (where " ~ is_over ~ " and wait_seconds is null)",
        'answered': "count(*) filter (where is_answered and wait_seconds is not null)",
        'answered_within_threshold': "count(*) filter (where is_answered_within_threshold)",
        'abandoned': "count(*) filter (where is_abandoned)",
        'abandoned_short': "count(*) filter (where is_abandoned_short)",
        'abandoned_wait_unrecorded': "count(*) filter (where " ~ is_over ~ " and wait_seconds is null and queue_outcome = 'abandoned')",
        'abandoned_within_threshold': "count(*) filter (where is_any_abandon_within_threshold)",
        'overflow_out': "count(*) filter (where " ~ entry ~ "'overflow_out')",
        'callback_requested': "count(*) filter (where " ~ entry ~ "'callback_requested')",
        'callback_requested_within_threshold':
            "count(*) filter (where " ~ entry ~ "'callback_requested' and wait_seconds <= service_level_threshold_seconds)",
        'voicemail': "count(*) filter (where " ~ entry ~ "'voicemail')",
        'system_disconnect': "count(*) filter (where " ~ entry ~ "'system_disconnect')",
        'still_waiting': "count(*) filter (where is_queue_entry and coalesce(queue_outcome, 'in_queue') = 'in_queue')",
        'answered_contacts': "count(*) filter (where is_entry_of_answered_contact and contact_wait_seconds is not null)",
        'abandoned_contacts': "count(*) filter (where is_entry_of_abandoned_contact)",
        'answered_contacts_within_threshold': "count(*) filter (where is_entry_answered_within_cumulative_wait)",
        'handled_contacts': "count(*) filter (where is_first_handled_leg)",
        'handled_legs': "count(*) filter (where is_handled_leg)",
        'handled_legs_past_triage': "count(*) filter (where is_handled_leg and not is_triage)",
        'timed_legs': "count(talk_seconds) filter (where is_handled_leg)",
        'timed_legs_with_hold': "count(talk_seconds) filter (where is_handled_leg and hold_seconds is not null)",
        'timed_legs_with_acw': "count(talk_seconds) filter (where is_handled_leg and acw_seconds is not null)",
        'complete_legs': "count(*) filter (where is_handled_leg and " ~ is_complete ~ ")",
        'timed_contacts': "count(*) filter (where is_first_handled_leg and is_leg_of_timed_contact)",
        'hold_recorded_legs': "count(hold_seconds) filter (where is_handled_leg)",
        'acw_recorded_legs': "count(acw_seconds) filter (where is_handled_leg)",
        'transfer_recorded_contacts':
            "count(*) filter (where is_first_handled_leg and is_first_leg_of_transferred_contact is not null)",
        'transfer_recorded_legs': "count(transfer_out_type) filter (where is_handled_leg)",
        'transfer_recorded_legs_past_triage': "count(transfer_out_type) filter (where is_handled_leg and not is_triage)",
        'external_recorded_legs': "count(*) filter (where is_handled_leg and is_external_transfer_recorded)",
        'transferred_contacts': "count(*) filter (where is_first_leg_of_transferred_contact)",
        'transferred_legs': "count(*) filter (where is_handled_leg and transfer_out_type <> 'none')",
        'transferred_legs_external':
            "count(*) filter (where is_handled_leg and is_external_transfer_recorded and transfer_out_type = 'external')",
        'transferred_legs_past_triage': "count(*) filter (where is_handled_leg and transfer_out_type <> 'none' and not is_triage)",
        'outbound_contacts': "count(*) filter (where is_first_outbound_leg)",
        'outbound_legs': "count(*) filter (where is_outbound_leg)",
        'outbound_recorded_legs': "count(*) filter (where (is_handled_leg or is_outbound_leg) and is_outbound_recorded)",
        'outbound_timed_legs': "count(talk_seconds) filter (where is_outbound_leg)",
        'outbound_complete_legs': "count(*) filter (where is_outbound_leg and " ~ is_complete ~ ")",
        'talk_seconds': "coalesce(sum(talk_seconds) filter (where is_handled_leg), 0)",
        'hold_seconds': "coalesce(sum(hold_seconds) filter (where is_handled_leg), 0)",
        'contact_handle_seconds': "coalesce(sum(handle_seconds) filter (where is_handled_leg and is_leg_of_timed_contact), 0)",
        'handle_seconds_with_acw':
            "coalesce(sum(handle_seconds) filter (where is_handled_leg and acw_seconds is not null), 0)",
        'acw_seconds_of_timed_legs':
            "coalesce(sum(acw_seconds) filter (where is_handled_leg and talk_seconds is not null), 0)",
    } -%}
    {%- for name, of in leg_times().items() -%}
        {%- do sums.update({name: "coalesce(sum(" ~ of.sum ~ ") filter (where " ~ of.where ~ "), 0)"}) -%}
    {%- endfor -%}
    {{ return(sums) }}
{%- endmacro %}


{# Times whose mean over cases is a KPI, as sums over `fct_contact_segment`; kept with the sum of their squares. #}
{% macro leg_times() -%}
    {{ return({
        'wait_answered_seconds': {'sum': 'wait_seconds', 'where': 'is_answered'},
        'wait_all_seconds': {'sum': 'wait_seconds', 'where': 'is_queue_entry'},
        'wait_abandoned_seconds': {'sum': 'wait_seconds', 'where': 'is_abandoned'},
        'wait_abandoned_short_seconds': {'sum': 'wait_seconds', 'where': 'is_abandoned_short'},
        'contact_wait_seconds': {'sum': 'contact_wait_seconds', 'where': 'true'},
        'answered_contact_wait_seconds': {'sum': 'contact_wait_seconds', 'where': 'is_entry_of_answered_contact'},
        'acw_seconds': {'sum': 'acw_seconds', 'where': 'is_handled_leg'},
        'handle_seconds': {'sum': 'handle_seconds', 'where': 'is_handled_leg'},
        'handle_seconds_besides_hold': {'sum': 'handle_seconds - hold_seconds', 'where': 'is_handled_leg'},
        'outbound_handle_seconds': {'sum': 'handle_seconds', 'where': 'is_outbound_leg'},
    }) }}
{%- endmacro %}


{# The sums of the squares of these times: name -> aggregate. #}
{% macro leg_squares() -%}
    {%- set squares = {} -%}
    {%- for name, of in leg_times().items() -%}
        {%- do squares.update({name ~ '_squares': sum_of_squares('(' ~ of.sum ~ ')') ~ " filter (where " ~ of.where ~ ")"}) -%}
    {%- endfor -%}
    {{ return(squares) }}
{%- endmacro %}


{# Longest waits, which do not add up but have a maximum, as aggregates over `fct_contact_segment`; NULL without an entry. #}
{% macro leg_maxima() -%}
    {{ return({
        'longest_wait_seconds': "max(waiting_seconds) filter (where is_queue_entry)",
        'longest_answered_wait_seconds': "max(wait_seconds) filter (where is_answered)",
    }) }}
{%- endmacro %}
