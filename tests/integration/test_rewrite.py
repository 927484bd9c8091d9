"""After an erasure the bytes are gone as well: the refresh that follows writes the warehouse anew."""

from pathlib import Path

import duckdb

from tests.unit.orchestration.support import TinyHome, contacts, tiny_home

SECRET = b"verbatim-of-a-person"


def bytes_with_secret(home: TinyHome) -> list[str]:
    """Return the files of a home, but those of the operator, that hold the secret's bytes."""
    files = [path for path in home.settings.home.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path.name for path in files if home.settings.landing not in path.parents and SECRET in path.read_bytes()]


def test_the_bytes_of_what_was_erased_are_in_no_file_of_the_home(tmp_path: Path) -> None:
    home = tiny_home(tmp_path)
    home.land("day1.csv", contacts(10))
    home.refresh()
    with duckdb.connect(str(home.settings.warehouse)) as con:
        con.execute(f"create table raw.removed as select n, '{SECRET.decode()}' || n from range(20000) as r(n)")
        con.execute("checkpoint")
        con.execute("drop table raw.removed")
        con.execute("insert into meta.erasure values ('C1', '2024-11-02', 1, false)")
    assert bytes_with_secret(home) == ["warehouse.duckdb"]
    outcome = home.refresh()
    assert (outcome.status, outcome.problems) == ("complete", [])
    assert outcome.is_full
    assert bytes_with_secret(home) == []
    assert home.books("select is_rewritten from meta.erasure") == [(True,)]
    following = home.refresh()
    assert (following.is_full, following.problems) == (False, [])
    assert not list(home.settings.home.glob("*.rewriting*"))
