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
    segments = {row["customer_id"]: row.get("segment") or UNKNOWN for row in center.rows("customers")}
    for order in center.rows("orders"):
        contact = credited(center, eligible, order)
        is_net = order["status"] not in LOST
        site_id = contact["site_id"] if contact else None
        on = center.local_day(instant(order["ordered_at"]), site_id)
        days.add(on)
        rate = center.in_reporting_currency("1", order["currency"], on)
        amount = sum((number(line["net_amount"]) for line in lines[order["order_id"]]), Fraction(0)) * (rate or 0)
        if contact is None:
            scopes = {"site": UNKNOWN, "campaign": order.get("campaign_id") or ""}
            scopes["segment"] = segments.get(order.get("customer_id") or "", UNKNOWN)
            yield Fact(on, scopes, {"unattributed_sales": amount * is_net})
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
        scopes = center.credit(contact, -1) | {"segment": segments.get(order.get("customer_id") or "", UNKNOWN)}
        yield Fact(on, scopes | ({"campaign": order["campaign_id"]} if order.get("campaign_id") else {}), parts)
    if center.delivered("orders"):
        for on, contact, parts in contact_parts(center, eligible, net, gross, min(days)):
            segment = segments.get(contact.get("customer_id") or "", UNKNOWN)
            yield Fact(on, center.credit(contact, -1) | {"segment": segment}, parts)
    for row in center.rows("opportunities"):
        origin = center.contacts.get(row.get("contact_id") or "")
        on = center.local_day(instant(row["opened_at"]), origin["site_id"] if origin else None)
        scopes = center.credit(origin, -1) if origin else {"site": UNKNOWN}
        scopes["segment"] = segments.get(row.get("customer_id") or "", UNKNOWN)
        yield Fact(on, scopes, {"opportunities": 1, "opportunities_won": int(row["stage"] == "won")})


def contact_parts(
    center: Center, eligible: dict[str, Row], net: set[str], gross: set[str], known_from: date
) -> Iterator[tuple[date, Row, Parts]]:
    """Yield handled contacts, converted or not, from the day of the first order on."""
    for contact_id, contact in center.contacts.items():
        on = center.contact_day(contact)
        if not center.handling_legs(contact_id) or on < known_from:
            continue
        parts: Parts = {"handled_any": 1, "contacts_with_order": int(contact_id in net)}
        if contact_id in eligible:
            parts |= {
                "eligible_contacts": 1,
                "converted_contacts": int(contact_id in net),
                "converted_gross": int(contact_id in gross),
            }
        yield on, contact, parts
