"""Who was erased is in no file of the home, but those delivered, even when delivered again."""

import gzip
from datetime import datetime
from pathlib import Path

import duckdb

from tests.support.installation import Installation

AS_OF = datetime(2024, 11, 3)
NAME = "Ottilie-Quxfarnblatt"
HEADER = "contact_id,channel,site_id,is_answered,started_at,customer_id,caller_name"
MANY = 130_000
"""Rows of which DuckDB writes some into the file before they are committed, and so before they are emptied."""
BELONGS = "              key: [contact_id]\n              belongs_to: {customer_id: customers}\n"
PERSONAL = """          - name: customer_id
            data_type: varchar
          - name: caller_name
            data_type: varchar
            config: {meta: {personal_data: name}}
"""
CUSTOMERS = """      - name: customers
        identifier: standard__customers
        description: "Customers, one row each."
        config:
          meta:
            extract:
              path: standard/customers/**/*
              format: csv
              required: false
              key: [customer_id]
              belongs_to: {customer_id: customers}
        columns:
          - name: customer_id
            data_type: varchar
"""


def declare_customers(installation: Installation) -> None:
    """Let contacts name their customer and the caller."""
    sources = installation.home.project / "models" / "_sources.yml"
    text = sources.read_text().replace("              key: [contact_id]\n", BELONGS)
    sources.write_text(text + PERSONAL + CUSTOMERS)


def calls_of(number: int, customer: str, name: str) -> list[str]:
    """Return a contact of a customer, and one that is rejected for its channel."""
    rest = f"s1,true,2024-11-02T09:00:00Z,{customer},{name}"
    return [f"p{number},voice,{rest} {number}", f"q{number},pigeon,{rest} rejected {number}"]


def places_with(folder: Path, landing: Path, wanted: str) -> list[str]:
    """Return the files, but those delivered, whose bytes, unpacked bytes or tables hold a text."""
    found = set()
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.is_symlink() or landing in file.parents:
            continue
        content = file.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content += gzip.decompress(content)
        name = file.relative_to(folder).as_posix()
        if wanted.encode() in content:
            found.add(name)
        with duckdb.connect() as con:
            if file.suffix == ".duckdb":
                con.execute(f"attach '{file}' as there (read_only)")
                con.execute("use there")
                tables = con.execute(
                    "select schema_name, table_name from duckdb_tables() where not internal"
                ).fetchall()
                readings = [f'"{schema}"."{table}"' for schema, table in tables]
            else:
                readings = [f"read_parquet('{file}')"] if file.suffix == ".parquet" else []
            for reading in readings:
                if con.execute(f"select 1 from {reading} as r where contains(r::varchar, '{wanted}')").fetchone():
                    found.add(f"{name}: {reading}")
    return sorted(found)


def test_who_was_erased_is_in_no_file_and_no_table_even_when_delivered_again(installation: Installation) -> None:
    declare_customers(installation)
    home = installation.home

    def searched() -> list[str]:
        return places_with(home.settings.home, home.settings.landing, NAME)

    home.land("day3.csv", calls_of(1, "C1", NAME), HEADER)
    done = installation.call("refresh", "--as-of", "2024-11-03")
    assert done.returncode == 0, done.stdout + done.stderr
    assert any(place.startswith("warehouse.duckdb") for place in searched())
    erased = installation.call("erase", "C1")
    assert erased.returncode == 0, erased.stderr
    assert "landing/standard/contacts/day3.csv" in erased.stdout
    home.refresh(AS_OF)
    assert searched() == []
    again = [calls_of(number, "C1", NAME) for number in range(MANY)]
    home.land("day4.csv", [kept for kept, _ in again] + again[0][1:], HEADER)
    home.refresh(AS_OF)
    assert home.books("select count(*) from raw.standard__contacts where customer_id = 'C1'") == [(MANY + 1,)]
    assert searched() == []
