"""Which part of which KPI must equal which counts of the simulator, and what else the warehouse must hold."""

from dataclasses import dataclass

NOT_A_FACT = frozenset(
    {
        "corrected_contacts",
        "contacts_corrected_to_test",
        "late_contacts",
        "duplicate_rows",
        "schedule_changes",
        "team_moves",
    }
)
"""Counts of deliveries and of what no KPI looks at by itself."""


@dataclass(frozen=True)
class Claim:
    """A part of a KPI (or, with ``sql``, one number of a table) and the counts it must equal.

    ``truth`` is a sum or difference of counts, possibly divided. ``by_day`` it is compared on every complete day,
    ``at_end`` on the last day; otherwise as a total over all days (months, where no day is published).
    """

    kpi_id: str
    variant: str
    part: str
    truth: str
    by_day: bool = False
    at_end: bool = False
    sql: str = ""

    @property
    def name(self) -> str:
        """Name of the claim."""
        return f"{self.kpi_id}-{self.variant}-{self.part}"


def _claims(lines: str, *, by_day: bool) -> tuple[Claim, ...]:
    """Read ``kpi_id variant part = truth``, one claim a line."""
    found = []
    for line in lines.strip().splitlines():
        target, _, truth = line.partition(" = ")
        kpi_id, variant, part = target.split()
        found.append(Claim(kpi_id, variant, part, truth.strip(), by_day))
    return tuple(found)


CLAIMS = (
    _claims(
        """
contacts_offered default numerator = contacts_offered
contacts_offered queue_entries numerator = queue_entries
contacts_offered net_of_short_abandons numerator = forecast_actual
contacts_handled default numerator = contacts_handled
contacts_handled handled_legs numerator = handled_legs
contacts_handled incl_outbound numerator = contacts_handled + outbound_connected
contacts_abandoned default numerator = abandoned
contacts_abandoned incl_short numerator = abandoned + abandoned_short
abandonment_rate default numerator = abandoned
abandonment_rate default denominator = answered + abandoned + callback_requested + voicemail
abandonment_rate answered_plus_abandoned denominator = answered + abandoned
abandonment_rate all_queue_entries_incl_short denominator = queue_entries
service_level default numerator = answered_within_threshold
service_level default denominator = answered + abandoned
service_level answered_only denominator = answered
average_speed_of_answer default numerator = wait_answered_seconds
average_speed_of_answer default denominator = answered
average_queue_time default numerator = wait_seconds
average_queue_time default denominator = queue_entries
average_time_to_abandon default numerator = wait_abandoned_seconds
average_time_to_abandon default denominator = abandoned
average_handle_time default numerator = talk_seconds + hold_seconds + acw_seconds
average_handle_time default denominator = handled_legs
average_after_contact_work_time default numerator = acw_seconds
transfer_rate default numerator = transferred_legs
transfer_rate default denominator = handled_legs
schedule_adherence default numerator = adherent_seconds
schedule_adherence default denominator = scheduled_adherence_seconds
schedule_adherence strict_no_excuses numerator = adherent_strict_seconds
schedule_conformance default numerator = on_queue_seconds
schedule_conformance default denominator = scheduled_on_queue_seconds
schedule_efficiency default numerator = (required_fte_seconds - over_fte_seconds - under_fte_seconds) / 1800
schedule_efficiency default denominator = required_fte_seconds / 1800
overstaffing_rate default numerator = over_fte_seconds / 1800
understaffing_rate default numerator = under_fte_seconds / 1800
shrinkage_rate default numerator = shrinkage_seconds
shrinkage_rate default denominator = scheduled_paid_seconds
absenteeism_rate default numerator = absence_unplanned_seconds
absenteeism_rate default denominator = scheduled_paid_seconds - planned_leave_seconds
unapproved_absence_rate default numerator = absence_unapproved_seconds
staffing_vs_requirement_rate default numerator = on_queue_seconds
staffing_vs_requirement_rate default denominator = required_fte_seconds
utilisation default denominator = paid_seconds
forecast_accuracy default numerator = (100 * forecast_actual - forecast_error_hundredths) / 100
forecast_accuracy default denominator = forecast_actual
system_availability default numerator = service_seconds - down_seconds
system_availability default denominator = service_seconds
system_availability incl_planned numerator = service_seconds - down_seconds_with_planned
""",
        by_day=True,
    )
    + _claims(
        """
callback_success_rate default numerator = callbacks_completed
callback_success_rate default denominator = callbacks_completed + callbacks_failed + callbacks_cancelled \
+ callbacks_overdue
callback_success_rate take_rate numerator = callbacks_requested
self_service_share default numerator = sessions_no_agent
self_service_share default denominator = sessions_no_agent + contacts_offered
self_service_containment_rate default numerator = sessions_contained
self_service_containment_rate default denominator = sessions_started
self_service_containment_rate raw_no_agent numerator = sessions_no_agent
blocked_contact_rate default numerator = trunk_blocked
blocked_contact_rate default denominator = trunk_blocked + trunk_connected
occupancy default numerator = state_seconds_on_contact + state_seconds_acw + state_seconds_consult
occupancy default denominator = state_seconds_on_contact + state_seconds_acw + state_seconds_consult \
+ state_seconds_available
utilisation default numerator = state_seconds_on_contact + state_seconds_acw + state_seconds_consult
agent_availability_rate default numerator = state_seconds_available
agent_availability_rate default denominator = state_seconds_on_contact + state_seconds_acw + state_seconds_consult \
+ state_seconds_available + state_seconds_ringing + state_seconds_break + state_seconds_meal \
+ state_seconds_meeting + state_seconds_training + state_seconds_coaching + state_seconds_offline_work \
+ state_seconds_system_down
contacts_per_agent_hour default numerator = handled_legs
agent_turnover_rate default numerator = 365 * leavers
agent_turnover_rate default denominator = headcount_days
agent_turnover_rate voluntary numerator = 365 * leavers_voluntary
training_completion_rate default numerator = training_on_time
training_completion_rate default denominator = training_due
agent_satisfaction_score default numerator = esat_top2
agent_satisfaction_score default denominator = esat_answers
agent_satisfaction_score enps numerator = enps_promoters - enps_detractors
quality_score default numerator = qa_points_earned
quality_score default denominator = qa_points_possible
communication_skills_score default numerator = qa_communication_earned
communication_skills_score default denominator = qa_communication_possible
procedure_adherence_rate default numerator = qa_procedure_passed
procedure_adherence_rate default denominator = qa_procedure_applicable
compliance_critical_error_rate default numerator = qa_critical
compliance_critical_error_rate default denominator = qa_evaluations
quality_calibration_variance default numerator = calibration_difference_hundredths / 100
quality_calibration_variance default denominator = calibration_pairs
quality_calibration_variance agreement_within_tolerance numerator = calibration_within_5_points
training_attributable_error_rate default numerator = defects_training
training_attributable_error_rate default denominator = defects_analysed
save_rate immediate numerator = retention_saved
escalation_rate default numerator = tickets_escalated
escalation_rate default denominator = tickets_assigned
average_time_to_first_solution default denominator = tickets_solved_once
average_total_resolution_time default denominator = tickets_resolved
""",
        by_day=False,
    )
    + (
        Claim(
            "ticket_backlog",
            "default",
            "numerator",
            "tickets_created - tickets_deleted - tickets_resolved",
            at_end=True,
        ),
    )
)


