"""How the command line writes numbers."""

from datetime import date, datetime, timedelta

from orchestration.cli_text import age_of, by_folder, bytes_of, figures_table, plural, seconds_of
from orchestration.publish.headline import Figure


def test_one_file_is_not_plural() -> None:
    assert (plural(1, "file"), plural(0, "file"), plural(1200, "file")) == ("1 file", "0 files", "1,200 files")


def test_durations_sizes_and_ages_are_coarse() -> None:
    now = datetime(2024, 11, 2)
    assert seconds_of(59.94) == "59.9 s"
    assert seconds_of(3725) == "62 min 05 s"
    assert (bytes_of(999), bytes_of(4_500_000), bytes_of(7.2e9)) == ("999 B", "4.5 MB", "7.2 GB")
    assert age_of(now - timedelta(hours=30), now) == "30 hours ago"
    assert age_of(now - timedelta(days=3), now) == "3 days ago"


def test_many_files_of_a_folder_are_one_line() -> None:
    assert by_folder(["a/x/1.csv", "b/y.csv", "a/x/2.csv"]) == ["a/x/ (2 files)", "b/y.csv"]


def test_a_kpi_is_shown_by_the_newest_period_that_it_has() -> None:
    def figure(kpi_id: str, period_type: str, start: date, value: float, unit: str = "count") -> Figure:
        return Figure(kpi_id, kpi_id, unit, period_type, start, value, None, None, "final")

    table = figures_table(
        [
            figure("daily", "day", date(2024, 11, 1), 5),
            figure("daily", "month", date(2024, 10, 1), 70),
            figure("monthly", "month", date(2024, 10, 1), 3),
            figure("monthly", "year", date(2023, 1, 1), 9),
            figure("yearly", "quarter", date(2024, 7, 1), 8, "currency"),
        ],
        "EUR",
    )
    cells = [list(column.cells) for column in table.columns]
    assert list(zip(*cells, strict=True)) == [
        ("daily", "2024-11-01", "5", "2024-10", "70"),
        ("monthly", "2024-10", "3", "", ""),
        ("yearly", "2024-Q3", "€8.00", "", ""),
    ]
