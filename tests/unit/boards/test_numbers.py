"""Numbers on boards carry their unit, in the digits, signs and order of the page's language."""

# ruff: noqa: RUF001 - digits and signs of other scripts are what is tested
from datetime import date, datetime

import pytest

from orchestration.boards.labels import LANGUAGES
from orchestration.boards.numbers import change, instant, number, period, plain, span, ticks, weekday

LRM = "\u200e"


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("percent", 77.38963, "77.4%"),
        ("percent", 0.0, "0.0%"),
        ("percent", None, "\u2013"),
        ("seconds", 13.04, "13.0 sec"),
        ("seconds", 348.2, "5 min 48 sec"),
        ("seconds", 3599.7, "1 hr 0 min"),
        ("seconds", 59.97, "1 min 0 sec"),
        ("seconds", 40140.0, "11 hr 9 min"),
        ("count", 1119.0, "1,119"),
        ("net_points", 33.8, "+33.8"),
        ("net_points", -4.0, "-4.0"),
        ("per_hour", 4.783, "4.78/h"),
        ("currency", 7.994, "€7.99"),
        ("currency", 123456.7, "€123,457"),
        ("hours", 2.25, "2.2 hr"),
        ("score", 5.467, "5.47"),
    ],
)
def test_a_value_is_written_with_its_unit(unit: str, value: float | None, text: str) -> None:
    assert number(unit, value, "EUR") == text


@pytest.mark.parametrize(
    ("language", "percent", "seconds", "currency"),
    [
        ("fa", "۱٬۲۳۴٫۵٪", "۵ دقیقه ۴۸ ثانیه", f"{LRM}€\xa0۱٬۲۳۵"),
        ("zh", "1,234.5%", "5分钟48秒", "€1,235"),
        ("id", "1.234,5%", "5 mnt, 48 dtk", "€1.235"),
        ("he", "1,234.5%", "5 דק׳ 48 שנ׳", "\u200f1,235\xa0\u200f€"),
        ("tr", "%1.234,5", "5 dk. 48 sn.", "€1.235"),
    ],
)
def test_each_language_has_its_digits_separators_signs_and_units(
    language: str, percent: str, seconds: str, currency: str
) -> None:
    assert number("percent", 1234.5, "EUR", language) == percent
    assert number("seconds", 348.2, "EUR", language) == seconds
    assert number("currency", 1234.6, "EUR", language) == currency


def test_persian_has_no_latin_digit_and_its_own_minus() -> None:
    assert number("net_points", -4.0, "EUR", "fa") == f"{LRM}−۴٫۰"
    assert number("count", 1234567890.0, "", "fa") == "۱٬۲۳۴٬۵۶۷٬۸۹۰"
    written = [
        period("day", date(2026, 11, 21), language="fa"),
        period("week", date(2026, 11, 16), date(2026, 11, 22), "fa"),
        instant(datetime(2026, 11, 21, 14, 30), "fa"),
        *weekday(date(2026, 11, 21), "fa"),
        *ticks("seconds", [0.0, 3600.0, 7200.0], "", "fa"),
    ]
    assert not any(letter in "0123456789" for text in written for letter in text), written


@pytest.mark.parametrize(
    ("unit", "difference", "text"),
    [
        ("percent", -0.86, "-0.9 pp"),
        ("seconds", 94.0, "+1 min 34 sec"),
        ("net_points", 3.7, "+3.7"),
        ("currency", -0.25, "-€0.25"),
        ("count", -508.0, "-508"),
    ],
)
def test_a_change_has_a_sign_and_of_percentages_it_is_in_points(unit: str, difference: float, text: str) -> None:
    assert change(unit, difference, "EUR") == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("day", "Fri, Jan 1, 2027"),
        ("week", "Jan 1\u2009–\u20097, 2027"),
        ("month", "Jan 2027"),
        ("quarter", "Q1 2027"),
        ("year", "2027"),
    ],
)
def test_a_period_is_unambiguous(kind: str, text: str) -> None:
    assert period(kind, date(2027, 1, 1), date(2027, 1, 7)) == text


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_days_of_one_week_have_seven_names_and_a_month_its_own(language: str) -> None:
    assert len({weekday(date(2026, 11, 16 + at), language)[0] for at in range(7)}) == 7
    assert len({period("month", date(2026, month, 1), language=language) for month in range(1, 13)}) == 12
    assert span(date(2026, 11, 30), date(2026, 12, 6), language) != span(
        date(2026, 11, 23), date(2026, 11, 29), language
    )


def test_ticks_have_no_more_decimals_than_tell_them_apart() -> None:
    assert ticks("percent", [0.0, 20.0, 40.0]) == ["0%", "20%", "40%"]
    assert ticks("score", [0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]
    assert ticks("seconds", [0.0, 1800.0, 3600.0]) == ["0 min", "30 min", "60 min"]
    assert ticks("currency", [0.0, 2.0], "EUR", "tr") == ["€0", "€2"]


def test_other_values_are_written_plainly() -> None:
    values = [None, True, 90000, datetime(2026, 11, 21, 22, 10, 5), date(2026, 11, 1), "type"]
    assert [plain(value) for value in values] == [
        "\u2013",
        "yes",
        "90,000",
        "Nov 21, 2026, 22:10",
        "Sun, Nov 1, 2026",
        "type",
    ]
