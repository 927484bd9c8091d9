"""The independent computation gives every value of the golden example, and none of its traps."""

import csv
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from tests.reference.catalogue import at, definitions, values
from tests.reference.center import Center, Parameters
from tests.reference.sums import Definition, Key, Value
from tests.support.nights import GOLDEN

Row = dict[str, str]
Values = dict[tuple[str, str], dict[Key, Value]]

PARAMETERS = Parameters(survey_response_window_days=5, qa_min_evaluations=1, save_confirm_days=7)


def read(name: str) -> list[Row]:
    """Return the rows of a file of the example."""
    with (GOLDEN / name).open(newline="") as file:
        return list(csv.DictReader(file))


def key_of(scope: str) -> Key:
    """Translate a scope of the example; everything lies in the year 2024."""
    period_type, start, scope_type, scope_id = "year", date(2024, 1, 1), "enterprise", None
    for part in scope.split(";"):
        name, _, value = part.partition("=")
        match name:
            case "date":
                period_type, start = "day", date.fromisoformat(value)
            case "month":
                period_type, start = "month", date.fromisoformat(f"{value}-01")
            case "week":
                period_type, start = "week", date.fromisoformat(value.split("..")[0])
            case "as_of":
                period_type, start = "day", date(2024, 11, 1)
            case "queue" | "agent" | "channel":
                scope_type, scope_id = name, value
            case _:
                assert name == "all" or ".." in name, f"a scope this test does not know: {scope}"
    return period_type, start, scope_type, scope_id


def number(value: Fraction | None) -> float | None:
    """Return a number as the example writes it."""
    return None if value is None else round(float(value), 4)


@pytest.fixture(scope="module")
def golden() -> Values:
    """Return all values of the example."""
    return values(Center(GOLDEN / "inputs", datetime(2024, 11, 2, tzinfo=UTC), PARAMETERS))


def test_every_kpi_of_the_catalogue_has_a_definition() -> None:
    assert {each.kpi_id for each in definitions()} == {row["kpi_id"] for row in read("expected.csv")}
    assert len({each.kpi_id for each in definitions()}) == 76


def test_every_variant_has_one_definition() -> None:
    keys = [(each.kpi_id, each.variant) for each in definitions()]
    assert len(keys) == len(set(keys))


def test_all_expected_rows_are_equal_in_numerator_denominator_and_value(golden: Values) -> None:
    known: dict[tuple[str, str], Definition] = {(each.kpi_id, each.variant): each for each in definitions()}
    expected = read("expected.csv")
    assert len(expected) == 149
    wrong = []
    for row in expected:
        value = at(golden, known[(row["kpi_id"], row["variant"])], key_of(row["scope"]))
        got = (number(value.numerator), number(value.denominator), number(value.value))
        want = tuple(float(row[name]) if row[name] else None for name in ("numerator", "denominator", "value"))
        if got != want:
            wrong.append(f"{row['kpi_id']} {row['variant']} at {row['scope']}: expected {want}, got {got}")
    assert wrong == []


def test_no_trap_of_the_example_is_fallen_into(golden: Values) -> None:
    known = {(each.kpi_id, each.variant): each for each in definitions()}
    for trap in read("traps.csv"):
        got = number(at(golden, known[(trap["kpi_id"], "default")], key_of(trap["scope"])).value)
        assert got != float(trap["wrong"]), trap["mistake_that_gives_the_wrong_value"]
