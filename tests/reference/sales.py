"""Sales: KPIs 68 to 70, from orders, their lines and the contacts they are credited to."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.center import UNKNOWN, Center
from tests.reference.records import Row, flag, instant, number
from tests.reference.sums import Definition, Fact, Parts

LOST = ("cancelled", "returned")

DEFINITIONS = [
    Definition("total_sales_value", "default", "net_sales"),
    Definition("total_sales_value", "gross", "gross_sales"),
    Definition("total_sales_value", "unattributed", "unattributed_sales"),
    Definition("sales_conversion_rate", "default", "converted_contacts", "eligible_contacts", 100),
    Definition("sales_conversion_rate", "gross", "converted_gross", "eligible_contacts", 100),
    Definition("sales_conversion_rate", "all_calls", "contacts_with_order", "handled_any", 100),
    Definition("sales_conversion_rate", "per_opportunity", "opportunities_won", "opportunities", 100),
    Definition("cross_sell_rate", "default", "orders_cross_sell", "orders_net", 100),
]


def eligible_contacts(center: Center) -> dict[str, Row]:
    """Return handled contacts, outbound ones too, with an opportunity or a reason that sells."""
    selling = {row["contact_reason_id"] for row in center.rows("contact_reasons") if flag(row["is_sales_eligible"])}
    offered = {row.get("contact_id") for row in center.rows("opportunities")}
    return {
        contact_id: contact
        for contact_id, contact in center.contacts.items()
        if center.handling_legs(contact_id) and (contact_id in offered or contact.get("contact_reason_id") in selling)
    }


def credited(center: Center, eligible: dict[str, Row], order: Row) -> Row | None:
    """Return the contact of an order: the one it names, else the customer's last eligible one in the window."""
    if order.get("contact_id") in center.contacts:
        return center.contacts[order["contact_id"]]
    at = instant(order["ordered_at"])
    earliest = at - timedelta(days=center.parameters.order_attribution_days)
    found = [
        contact
        for contact in eligible.values()
        if order.get("customer_id")
        and contact.get("customer_id") == order["customer_id"]
        and earliest <= instant(contact["started_at"]) <= at
    ]
    return max(found, key=lambda contact: (instant(contact["started_at"]), contact["contact_id"]), default=None)


def facts(center: Center) -> Iterator[Fact]:
    """Yield orders on their own day, and eligible contacts on theirs."""
    eligible = eligible_contacts(center)
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in center.rows("order_lines"):
        lines[row["order_id"]].append(row)
    net: set[str] = set()
    gross: set[str] = set()
    days: set[date] = set()
    for order in center.rows("orders"):
        contact = credited(center, eligible, order)
        is_net = order["status"] not in LOST
        site_id = contact["site_id"] if contact else None
        on = center.local_day(instant(order["ordered_at"]), site_id)
        days.add(on)
        rate = center.in_reporting_currency("1", order["currency"], on)
        amount = sum((number(line["net_amount"]) for line in lines[order["order_id"]]), Fraction(0)) * (rate or 0)
        if contact is None:
            yield Fact(
                on,
                {"site": UNKNOWN, "campaign": order.get("campaign_id") or ""},
                {"unattributed_sales": amount * is_net},
            )
            continue
        gross.add(contact["contact_id"])
        if is_net:
            net.add(contact["contact_id"])
        cross = any(line["line_type"] in ("cross_sell", "up_sell") for line in lines[order["order_id"]])
        parts: Parts = {
            "net_sales": amount * is_net,
            "gross_sales": amount,
            "orders_net": int(is_net),
            "orders_cross_sell": int(is_net and cross),
        }
        yield Fact(on, center.credit(contact, -1), parts)
    if center.delivered("orders"):
        yield from contact_facts(center, eligible, net, gross, days)


def contact_facts(
    center: Center, eligible: dict[str, Row], net: set[str], gross: set[str], days: set[date]
) -> Iterator[Fact]:
    """Yield eligible contacts, converted or not, from the first order on."""
    known_from = min(days)
    for contact_id, contact in center.contacts.items():
        handled = bool(center.handling_legs(contact_id))
        on = center.contact_day(contact)
        if not handled or on < known_from:
            continue
        parts: Parts = {"handled_any": 1, "contacts_with_order": int(contact_id in net)}
        if contact_id in eligible:
            parts |= {
                "eligible_contacts": 1,
                "converted_contacts": int(contact_id in net),
                "converted_gross": int(contact_id in gross),
            }
        yield Fact(on, center.credit(contact, -1), parts)
    for row in center.rows("opportunities"):
        contact_row = center.contacts.get(row.get("contact_id") or "")
        opened = instant(row["opened_at"])
        on = center.local_day(opened, contact_row["site_id"] if contact_row else None)
        parts = {"opportunities": 1, "opportunities_won": int(row["stage"] == "won")}
        yield Fact(on, center.credit(contact_row, -1) if contact_row else {}, parts)
