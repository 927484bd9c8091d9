"""What each declared type and rule accepts, through the loader."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

GOOD = [
    ("timestamp", "2024-10-27T00:50:00Z", datetime(2024, 10, 27, 0, 50)),
    ("timestamp", "2024-10-27T00:50:00.123Z", datetime(2024, 10, 27, 0, 50, 0, 123000)),
    ("timestamp", "2024-10-27T02:50:00+02:00", datetime(2024, 10, 27, 0, 50)),
    ("timestamp", "2024-10-27T02:50:00+0200", datetime(2024, 10, 27, 0, 50)),
    ("timestamp", "2024-10-26 19:20:00.5-05:30", datetime(2024, 10, 27, 0, 50, 0, 500000)),
    ("timestamp", "2024-10-27 00:50:00", datetime(2024, 10, 27, 0, 50)),
    ("timestamp", "2024-10-27 00:50:00 UTC", datetime(2024, 10, 27, 0, 50)),
    ("timestamp", "2024-10-27T14:50:00+14", datetime(2024, 10, 27, 0, 50)),
    ("timestamp", "2024-10-27", datetime(2024, 10, 27)),
    ("date", "2024-10-27", date(2024, 10, 27)),
    ("integer", "1.0", 1),
    ("integer", "-7", -7),
    ("bigint", "6130907993114", 6130907993114),
    ("double", "1e-3", 0.001),
    ("decimal(18,4)", "12345678901234.5678", Decimal("12345678901234.5678")),
    ("boolean", "true", True),
    ("boolean", "F", False),
    ("boolean", "1", True),
    ("boolean", "no", False),
    ("json", '{"a":[1]}', '{"a":[1]}'),
    ("varchar", " kept as it is ", " kept as it is "),
    ("varchar", "", None),
    ("integer", "", None),
]
BAD = [
    ("timestamp", "2024-02-30T00:00:00Z"),
    ("timestamp", "2024-10-27T25:00:00Z"),
    ("timestamp", "infinity"),
    ("timestamp", "1729990200"),
    ("timestamp", "yesterday"),
    ("timestamp", "epoch"),
    ("timestamp", "26-11-24 10:00:00Z"),
    ("timestamp", "2026-11-24T10:00:00+15:00"),
    ("timestamp", "2026-11-24T10:00:00-99:00"),
    ("timestamp", "2026-11-24 10:00:00 Europe/Berlin"),
    ("date", "26-11-24"),
    ("date", "epoch"),
    ("date", "0026-11-24"),
    ("date", "2024-1-5"),
    ("bigint", "1152921504606847e3"),
    ("date", "2024-10-27T00:50:00Z"),
    ("date", "2024-10-27 00:00:00"),
    ("date", "infinity"),
    ("date", "27.10.2024"),
    ("integer", "1.5"),
    ("integer", "15e-1"),
    ("integer", "99999999999"),
    ("integer", " "),
    ("double", "nan"),
    ("double", "-inf"),
    ("double", "1,5"),
    ("decimal(18,4)", "NaN"),
    ("boolean", "2"),
    ("boolean", "on"),
    ("json", "{a"),
]


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


@pytest.mark.parametrize(("data_type", "text", "expected"), GOOD)
def test_a_valid_value_is_typed(warehouse: Any, data_type: str, text: str, expected: object) -> None:
    warehouse.declare(columns={"id": {"data_type": "varchar"}, "value": {"data_type": data_type}})
    warehouse.deliver("calls/a.csv", f"id,value\nK1,{_quoted(text)}\n")
    warehouse.load()
    assert warehouse.raw("value") == [(expected,)]


@pytest.mark.parametrize(("data_type", "text"), BAD)
def test_a_value_of_another_type_is_rejected_not_repaired(warehouse: Any, data_type: str, text: str) -> None:
    warehouse.declare(columns={"id": {"data_type": "varchar"}, "value": {"data_type": data_type}})
    warehouse.deliver("calls/a.csv", f"id,value\nK1,{_quoted(text)}\n")
    warehouse.load()
    assert warehouse.raw() == []
    assert warehouse.rows("select rule, column_name, value from meta.rejected_row") == [("type", "value", text)]


@pytest.mark.parametrize(
    ("meta", "text", "rule"),
    [
        ({"data_type": "double", "minimum": 0, "maximum": 1}, "1.01", "maximum"),
        ({"data_type": "decimal(9,2)", "minimum": 0}, "-0.01", "minimum"),
        ({"data_type": "date", "minimum": "2020-01-01"}, "2019-12-31", "minimum"),
        ({"data_type": "varchar", "pattern": "[A-Z]{3}"}, "EURO", "pattern"),
        ({"data_type": "varchar", "accepted_values": ["it's", "{}"]}, "its", "accepted_values"),
        ({"data_type": "integer", "accepted_values": [1, 2]}, "3", "accepted_values"),
        ({"data_type": "integer", "required": True}, "", "not_null"),
    ],
)
def test_a_value_outside_its_rule_is_rejected(warehouse: Any, meta: dict[str, Any], text: str, rule: str) -> None:
    warehouse.declare(columns={"id": {"data_type": "varchar"}, "value": meta})
    warehouse.deliver("calls/a.csv", f"id,value\nK1,{text}\n")
    warehouse.load()
    expected = [(rule, "value", text or None)]
    assert warehouse.rows("select rule, column_name, value from meta.rejected_row") == expected
    assert warehouse.raw() == []


def test_values_at_their_bounds_pass(warehouse: Any) -> None:
    columns = {
        "share": {"data_type": "double", "minimum": 0, "maximum": 1},
        "currency": {"data_type": "varchar", "pattern": "^[A-Z]{3}$"},
        "kind": {"data_type": "varchar", "accepted_values": ["it's", "{}"]},
    }
    warehouse.declare(columns=columns)
    warehouse.deliver("calls/a.csv", "share,currency,kind\n0,EUR,it's\n1,USD,{}\n,,\n")
    warehouse.load()
    assert warehouse.raw("share, currency, kind") == [(0, "EUR", "it's"), (1, "USD", "{}"), (None, None, None)]


def test_a_declared_format_reads_other_dates(warehouse: Any) -> None:
    warehouse.declare(
        columns={
            "on_date": {"data_type": "date", "format": "%y%m%d"},
            "at": {"data_type": "timestamp", "format": "%d.%m.%Y %H:%M %z"},
        }
    )
    warehouse.deliver("calls/a.csv", "on_date,at\n990201,27.10.2024 02:50 +0200\n2024-10-25,\n")
    warehouse.load()
    assert warehouse.raw('on_date, "at"') == [(date(1999, 2, 1), datetime(2024, 10, 27, 0, 50))]
    assert warehouse.rows("select rule, value from meta.rejected_row") == [("type", "2024-10-25")]


def test_a_row_rule_that_cannot_be_computed_refuses_the_file(warehouse: Any) -> None:
    warehouse.declare(rules=[{"name": "numeric", "expression": "cast(id as integer) > 0"}])
    for name in ("a", "b"):
        warehouse.deliver(f"calls/{name}.csv", f"id\n{name}\n")
    warehouse.deliver("calls/c.csv", "id\n5\n")
    report = warehouse.load()
    assert [outcome.status for outcome in report.outcomes] == ["refused", "refused", "loaded"]
    assert "a rule cannot be computed" in (report.outcomes[0].reason or "")
    assert warehouse.raw("id") == [("5",)]
