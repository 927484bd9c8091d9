"""Customers, subscriptions, orders, tickets, surveys, quality, training, cost and systems."""

from datetime import date, datetime, timedelta

from tests.reference.generated.builder import Builder
from tests.reference.generated.staff import roster
from tests.reference.records import Row, instant

DAY = timedelta(days=1)
AMOUNTS = ("0", "10", "19.99", "100", "1234.5678")


def build(builder: Builder) -> None:
    """Add everything about customers, money and what people thought."""
    customers(builder)
    handled = [row for row in builder.rows["contacts"] if row["direction"] != "internal" and row["ended_at"]]
    sales(builder, handled)
    tickets(builder)
    surveys(builder, handled)
    quality(builder, handled)
    training(builder)
    ledger(builder)
    systems(builder)


def customers(builder: Builder) -> None:
    """Add customers and their price periods: upgrades, gaps of a day, leavers who come back, and two currencies."""
    chosen = builder.random
    origin = builder.season.first - 120 * DAY
    for number in range(1, 6):
        customer_id = f"{builder.name}-C{number}"
        builder.add(
            "customers", customer_id=customer_id, segment=f"{builder.name}-{chosen.choice(('pro', 'home'))}",
            country="DE", created_at=datetime(2024, 1, 1, tzinfo=builder.season.as_of.tzinfo),
            erased_at=None, consent_survey=True,
        )  # fmt: skip
        first = origin + chosen.randrange(100) * DAY
        for _ in range(chosen.choice((0, 1, 2, 3))):
            length = chosen.choice((1, 10, 30, 75, 119))
            last: date | None = first + length * DAY
            if builder.chance(0.3):
                last = chosen.choice((None, builder.clock_change().replace(day=1) - DAY))
            if last is not None and last < first:
                last = first
            builder.add(
                "subscriptions", subscription_id=builder.id("SB"), customer_id=customer_id, product_id="",
                started_on=first, ended_on=last, mrr_amount=chosen.choice(AMOUNTS),
                currency=chosen.choice(("EUR", "EUR", "USD")),
                billing_model=chosen.choice(("contract", "contract", "non_contract")), cancel_reason="",
            )  # fmt: skip
            if last is None:
                break
            first = last + chosen.choice((1, 1, 2, 20)) * DAY


