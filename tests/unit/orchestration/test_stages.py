"""What is decided before a night starts."""

from datetime import UTC, datetime

from orchestration.stages import latest_midnight, local_date


def test_midnight_is_the_operators_and_the_same_all_day() -> None:
    morning, night = datetime(2024, 11, 2, 6, tzinfo=UTC), datetime(2024, 11, 2, 22, 59, tzinfo=UTC)
    assert latest_midnight("Europe/Berlin", morning) == latest_midnight("Europe/Berlin", night)
    assert latest_midnight("Europe/Berlin", morning) == datetime(2024, 11, 1, 23)
    assert latest_midnight("America/New_York", datetime(2024, 11, 2, 3, tzinfo=UTC)) == datetime(2024, 11, 1, 4)


def test_midnight_is_exact_on_days_that_change_the_clock() -> None:
    assert latest_midnight("Europe/Berlin", datetime(2024, 10, 27, 12, tzinfo=UTC)) == datetime(2024, 10, 26, 22)
    assert latest_midnight("Europe/Berlin", datetime(2024, 10, 28, 12, tzinfo=UTC)) == datetime(2024, 10, 27, 23)


def test_local_date_is_the_operators() -> None:
    assert local_date(datetime(2024, 11, 1, 23), "Europe/Berlin").isoformat() == "2024-11-02"
