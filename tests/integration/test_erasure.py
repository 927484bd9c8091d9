"""An erased customer is gone from every table of the warehouse, stays gone, and leaves the facts whole."""

from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.erase import erase_customer
from orchestration.settings import PROJECT_DIR
from orchestration.transform.project import DbtPaths
from orchestration.transform.runner import current_manifest
from tests.support.nights import GOLDEN, GOLDEN_PARAMETERS, Nights

CUSTOMERS = "customer_id,segment,country,created_at\n{id},{segment},XX,2023-01-01T00:00:00Z\n"
CONTACTS = (
    "contact_id,channel,direction,initiation_method,customer_id,customer_endpoint_hash,site_id,started_at,ended_at,"
    "is_test,last_updated_at\n"
    "E1,voice,inbound,inbound,C1,{hash},BER,2024-10-25T09:00:00Z,2024-10-25T09:03:30Z,false,2024-11-0{day}T00:00:00Z\n"
)
SECRETS = ("secret_segment", "secret_hash")


def place(nights: Nights, name: str, text: str) -> None:
    """Write a standard extract."""
    target = nights.home / "landing" / "standard" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def tables_with(warehouse: Path, secret: str) -> list[str]:
    """Return the tables in which some text holds a secret."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns = con.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where not internal"
            " and data_type in ('VARCHAR', 'JSON') and schema_name not in ('information_schema')"
        ).fetchall()
        return sorted(
            {
                f"{schema}.{table}"
                for schema, table, column in columns
                if con.execute(f'select count(*) from "{schema}"."{table}" where "{column}" like ?', [f"%{secret}%"])
                .fetchall() != [(0,)]
            }
        )  # fmt: skip


def test_an_erased_customer_is_in_no_table_even_when_delivered_again_and_the_cohorts_stay_whole(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "home", tmp_path / "state")
    for entity in ("subscriptions", "sites"):
        nights.deliver(GOLDEN / "inputs" / f"{entity}.csv", f"standard/{entity}/{entity}.csv")
    place(nights, "customers/customers_2024-09-01.csv", CUSTOMERS.format(id="C1", segment="secret_segment"))
    place(nights, "contacts/contacts_2024-11-01.csv", CONTACTS.format(hash="secret_hash", day=1))
    nights.night(datetime(2024, 11, 2), parameters=GOLDEN_PARAMETERS)
    assert "core.dim_customer" in tables_with(nights.warehouse, "secret_segment")
    assert "staging.stg_standard__contacts" in tables_with(nights.warehouse, "secret_hash")
    cohort = (
        "select customers_start, customers_retained from marts.kpi_component_customer where scope_type = 'enterprise'"
    )
    before = sorted(nights.query(cohort))

    declarations = load_declarations(current_manifest(DbtPaths(PROJECT_DIR, nights.state), nights.home))
    with duckdb.connect(str(nights.warehouse)) as con:
        assert erase_customer(con, declarations, "C1").is_new
    nights.night(datetime(2024, 11, 2), full=True, parameters=GOLDEN_PARAMETERS)
    place(nights, "customers/customers_2024-10-01.csv", CUSTOMERS.format(id="C1", segment="secret_segment"))
    place(nights, "contacts/contacts_2024-11-02.csv", CONTACTS.format(hash="secret_hash", day=2))
    nights.night(datetime(2024, 11, 2), parameters=GOLDEN_PARAMETERS)

    assert [tables_with(nights.warehouse, secret) for secret in SECRETS] == [[], []]
    assert nights.query("select segment, country, is_erased from core.dim_customer where customer_id = 'C1'") == [
        ("unknown", None, True)
    ]
    assert nights.query("select contact_id, customer_id from core.fct_contact") == [("E1", "C1")]
    assert sorted(nights.query(cohort)) == before