def sales(builder: Builder, handled: list[Row]) -> None:
    """Add opportunities, orders with and without a contact, lines, and attempts to keep customers."""
    chosen = builder.random
    for each in handled:
        if each["contact_reason_id"].endswith("ORDER") and builder.chance(0.5):
            builder.add(
                "opportunities", opportunity_id=builder.id("OP"), customer_id=each["customer_id"],
                contact_id=each["contact_id"], opened_at=each["started_at"], closed_at=None,
                stage=chosen.choice(("open", "won", "lost")),
            )  # fmt: skip
        if each["contact_reason_id"].endswith("CANCEL") and each["customer_id"] and builder.chance(0.7):
            builder.add(
                "retention_attempts", contact_id=each["contact_id"], customer_id=each["customer_id"],
                outcome=chosen.choice(("saved", "saved", "lost", "undecided")),
            )  # fmt: skip
    for _ in range(builder.plan.contacts // 3):
        row: Row | None = chosen.choice(handled) if handled else None
        named = row is not None and builder.chance(0.4)
        at = builder.moment(builder.sites[0])
        if row is not None and not named and builder.chance(0.7):
            at = builder.later(instant(row["started_at"]), 0, 60, 3 * 86400, 7 * 86400 - 1, 7 * 86400 + 1)
        at = min(at, builder.season.as_of - DAY / 48)
        status = builder.weighted(placed=2, completed=5, cancelled=2, returned=1)
        order_id = builder.id("O")
        builder.add(
            "orders", order_id=order_id, customer_id=row["customer_id"] if row else "",
            contact_id=row["contact_id"] if row and named else "", agent_id="", campaign_id="", ordered_at=at,
            order_channel="web", status=status, cancelled_at=at + DAY / 24 if status == "cancelled" else None,
            currency=chosen.choice(("EUR", "EUR", "USD")),
        )  # fmt: skip
        for line in range(1, chosen.choice((2, 2, 3))):
            builder.add(
                "order_lines", order_id=order_id, line_no=line, product_id="",
                line_type="primary" if line == 1 else chosen.choice(("cross_sell", "up_sell")),
                net_amount=chosen.choice(AMOUNTS),
            )  # fmt: skip


def tickets(builder: Builder) -> None:
    """Add tickets with their histories."""
    for _ in range(builder.plan.tickets):
        ticket(builder)


def ticket(builder: Builder) -> None:
    """Add one ticket: assigned, answered by a bot or a person, escalated, solved, reopened, or left alone."""
    chosen = builder.random
    ticket_id = builder.id("TK")
    contacts = [row for row in builder.rows["contacts"] if row["direction"] == "inbound" and row["is_test"] == "false"]
    origin = chosen.choice(contacts) if contacts and builder.chance(0.4) else None
    at = created = min(builder.moment(builder.sites[0]), builder.season.as_of - DAY / 2)
    status, agent_id = "new", ""
    latest = builder.season.as_of - timedelta(minutes=1)

    def event(kind: str, before: str, after: str, actor: str = "agent") -> None:
        builder.add(
            "ticket_events", event_id=builder.id("E"), ticket_id=ticket_id, event_type=kind, from_value=before,
            to_value=after, actor_type=actor, actor_id=agent_id if actor == "agent" else "", event_at=at,
        )  # fmt: skip

    def message(direction: str, author: str, automated: bool = False) -> None:
        builder.add(
            "ticket_messages", message_id=builder.id("M"), ticket_id=ticket_id, direction=direction, author_type=author,
            agent_id=agent_id if author == "agent" else "", is_public=direction != "internal", is_automated=automated,
            requires_reply=direction == "inbound" and builder.chance(0.9), sent_at=at,
        )  # fmt: skip

    if builder.chance(0.15):
        agent_id = chosen.choice(roster(builder))[0]
        event("created", "", "", "agent")
        message("outbound", "agent")
    else:
        event("created", "", "", "customer")
        message("inbound", "customer")
    for _ in range(chosen.randrange(12)):
        at = builder.later(at, 1, 30, 600, 14400, 86400, chosen.randrange(1, 90000))
        if at > latest:
            break
        step = builder.weighted(
            bot=2,
            note=2,
            assign=8,
            reply=10,
            solve=8,
            reopen=4,
            ask=4,
            escalate=2,
            pending=2,
            close=2,
            promise=2,
            merge=1,
            delete=1,
        )
        if step == "promise":
            event("sla_applied", "", chosen.choice(("first_response:600", "first_response:20000", "resolution:86400")))
        elif step == "merge" and status not in ("solved", "closed"):
            event("merged", "", "TK")
            status = "closed"
            break
        elif step == "delete" and builder.chance(0.2):
            event("deleted", "", "")
        elif step == "bot":
            message("outbound", "bot", automated=True)
        elif step == "assign":
            before, agent_id = agent_id, chosen.choice(roster(builder))[0]
            event("assigned", before, agent_id, "system")
        elif step in ("reply", "note") and agent_id:
            message("outbound" if step == "reply" else "internal", "agent")
        elif step == "ask":
            message("inbound", "customer")
        elif step == "escalate":
            event("escalated", "tier1", "tier2")
        elif step == "solve" and status not in ("solved", "closed"):
            event("status_changed", status, "solved")
            status = "solved"
        elif step == "close" and status == "solved":
            event("status_changed", status, "closed", "system")
            status = "closed"
        elif step == "reopen" and status == "solved":
            event("status_changed", status, "open", "customer")
            status = "open"
        elif step == "pending" and status not in ("solved", "closed", "pending"):
            event("status_changed", status, "pending")
            status = "pending"
        if agent_id and builder.chance(0.2):
            worked_on = at.date()
            known = {
                (row["ticket_id"], row["agent_id"], row["worked_on"]) for row in builder.rows["ticket_time_entries"]
            }
            if (ticket_id, agent_id, worked_on.isoformat()) not in known:
                builder.add(
                    "ticket_time_entries", ticket_id=ticket_id, agent_id=agent_id, worked_on=worked_on,
                    seconds=chosen.choice((0, 60, 900)),
                )  # fmt: skip
    builder.add(
        "tickets", ticket_id=ticket_id, customer_id=f"{builder.name}-C{chosen.randrange(1, 6)}",
        contact_id=origin["contact_id"] if origin else "", channel=chosen.choice(("email", "email", "messaging")),
        priority=chosen.choice(("normal", "high")), contact_reason_id="", group_id="", created_at=created,
        status=status, first_response_sla_seconds=chosen.choice((None, 600, 14400)), is_deleted=builder.chance(0.05),
    )  # fmt: skip


def surveys(builder: Builder, handled: list[Row]) -> None:
    """Add invitations and responses, late, double, partial and bounced, about contacts, tickets and nothing."""
    chosen = builder.random
    about = [(row["contact_id"], "", builder.later(instant(row["ended_at"]), 0, 60, 7200)) for row in handled]
    about += [
        ("", row["ticket_id"], builder.later(instant(row["created_at"]), 60, 86400)) for row in builder.rows["tickets"]
    ]
    about += [("", "", builder.moment(builder.sites[0]))]
    for contact_id, ticket_id, sent in about:
        if not builder.chance(0.6):
            continue
        invitation_id = builder.id("IV")
        status = builder.weighted(delivered=8, bounced=1, suppressed=1)
        customer_id = "" if ticket_id and builder.chance(0.5) else f"{builder.name}-C1"
        builder.add(
            "survey_invitations", invitation_id=invitation_id, survey_id="POST", contact_id=contact_id,
            ticket_id=ticket_id, customer_id=customer_id, survey_channel="sms", sent_at=sent, delivery_status=status,
        )  # fmt: skip
        for _ in range(chosen.choice((0, 1, 1, 2))):
            answered = builder.later(sent, 0, 5, 3600, 5 * 86400 - 1, 5 * 86400, 5 * 86400 + 1)
            if answered < builder.season.as_of:
                response(builder, invitation_id, answered)


def response(builder: Builder, invitation_id: str, at: datetime) -> None:
    """Add a response with some of the questions answered."""
    chosen = builder.random
    response_id = builder.id("R")
    scales = {
        "CSAT": (1, 5), "NPS": (0, 10), "EFFORT": (1, 7), "RESOLVED": (0, 1), "FCR": (0, 1), "EMOTION": (-1, 1),
    }  # fmt: skip
    asked = [question for question in scales if builder.chance(0.8)]
    builder.add(
        "survey_responses", response_id=response_id, invitation_id=invitation_id if builder.chance(0.95) else "",
        responded_at=at, is_complete=len(asked) == len(scales),
    )  # fmt: skip
    for question in asked:
        low, high = scales[question]
        reversed_scale = question in ("CSAT", "EFFORT") and builder.chance(0.15)
        builder.add(
            "survey_answers", response_id=response_id, question_code=question,
            score=chosen.randint(low, high) if builder.chance(0.95) else None, scale_min=low, scale_max=high,
            scale_direction="low_is_good" if reversed_scale else "high_is_good", answer_text="",
        )  # fmt: skip


def quality(builder: Builder, handled: list[Row]) -> None:
    """Add evaluations with sections, calibrations and defects."""
    chosen = builder.random
    agents = {row["contact_id"]: row["agent_id"] for row in builder.rows["contact_segments"] if row["agent_id"]}
    for row in handled:
        if row["contact_id"] not in agents or not builder.chance(0.3):
            continue
        evaluation_id = builder.id("QE")
        critical = builder.chance(0.2)
        possible = chosen.choice((100, 80))
        builder.add(
            "qa_evaluations", evaluation_id=evaluation_id, contact_id=row["contact_id"], ticket_id="",
            agent_id=agents[row["contact_id"]], evaluator_id=f"{builder.name}-A5", form_id="F1",
            evaluated_on=instant(row["started_at"]).date() + chosen.choice((1, 2)) * DAY,
            evaluation_type=builder.weighted(standard=6, calibration=1, reference=1), points_possible=possible,
            points_earned=0 if critical else chosen.choice((40, 68, 80, possible)),
            has_critical_compliance_failure=critical,
        )  # fmt: skip
        builder.add(
            "qa_section_scores", evaluation_id=evaluation_id, section_code="communication", points_possible="40",
            points_earned=chosen.choice(("0", "35.5", "40")), items_applicable=None, items_passed=None,
        )  # fmt: skip
        builder.add(
            "qa_section_scores", evaluation_id=evaluation_id, section_code="procedure", points_possible=None,
            points_earned=None, items_applicable=10, items_passed=chosen.choice((0, 9, 10)),
        )  # fmt: skip
        if builder.chance(0.4):
            builder.add(
                "calibration_scores", calibration_id=builder.id("CL"), evaluation_id=evaluation_id,
                evaluator_id=f"{builder.name}-A5", score_pct=chosen.choice((80, 85, 90)),
                reference_score_pct=chosen.choice((84, 85)),
            )  # fmt: skip
        if builder.chance(0.5):
            builder.add(
                "qa_defects", defect_id=builder.id("DF"), evaluation_id=evaluation_id, response_id="",
                defect_type=chosen.choice(("product", "process")),
                root_cause=chosen.choice(("training", "training", "process", "agent", "")),
            )  # fmt: skip


def training(builder: Builder) -> None:
    """Add courses: done in time, late, never, and of people who left."""
    chosen = builder.random
    for agent_id, _ in roster(builder):
        for _ in range(chosen.randrange(3)):
            due = builder.day()
            done = due + chosen.choice((-3, 0, 1)) * DAY if builder.chance(0.7) else None
            if done is not None and done >= builder.season.last:
                done = None
            builder.add(
                "training_assignments", assignment_id=builder.id("TR"), agent_id=agent_id, course_id="ONB", due_on=due,
                completed_on=done, hours=chosen.choice(("0", "1.5", "8")),
            )  # fmt: skip
    for question, best in (("JOB_SAT", 5), ("ENPS", 10)):
        for _ in range(chosen.choice((4, 5, 9))):
            builder.add(
                "employee_survey_answers", survey_period=f"{builder.season.last:%Y-%m}", team_group=builder.sites[0],
                question_code=question, score=chosen.randint(best // 5, best),
            )  # fmt: skip


def ledger(builder: Builder) -> None:
    """Add costs: direct and shared, of one site or of all, reversals, and in a second currency."""
    chosen = builder.random
    for _ in range(chosen.randrange(2, 7)):
        first = builder.day()
        builder.add(
            "cost_ledger", entry_id=builder.id("L"), period_start=first,
            period_end=first + chosen.choice((0, 4, 7, 40)) * DAY, site_id=chosen.choice(builder.sites),
            cost_category=chosen.choice(("labour", "telecom", "software", "other")),
            behaviour=chosen.choice(("fixed", "variable")), direct_channel=chosen.choice(("", "", "voice", "email")),
            amount=chosen.choice(("100", "33.3333", "-20", "1000")), currency=chosen.choice(("EUR", "EUR", "USD")),
        )  # fmt: skip


def systems(builder: Builder) -> None:
    """Add service windows, and outages that overlap, are planned, or are not over."""
    chosen = builder.random
    system_id = f"{builder.name}-ACD"
    for on in {builder.day(), builder.clock_change()}:
        start = builder.local(builder.sites[0], on, 8)
        builder.add(
            "system_service_days", system_id=system_id, service_date=on, window_start_at=start,
            window_end_at=start + timedelta(hours=6),
        )  # fmt: skip
        for _ in range(chosen.randrange(4)):
            down = start + timedelta(minutes=chosen.choice((-30, 0, 30, 40, 350)))
            builder.add(
                "system_outages", outage_id=builder.id("OUT"), system_id=system_id, start_at=down,
                end_at=builder.later(down, 60, 1200, 3600) if builder.chance(0.95) else None,
                is_planned=builder.chance(0.25), is_degraded=builder.chance(0.3),
            )  # fmt: skip
