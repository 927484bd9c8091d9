"""Numbers on boards carry their unit and read the same in every language."""

from datetime import date, datetime

import pytest

from orchestration.boards.numbers import change, number, period, plain


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("percent", 77.38963, "77.4 %"),
        ("percent", 0.0, "0.0 %"),
        ("percent", None, "\u2013"),
        ("seconds", 13.04, "13.0 s"),
        ("seconds", 348.2, "5 min 48 s"),
        ("seconds", 3599.7, "1 h 00 min"),
        ("seconds", 59.97, "1 min 00 s"),
        ("seconds", 40140.0, "11 h 09 min"),
        ("count", 1119.0, "1,119"),
        ("net_points", 33.8, "+33.8"),
        ("net_points", -4.0, "-4.0"),
        ("per_hour", 4.783, "4.78 /h"),
        ("currency", 7.994, "7.99 EUR"),
        ("currency", 123456.7, "123,457 EUR"),
        ("hours", 2.25, "2.2 h"),
        ("score", 5.467, "5.47"),
    ],
)
def test_a_value_is_written_with_its_unit(unit: str, value: float | None, text: str) -> None:
    assert number(unit, value, "EUR") == text


@pytest.mark.parametrize(
    ("unit", "difference", "text"),
    [
        ("percent", -0.86, "-0.9 pp"),
        ("seconds", 94.0, "+1 min 34 s"),
        ("net_points", 3.7, "+3.7"),
        ("currency", -0.25, "-0.25 EUR"),
        ("count", -508.0, "-508"),
    ],
)
def test_a_change_has_a_sign_and_of_percentages_it_is_in_points(unit: str, difference: float, text: str) -> None:
    assert change(unit, difference, "EUR") == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [("day", "2027-01-01"), ("week", "2026-W53"), ("month", "2027-01"), ("quarter", "2027 Q1"), ("year", "2027")],
)
def test_a_period_is_unambiguous(kind: str, text: str) -> None:
    assert period(kind, date(2027, 1, 1)) == text


def test_other_values_are_written_plainly() -> None:
    values = [None, True, 90000, datetime(2026, 11, 21, 22, 10, 5), date(2026, 11, 1), "type"]
    assert [plain(value) for value in values] == ["\u2013", "yes", "90,000", "2026-11-21 22:10", "2026-11-01", "type"]
