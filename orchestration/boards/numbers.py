"""How numbers, dates and units are written in a language: by CLDR, the Unicode consortium's data, through babel.

Babel knows the digits, minus and percent signs of a language, but writes the Latin ones: ``_own`` puts them in.
Weeks are written as the days they span, because not every language has a way to write a week's number.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from unicodedata import lookup

from babel import Locale
from babel.dates import format_interval, format_skeleton, format_timedelta, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent, get_minus_sign_symbol, get_plus_sign_symbol
from babel.units import format_compound_unit, format_unit

NOTHING = "\u2013"
"""What stands where there is no number; the words beside it say why."""

ENGLISH = "en"
WHOLE, TENTHS, HUNDREDTHS = "#,##0", "#,##0.0", "#,##0.00"
DIGITS = {"latn": "DIGIT", "arabext": "EXTENDED ARABIC-INDIC DIGIT"}
"""Numbering systems of our languages, and what Unicode calls their digits."""

NAMES = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
OWN: Literal["default"] = "default"
"""Babel's word for the numbering system of the language itself."""


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@cache
def _digits(language: str) -> dict[int, str]:
    kind = DIGITS[_locale(language).default_numbering_system]
    return {ord(str(at)): lookup(f"{kind} {name}") for at, name in enumerate(NAMES)}


@cache
def _signs(language: str) -> dict[int, str]:
    locale = _locale(language)
    symbols = locale.number_symbols[locale.default_numbering_system]
    return {ord("-"): symbols["minusSign"], ord("%"): symbols["percentSign"], **_digits(language)}


def _own(number: str, language: str) -> str:
    return number.translate(_signs(language))


def _own_digits(text: str, language: str) -> str:
    return text.translate(_digits(language))


def number(unit: str, value: float | None, currency: str = "", language: str = ENGLISH) -> str:
    """Return a KPI's value with its unit; ``unit`` as in ``dim_kpi``, ``currency`` an ISO code."""
    if value is None:
        return NOTHING
    exact = Decimal(repr(float(value)))
    if unit == "seconds":
        return duration(exact, language)
    if unit == "percent":
        return _percent(exact, language)
    if unit == "currency" and currency:
        return _money(exact, currency, language)
    if unit == "net_points":
        return _signed(exact, TENTHS, language)
    if unit == "hours":
        return _in_unit(exact, "hour", language, TENTHS)
    if unit == "per_hour":
        written = format_compound_unit(
            exact,
            denominator_unit="duration-hour",
            length="short",
            format=HUNDREDTHS,
            locale=language,
            numbering_system=OWN,
        )
        return _own(str(written), language)
    shape = {"count": WHOLE, "per_interval": WHOLE, "points": TENTHS}.get(unit, HUNDREDTHS)
    return decimal(exact, shape, language)


def decimal(value: Decimal | float, shape: str = WHOLE, language: str = ENGLISH) -> str:
    """Return a bare number in a CLDR pattern."""
    return _own(format_decimal(value, format=shape, locale=language, numbering_system=OWN), language)


def _percent(value: Decimal, language: str, shape: str = TENTHS) -> str:
    pattern = _locale(language).percent_formats[None].pattern.replace(WHOLE, shape)
    return _own(format_percent(value / 100, format=pattern, locale=language, numbering_system=OWN), language)


def _money(value: Decimal, currency: str, language: str, shape: str = HUNDREDTHS) -> str:
    pattern = _locale(language).currency_formats["standard"].pattern
    pattern = pattern.replace(HUNDREDTHS, WHOLE if abs(value) >= 1000 else shape)
    written = format_currency(
        value, currency, format=pattern, locale=language, currency_digits=False, numbering_system=OWN
    )
    return _own(written, language)


def _signed(value: Decimal, shape: str, language: str) -> str:
    return _sign(value, language) + decimal(abs(value), shape, language)


def _sign(value: Decimal, language: str) -> str:
    symbol = get_minus_sign_symbol if value < 0 else get_plus_sign_symbol
    return symbol(language, numbering_system=OWN)


def change(unit: str, value: float, currency: str = "", language: str = ENGLISH, points: str = "pp") -> str:
    """Return a difference of two values with its sign; of percentages it is in ``points``, a word of the language."""
    exact = Decimal(repr(float(value)))
    if unit == "percent":
        return f"{_signed(exact, TENTHS, language)} {points}"
    if unit == "net_points":
        return _signed(exact, TENTHS, language)
    return _sign(exact, language) + number(unit, float(abs(exact)), currency, language)


