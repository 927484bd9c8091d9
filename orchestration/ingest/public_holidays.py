"""Public holidays of the sites' countries, from the library ``holidays``, in our own books.

The library computes them offline. Years run from ``FIRST_YEAR`` to the one after as-of, so that the table of one as-of
is always the same. A holiday that changed keeps the number of the refresh that saw it, and one that is none any more
stays with ``is_current`` false: what was computed with it must be computed again.
"""

from datetime import date, datetime
from typing import cast

import duckdb

FIRST_YEAR = 2000


def public_holidays(country: str, years: range) -> dict[date, str]:
    """Return day and name of a country's public holidays; none for a code that the library does not know.

    ``country`` is an ISO 3166-1 code of two letters, in any case.
    """
    import holidays

    try:
        found = holidays.country_holidays(country.strip().upper(), years=years, language="en_US")
    except NotImplementedError:
        return {}
    return dict(cast("dict[date, str]", found))


def load_public_holidays(con: duckdb.DuckDBPyConnection, as_of: datetime, refresh_id: int) -> int:
    """Bring ``meta.public_holiday`` up to date for every country that a site was ever delivered with.

    Returns how many rows were added, changed or withdrawn. ``as_of`` is naive UTC.
    """
    years = range(FIRST_YEAR, as_of.year + 2)
    known = con.execute(
        "select country, holiday_date, holiday_name from meta.public_holiday where is_current"
    ).fetchall()
    before = {(country, day): name for country, day, name in known}
    now = {(country, day): name for country in _countries(con) for day, name in public_holidays(country, years).items()}
    changed = [(key, name, True) for key, name in now.items() if before.get(key) != name]
    changed += [(key, name, False) for key, name in before.items() if key not in now]
    if changed:
        con.execute(
            "insert or replace into meta.public_holiday select unnest(?), unnest(?), unnest(?), unnest(?), ?",
            [
                [country for (country, _), _, _ in changed],
                [day for (_, day), _, _ in changed],
                [name for _, name, _ in changed],
                [is_current for _, _, is_current in changed],
                refresh_id,
            ],
        )
    return len(changed)


def _countries(con: duckdb.DuckDBPyConnection) -> list[str]:
    delivered = con.execute(
        "select count(*) from duckdb_columns()"
        " where schema_name = 'raw' and table_name = 'standard__sites' and column_name = 'country'"
    ).fetchall()
    if delivered == [(0,)]:
        return []
    rows = con.execute(
        "select upper(trim(country)) as code from raw.standard__sites where country is not null group by code"
    ).fetchall()
    return sorted(code for (code,) in rows)
