"""Stand-ins for dbt's cross-database macros, which sqlfluff renders models with; nothing is run with them.

sqlfluff finds them by the folder that ``.sqlfluff`` names, and offers this file to templates as ``dbt``. Arguments and
results are SQL text, as DuckDB writes it.
"""


def cast(field: str, type_name: str) -> str:
    """Return a cast, as SQL."""
    return f"cast({field} as {type_name})"


def safe_cast(field: str, type_name: str) -> str:
    """Return a cast that gives NULL where it cannot be done, as SQL."""
    return f"try_cast({field} as {type_name})"


def dateadd(datepart: str, interval: str, from_date_or_timestamp: str) -> str:
    """Return an instant moved by a number of dateparts, as SQL."""
    return f"date_add({from_date_or_timestamp}, ({interval}) * interval 1 {datepart})"


def datediff(first: str, second: str, datepart: str) -> str:
    """Return the number of dateparts from the first instant to the second, as SQL."""
    return f"date_diff('{datepart}', {first}, {second})"


def date_trunc(datepart: str, date: str) -> str:
    """Return the beginning of the datepart that holds a date, as SQL."""
    return f"date_trunc('{datepart}', {date})"


def type_string() -> str:
    """Return the name of the text type."""
    return "varchar"
