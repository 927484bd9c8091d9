"""A period reads as it is written, and what is no period is refused."""

from datetime import date, datetime

import pytest

from orchestration.explain.periods import Period, parse_period
from orchestration.explain.published import Scope, UnknownError, parse_scope


@pytest.mark.parametrize(
    ("text", "period_type", "start"),
    [
        ("2024-10-25", "day", date(2024, 10, 25)),
        ("2024-W43", "week", date(2024, 10, 21)),
        ("2020-W53", "week", date(2020, 12, 28)),
        ("2024-10", "month", date(2024, 10, 1)),
        ("2024-Q4", "quarter", date(2024, 10, 1)),
        ("2024", "year", date(2024, 1, 1)),
        ("2023-11..2024-10", "trailing_12m", date(2023, 11, 1)),
    ],
)
def test_a_period_is_its_type_and_first_day_and_writes_itself_back(text: str, period_type: str, start: date) -> None:
    period = parse_period(text)
    assert period == Period(period_type, start)
    assert str(period) == text


def test_a_half_hour_has_a_clock() -> None:
    for text in ("2024-10-25T14:30", "2024-10-25 14:30"):
        period = parse_period(text)
        assert period == Period("interval", date(2024, 10, 25), datetime(2024, 10, 25, 14, 30))
        assert str(period) == "2024-10-25T14:30"


def test_of_twelve_months_that_are_not_twelve_the_right_ones_are_named() -> None:
    with pytest.raises(ValueError, match=r"those to 2024-10 are 2023-11\.\.2024-10"):
        parse_period("2024-01..2024-10")


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-13", "2024-02-30", "2024-W54", "2024-Q5", "24-10", "2024-10-25T25:00"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"{text!r}"):
        parse_period(text)


def test_a_scope_is_the_enterprise_or_a_type_with_a_member() -> None:
    assert parse_scope("enterprise") == Scope("enterprise", None)
    assert parse_scope("queue_channel=SUP|voice") == Scope("queue_channel", "SUP|voice")
    for text in ("T1", "team=", "=T1", ""):
        with pytest.raises(UnknownError, match="team=T1"):
            parse_scope(text)
