"""How the company steers by its KPIs: targets, benchmarks, incentive rules, actions and reviews. Small on purpose."""

from __future__ import annotations

from datetime import date, timedelta

from simulator.context import Context
from simulator.output import text

# kpi_id, role, scope type, scope id, target, lower bound, upper bound, margin at risk
TARGETS = (
    ("service_level", "all", "enterprise", "", "80", "", "", "5"),
    ("service_level", "all", "queue", "BER-EMG", "90", "", "", "3"),
    ("average_speed_of_answer", "all", "enterprise", "", "30", "", "", "10"),
    ("abandonment_rate", "all", "enterprise", "", "6", "", "", "2"),
    ("first_contact_resolution_rate", "all", "enterprise", "", "75", "", "", "3"),
    ("csat_score", "all", "enterprise", "", "80", "", "", "4"),
    ("csat_score", "team_lead", "site", "NYC", "82", "", "", "4"),
    ("net_promoter_score", "all", "enterprise", "", "30", "", "", "5"),
    ("quality_score", "all", "enterprise", "", "88", "", "", "3"),
    ("schedule_adherence", "agent", "enterprise", "", "93", "", "", "2"),
    ("occupancy", "all", "enterprise", "", "", "70", "85", "3"),
    ("shrinkage_rate", "all", "enterprise", "", "30", "", "", "2"),
    ("absenteeism_rate", "all", "enterprise", "", "6", "", "", "1"),
    ("forecast_accuracy", "wfm_planner", "enterprise", "", "80", "", "", "5"),
    ("agent_turnover_rate", "all", "enterprise", "", "35", "", "", "5"),
    ("cost_per_contact", "all", "enterprise", "", "6", "", "", "0.5"),
    ("training_completion_rate", "trainer", "enterprise", "", "90", "", "", "5"),
    ("system_availability", "ops_manager", "enterprise", "", "99.5", "", "", "0.2"),
    ("average_handle_time", "all", "enterprise", "", "", "", "", ""),
)
# kpi_id, source, segment, p25, median, p75
BENCHMARKS = (
    ("service_level", "Invented panel of telecom centres", "telecom", "72", "79", "85"),
    ("abandonment_rate", "Invented panel of telecom centres", "telecom", "4", "6", "9"),
    ("csat_score", "Invented panel of telecom centres", "telecom", "74", "80", "86"),
    ("agent_turnover_rate", "Invented panel of telecom centres", "telecom", "24", "34", "47"),
)
# plan_id, kpi_id, role, threshold, payout_rule
INCENTIVES = (
    ("AGENT-QUARTER", "quality_score", "agent", "90", "2 % of base pay for the quarter"),
    ("AGENT-QUARTER", "csat_score", "agent", "82", "1 % of base pay for the quarter"),
    ("LEAD-QUARTER", "first_contact_resolution_rate", "team_lead", "76", "2 % of base pay for the quarter"),
    ("LEAD-QUARTER", "schedule_adherence", "team_lead", "93", "1 % of base pay, none below 90"),
)
# kpi_id, scope, root_cause, owner, days until due
ACTIONS = (
    ("abandonment_rate", "queue BER-SUP", "Monday mornings understaffed", "wfm_planner", 21),
    ("first_contact_resolution_rate", "reason TECH", "no access to line tests", "ops_manager", 45),
    ("schedule_adherence", "site NYC", "long second breaks", "team_lead", 14),
    ("quality_score", "form VOICE-3", "identity check forgotten", "trainer", 30),
)
FORUMS = {"weekly": "team_lead,wfm_planner", "monthly": "ops_manager,team_lead,qa_specialist"}


class Governance:
    """Delivers what is agreed on the first day, an action every other week, and the reviews that were held."""

    def __init__(self, context: Context) -> None:
        self._out = context.out
        self._first = context.options.first_day
        since = date(self._first.year, self._first.month, 1).isoformat()
        for kpi, role, scope_type, scope_id, target, low, high, margin in TARGETS:
            self._out.add(
                "kpi_targets", kpi, "default", role, scope_type, scope_id, since, "", target, low, high, margin
            )
        for kpi, source, segment, *figures in BENCHMARKS:
            self._out.add("benchmarks", kpi, source, str(self._first.year - 1), segment, *figures)
        for plan, kpi, role, threshold, rule in INCENTIVES:
            self._out.add("incentive_rules", plan, kpi, role, threshold, text(rule), since)

    def begin_day(self, day: date) -> None:
        """Open, advance and close actions by their age; hold the reviews of Mondays and of each month."""
        age = (day - self._first).days
        for number in range(age // 14 + 1):
            kpi, scope, cause, owner, days = ACTIONS[number % len(ACTIONS)]
            opened = self._first + timedelta(days=14 * number)
            status = {0: "open", 3: "in_progress", days + 2: "done"}.get((day - opened).days)
            if status is not None:
                self._out.put(
                    "action_items", f"AC{number + 1:03d}", f"AC{number + 1:03d}", kpi, scope, cause, owner,
                    opened.isoformat(), (opened + timedelta(days=days)).isoformat(), status,
                )  # fmt: skip
        forum = "monthly" if day.day == 5 else "weekly" if day.weekday() == 0 else ""
        if forum:
            self._out.add(
                "reviews", f"RV-{day}", forum, day.isoformat(), "executive" if forum == "monthly" else "operations",
                text(FORUMS[forum]), "staffing of the coming week confirmed" if forum == "weekly" else "targets kept",
            )  # fmt: skip