def _count(truth: str, rest: str) -> Claim:
    """Claim that so many rows are found."""
    return Claim("", "", "", truth, sql=f"select count(*) from {rest}")


def _sum(truth: str, what: str, rest: str) -> Claim:
    """Claim that a sum is found."""
    return Claim("", "", "", truth, sql=f"select sum({what}) from {rest}")


LINES_OF_ORDERS = "conformed.order_lines inner join conformed.orders using (order_id) where status <> 'cancelled'"
SUBSCRIPTIONS_IN_ORDER = (
    "(select lag(cancel_reason) over (partition by customer_id order by started_on) as before"
    " from conformed.subscriptions)"
)
LOCKED_FORECASTS_TO_DATE = (
    "conformed.forecasts inner join conformed.queues using (queue_id) inner join conformed.sites using (site_id)"
    " where is_baseline and cast(interval_start_at at time zone 'UTC' at time zone timezone as date) < ? + 8"
)
TABLES = (
    _count("contacts", "conformed.contacts"),
    _count("segments", "core.fct_contact_segment"),
    _count("overflow_out", "core.fct_contact_segment where queue_outcome = 'overflow_out'"),
    _count("system_disconnect", "core.fct_contact_segment where queue_outcome = 'system_disconnect'"),
    _count("orders", "conformed.orders"),
    _count("orders_cancelled", "conformed.orders where status = 'cancelled'"),
    _sum("orders_net_cents_EUR", "net_amount * 100", f"{LINES_OF_ORDERS} and currency = 'EUR'"),
    _sum("orders_net_cents_USD", "net_amount * 100", f"{LINES_OF_ORDERS} and currency = 'USD'"),
    _count("tickets_created - tickets_deleted", "conformed.tickets"),
    _count("ticket_solves", "conformed.ticket_events where to_value = 'solved'"),
    _count("ticket_reopens", "conformed.ticket_events where from_value = 'solved' and to_value = 'open'"),
    _count("invitations", "conformed.survey_invitations"),
    _count("invitations_delivered", "conformed.survey_invitations where delivery_status = 'delivered'"),
    _count("responses", "conformed.survey_responses"),
    _sum("cost_cents_EUR", "amount * 100", "conformed.cost_ledger where currency = 'EUR'"),
    _sum("cost_cents_USD", "amount * 100", "conformed.cost_ledger where currency = 'USD'"),
    _count("leavers", "conformed.employment_spells where ended_on >= ?"),
    _count("hires", "conformed.employment_spells where started_on >= ?"),
    _count("retention_attempts", "conformed.retention_attempts"),
    _count("subscriptions_ended", "conformed.subscriptions where cancel_reason is not null"),
    _count("price_changes", "conformed.subscriptions where ended_on is not null and cancel_reason is null"),
    _count("customers_new", "conformed.customers where created_at >= ?"),
    _count("customers_returned", f"{SUBSCRIPTIONS_IN_ORDER} where before is not null"),
    _sum("training_seconds", "hours * 3600", "conformed.training_assignments where completed_on is not null"),
    _sum("forecast_hundredths", "forecast_contacts * 100", LOCKED_FORECASTS_TO_DATE),
)
