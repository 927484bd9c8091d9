{#
    Select list: what legs count for, aggregated over `fct_contact_segment`. Written once, because legs are counted by
    day and agent as well as by interval.
#}
{% macro leg_parts() %}
    {%- for part, aggregate in dict(leg_sums(), **leg_maxima()).items() %}
        {{ aggregate }} as {{ part }}{{ ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}


{# Select list: the same parts by name, in plain types; where there were no legs nothing was counted, and nobody waited. #}
{% macro leg_part_columns() %}
    {%- for part in leg_sums() %}
    cast(coalesce({{ part }}, 0) as bigint) as {{ part }},
    {%- endfor %}
    {%- for part in leg_maxima() %}
    cast({{ part }} as bigint) as {{ part }}{{ ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}


{# The additive parts of the service and handling KPIs: name -> aggregate over `fct_contact_segment`. #}
{% macro leg_sums() -%}
    {%- set entry = "is_queue_entry and queue_outcome = " -%}
    {{ return({
        'contacts_offered': "count(*) filter (where is_original_entry)",
        'contacts_offered_short': "count(*) filter (where is_original_entry and is_abandoned_short)",
        'queue_entries': "count(*) filter (where is_queue_entry)",
        'answered': "count(*) filter (where is_answered)",
        'answered_within_threshold': "count(*) filter (where is_answered_within_threshold)",
        'abandoned': "count(*) filter (where is_abandoned)",
        'abandoned_short': "count(*) filter (where is_abandoned_short)",
        'abandoned_within_threshold': "count(*) filter (where is_any_abandon_within_threshold)",
        'overflow_out': "count(*) filter (where " ~ entry ~ "'overflow_out')",
        'callback_requested': "count(*) filter (where " ~ entry ~ "'callback_requested')",
        'callback_requested_within_threshold':
            "count(*) filter (where " ~ entry ~ "'callback_requested' and wait_seconds <= service_level_threshold_seconds)",
        'voicemail': "count(*) filter (where " ~ entry ~ "'voicemail')",
        'system_disconnect': "count(*) filter (where " ~ entry ~ "'system_disconnect')",
        'still_waiting': "count(*) filter (where is_queue_entry and coalesce(queue_outcome, 'in_queue') = 'in_queue')",
        'wait_answered_seconds': "coalesce(sum(wait_seconds) filter (where is_answered), 0)",
        'wait_all_seconds': "coalesce(sum(wait_seconds) filter (where is_queue_entry), 0)",
        'wait_abandoned_seconds': "coalesce(sum(wait_seconds) filter (where is_abandoned), 0)",
        'wait_abandoned_short_seconds': "coalesce(sum(wait_seconds) filter (where is_abandoned_short), 0)",
        'contact_wait_seconds': "coalesce(sum(contact_wait_seconds), 0)",
        'answered_contact_wait_seconds': "coalesce(sum(contact_wait_seconds) filter (where is_entry_of_answered_contact), 0)",
        'answered_contacts': "count(*) filter (where is_entry_of_answered_contact)",
        'abandoned_contacts': "count(*) filter (where is_entry_of_abandoned_contact)",
        'answered_contacts_within_threshold': "count(*) filter (where is_entry_answered_within_cumulative_wait)",
        'handled_contacts': "count(*) filter (where is_first_handled_leg)",
        'handled_legs': "count(*) filter (where is_handled_leg)",
        'handled_legs_past_triage': "count(*) filter (where is_handled_leg and not is_triage)",
        'transferred_contacts': "count(*) filter (where is_first_leg_of_transferred_contact)",
        'transferred_legs': "count(*) filter (where is_handled_leg and transfer_out_type <> 'none')",
        'transferred_legs_external': "count(*) filter (where is_handled_leg and transfer_out_type = 'external')",
        'transferred_legs_past_triage': "count(*) filter (where is_handled_leg and transfer_out_type <> 'none' and not is_triage)",
        'outbound_contacts': "count(*) filter (where is_first_outbound_leg)",
        'outbound_legs': "count(*) filter (where is_outbound_leg)",
        'talk_seconds': "coalesce(sum(talk_seconds) filter (where is_handled_leg), 0)",
        'hold_seconds': "coalesce(sum(hold_seconds) filter (where is_handled_leg), 0)",
        'acw_seconds': "coalesce(sum(acw_seconds) filter (where is_handled_leg), 0)",
        'handle_seconds': "coalesce(sum(handle_seconds) filter (where is_handled_leg), 0)",
        'outbound_handle_seconds': "coalesce(sum(handle_seconds) filter (where is_outbound_leg), 0)",
    }) }}
{%- endmacro %}


{# Longest waits, which do not add up but have a maximum, as aggregates over `fct_contact_segment`; NULL without an entry. #}
{% macro leg_maxima() -%}
    {{ return({
        'longest_wait_seconds': "max(waiting_seconds) filter (where is_queue_entry)",
        'longest_answered_wait_seconds': "max(wait_seconds) filter (where is_answered)",
    }) }}
{%- endmacro %}