def age(days: int, language: str = ENGLISH) -> str:
    """Return a number of days as people say it, roughly: 3 days, 2 weeks, 27 years."""
    return _own_digits(format_timedelta(timedelta(days=days), granularity="day", locale=language), language)


def between(first: str, last: str) -> str:
    """Return two ends of a range, written with a dash."""
    return f"{first} {NOTHING} {last}"


def _in_unit(value: Decimal | int, unit: str, language: str, shape: str = WHOLE) -> str:
    written = format_unit(
        value, f"duration-{unit}", length="short", format=shape, locale=language, numbering_system=OWN
    )
    return _own(written, language)


def duration(seconds: Decimal | float, language: str = ENGLISH) -> str:
    """Return seconds as seconds, minutes and seconds, or hours and minutes."""
    exact = Decimal(seconds)
    sign, size = ("" if exact >= 0 else _sign(exact, language)), abs(exact)
    if round(size, 1) < 60:
        return sign + _in_unit(size, "second", language, TENTHS)
    minutes, rest = divmod(round(size), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    if minutes >= 60:
        hours, minutes = divmod(minutes, 60)
        parts = [(hours, "hour"), (minutes, "minute")]
    written = [_in_unit(part, unit, language) for part, unit in parts]
    return sign + format_list(written, style="unit-narrow", locale=language)


def ticks(unit: str, values: list[float], currency: str = "", language: str = ENGLISH) -> list[str]:
    """Return what stands at the ticks of an axis: all in one unit, and with no more decimals than they need."""
    exact = [Decimal(repr(float(value))) for value in values]
    largest = max((abs(value) for value in exact), default=Decimal(0))
    if unit == "seconds":
        size, word = (3600, "hour") if largest >= 7200 else (60, "minute") if largest >= 120 else (1, "second")
        shape = _shape([value / size for value in exact])
        return [_in_unit(value / size, word, language, shape) for value in exact]
    shape = _shape(exact)
    if unit == "percent":
        return [_percent(value, language, shape) for value in exact]
    if unit == "currency" and currency:
        return [_money(value, currency, language, shape) for value in exact]
    return [decimal(value, shape, language) for value in exact]


def _shape(values: list[Decimal]) -> str:
    """Return the shortest pattern that tells values apart."""
    for shape, places in ((WHOLE, 0), (TENTHS, 1)):
        if all(value == round(value, places) for value in values):
            return shape
    return HUNDREDTHS


def period(period_type: str, start: date, end: date | None = None, language: str = ENGLISH) -> str:
    """Return a period: a day with its weekday, a week or trailing months as first and last day, a month by its name."""
    if period_type in ("week", "trailing_12m") and end is not None:
        return span(start, end, language)
    shape = {"month": "yMMM", "quarter": "yQQQ", "year": "y"}.get(period_type, "yMMMEd")
    return _own_digits(format_skeleton(shape, start, locale=language), language)


def span(first: date, last: date, language: str = ENGLISH) -> str:
    """Return days from one to another."""
    return _own_digits(format_interval(first, last, "yMMMd", locale=language), language)


def short_day(day: date, language: str = ENGLISH) -> str:
    """Return a day of a year that is known: ``Nov 16``."""
    return _own_digits(format_skeleton("MMMd", day, locale=language), language)


def weekday(day: date, language: str = ENGLISH) -> tuple[str, str]:
    """Return the name of a day's weekday and its number in the month."""
    return format_skeleton("E", day, locale=language), _own_digits(str(day.day), language)


def clock(moment: datetime, language: str = ENGLISH) -> str:
    """Return the time of a day by 24 hours."""
    return _own_digits(format_skeleton("Hm", moment, locale=language), language)


def instant(moment: datetime, language: str = ENGLISH) -> str:
    """Return a moment to the minute."""
    day = format_skeleton("yMMMd", moment, locale=language)
    time = format_skeleton("Hm", moment, locale=language)
    joined = str(get_datetime_format("medium", locale=language)).replace("'", "").format(time, day)
    return _own_digits(joined, language)


def plain(value: Any, language: str = ENGLISH) -> str:
    """Return a number, day or moment of a published table as text; anything else as it is."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return instant(value, language)
    if isinstance(value, date):
        return period("day", value, language=language)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return decimal(value, WHOLE, language)
    if isinstance(value, float):
        return decimal(value, HUNDREDTHS, language)
    return str(value)
