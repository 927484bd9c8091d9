"""The standard extracts: columns in the order of the input contract, and the keys that make a row replaceable.

To add an entity: name its columns here, then ``out.add`` (a fact that never changes) or ``out.put`` (a row delivered
again when it changes) from the part of the simulation that knows it.
"""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "sites": "site_id site_name timezone country",
        "teams": "team_id team_name site_id employer_type team_lead_id valid_from valid_to",
        "queues": "queue_id queue_name channel site_id service_level_threshold_seconds short_abandon_seconds"
        " valid_from",
        "contact_reasons": "contact_reason_id reason_name parent_reason_id is_sales_eligible is_retention",
        "campaigns": "campaign_id name channel start end",
        "agents": "agent_id role team_id site_id employer_type vendor_id fte valid_from valid_to",
        "employment_spells": "spell_id employee_id started_on ended_on end_type",
        "customers": "customer_id segment country created_at erased_at consent_survey",
        "subscriptions": "subscription_id customer_id product_id started_on ended_on mrr_amount currency billing_model"
        " cancel_reason",
        "contacts": "contact_id source_system channel direction initiation_method customer_id customer_endpoint_hash"
        " site_id contact_reason_id campaign_id entry_point started_at ended_at is_resolved sentiment_score"
        " sentiment_model_version language is_test last_updated_at",
        "contact_segments": "segment_id contact_id segment_seq leg_type queue_id queued_at dequeued_at queue_outcome"
        " agent_id answered_at talk_seconds hold_seconds acw_seconds transfer_out_type ended_by",
        "callbacks": "callback_id contact_id queue_id requested_at due_at attempts connected_at status",
        "agent_states": "agent_id started_at ended_at state native_state",
        "self_service_sessions": "session_id session_type contact_id customer_id started_at ended_at goal"
        " goal_completed agent_requested exit_type",
        "trunk_intervals": "trunk_group_id interval_start_at interval_minutes connected_attempts blocked_attempts"
        " all_trunks_busy_seconds",
        "operating_hours": "queue_id local_date open_at close_at",
        "schedules": "schedule_segment_id agent_id activity is_paid counts_for_adherence start_at end_at"
        " version_published_at",
        "adherence_exceptions": "exception_id agent_id start_at end_at exception_type is_excused",
        "absences": "absence_id agent_id start_at end_at absence_type is_planned approval_status",
        "paid_time": "agent_id work_date paid_seconds",
        "forecasts": "forecast_version is_baseline queue_id interval_start_at interval_minutes forecast_contacts"
        " forecast_aht_seconds",
        "staff_requirements": "site_id interval_start_at interval_minutes required_fte",
        "orders": "order_id customer_id contact_id agent_id campaign_id ordered_at order_channel status cancelled_at"
        " currency",
        "order_lines": "order_id line_no line_type product_id net_amount",
        "opportunities": "opportunity_id customer_id contact_id opened_at closed_at stage",
        "retention_attempts": "contact_id customer_id outcome",
        "tickets": "ticket_id customer_id contact_id channel priority contact_reason_id group_id created_at status"
        " first_response_sla_seconds is_deleted",
        "ticket_events": "event_id ticket_id event_type from_value to_value actor_type actor_id event_at",
        "ticket_messages": "message_id ticket_id direction author_type agent_id is_public is_automated requires_reply"
        " sent_at",
        "ticket_time_entries": "ticket_id agent_id worked_on seconds",
        "survey_invitations": "invitation_id survey_id contact_id ticket_id customer_id survey_channel sent_at"
        " delivery_status",
        "survey_responses": "response_id invitation_id responded_at is_complete",
        "survey_answers": "response_id question_code score scale_min scale_max scale_direction answer_text",
        "employee_survey_answers": "survey_period team_group question_code score",
        "qa_evaluations": "evaluation_id contact_id ticket_id agent_id evaluator_id evaluated_on form_id"
        " evaluation_type points_possible points_earned has_critical_compliance_failure",
        "qa_section_scores": "evaluation_id section_code points_possible points_earned items_applicable items_passed",
        "calibration_scores": "calibration_id evaluation_id evaluator_id score_pct reference_score_pct",
        "qa_defects": "defect_id evaluation_id response_id defect_type root_cause",
        "training_assignments": "assignment_id agent_id course_id due_on completed_on hours",
        "cost_ledger": "entry_id period_start period_end site_id cost_category behaviour direct_channel amount"
        " currency",
        "fx_rates": "rate_date currency rate_to_reporting",
        "system_service_days": "system_id service_date window_start_at window_end_at",
        "system_outages": "outage_id system_id start_at end_at is_planned",
        "kpi_targets": "kpi_id variant role scope_type scope_id valid_from valid_to target_value lower_bound"
        " upper_bound at_risk_margin",
        "benchmarks": "kpi_id source year segment p25 median p75",
        "incentive_rules": "plan_id kpi_id role threshold payout_rule valid_from",
        "action_items": "action_id kpi_id scope root_cause owner opened_on due_on status",
        "reviews": "review_id forum held_on kpi_pack participants_role decisions",
    }.items()
}


def position(entity: str, column: str) -> int:
    """Place of a column in the entity's rows."""
    return COLUMNS[entity].index(column)
