"""Erasing a customer from raw rows: what is emptied, what stays, and what is delivered afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.cli_erase import run_erase, told
from orchestration.ingest.books import create_books, finish_refresh, start_refresh
from orchestration.ingest.declarations import ExtractDeclaration, load_declarations
from orchestration.ingest.erase import Erasure, erase_customer, erase_delivered
from orchestration.ingest.load import load_landing
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.settings import Settings
from tests.unit.ingest.conftest import manifest, source

ERASED: dict[str, Any] = {"data_type": "varchar", "erased": True}
KEY: dict[str, Any] = {"data_type": "varchar", "required": True}
PLAIN: dict[str, Any] = {"data_type": "varchar"}


def declared(system: str, name: str, columns: dict[str, Any], **extract: Any) -> dict[str, Any]:
    node = source(name, columns, key=[next(iter(columns))], path=f"{system}/{name}/**/*", **extract)
    return node | {"source_name": system, "identifier": f"{system}__{name}"}


DECLARED = load_declarations(
    manifest(
        declared(
            "standard",
            "customers",
            {"customer_id": KEY, "segment": ERASED, "erased_at": {"data_type": "timestamp"}, "source": PLAIN},
            belongs_to={"customer_id": "customers"},
        ),
        declared(
            "standard",
            "contacts",
            {"contact_id": KEY, "customer_id": PLAIN, "endpoint_hash": ERASED},
            belongs_to={"customer_id": "customers"},
        ),
        declared(
            "standard", "survey_answers", {"answer_id": KEY, "contact_id": PLAIN,
            "answer_text": {"data_type": "varchar", "personal_data": "text"}}, belongs_to={"contact_id": "contacts"},
        ),
        declared("standard", "orders", {"order_id": KEY, "customer_id": PLAIN, "amount": {"data_type": "integer"}}),
        declared(
            "acme", "users", {"id": {"data_type": "bigint"}, "name": KEY | {"personal_data": "name"}},
            belongs_to={"id": "customers"},
        ),
        declared(
            "acme", "notes", {"note_id": {"data_type": "bigint"}, "user": {"data_type": "bigint"}}, format="json",
            belongs_to={"user": "customers"},
        ),
    )
)  # fmt: skip
LANDED = {
    "standard/customers/a.csv": "customer_id,segment,source,surprise\nC1,vip,crm,secret\nC10,basic,crm,\n",
    "standard/contacts/a.csv": "contact_id,customer_id,endpoint_hash\nk1,C1,aaa\nk2,C10,bbb\nk3,,ccc\n",
    "standard/survey_answers/a.csv": "answer_id,contact_id,answer_text\na1,k1,mine\na2,k2,theirs\n,k1,rejected C1\n",
    "standard/orders/a.csv": "order_id,customer_id,amount\no1,C1,7\no2,C1,many\no3,C10,few\n",
    "acme/users/a.csv": "id,name\n1,Ada\n2,Bob\n",
}


@dataclass
class Home:
    """A loaded warehouse and its landing folder."""

    con: duckdb.DuckDBPyConnection
    landing: Path
    declarations: tuple[ExtractDeclaration, ...] = DECLARED

    def load(self, files: dict[str, str]) -> int:
        for name, text in files.items():
            file = self.landing / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        number = start_refresh(self.con, run_id="r", as_of=datetime(2024, 11, 2))
        load_landing(self.con, self.landing, self.declarations, number)
        erase_delivered(self.con, self.declarations, number)
        finish_refresh(self.con, number, "complete")
        return number

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with duckdb.connect() as con:
        create_books(con)
        ensure_raw_tables(con, DECLARED)
        there = Home(con, tmp_path / "landing")
        there.load(LANDED)
        yield there


def test_personal_columns_are_emptied_along_the_declared_references_and_keys_stay(home: Home) -> None:
    done = erase_customer(home.con, DECLARED, "C1")
    assert done.rows == {"standard.contacts": 1, "standard.customers": 1, "standard.survey_answers": 1}
    assert home.rows("select customer_id, segment, erased_at, source, _extra_columns from raw.standard__customers") == [
        ("C1", None, done.erased_at, "crm", None),
        ("C10", "basic", None, "crm", None),
    ]
    assert home.rows("select * exclude (_extra_columns, _file_id, _line_number) from raw.standard__contacts") == [
        ("k1", "C1", None), ("k2", "C10", "bbb"), ("k3", None, "ccc"),
    ]  # fmt: skip
    assert home.rows("select contact_id, answer_text from raw.standard__survey_answers") == [
        ("k1", None), ("k2", "theirs"),
    ]  # fmt: skip
    assert home.rows("select amount from raw.standard__orders") == [(7,)]


def test_rejected_rows_that_name_the_customer_keep_only_the_rule(home: Home) -> None:
    erase_customer(home.con, DECLARED, "C1")
    kept = home.rows("select rule, value, record from meta.rejected_row order by rule, record nulls first")
    assert kept == [("not_null", None, None), ("type", None, None), ("type", "few", "o3,C10,few")]


def test_rows_that_come_after_the_erasure_are_emptied_on_arrival(home: Home) -> None:
    first = erase_customer(home.con, DECLARED, "C1")
    home.load(
        {
            "standard/customers/b.csv": "customer_id,segment\nC1,vip\nC11,vip\n",
            "standard/contacts/b.csv": "contact_id,customer_id,endpoint_hash\nk9,C1,aaa\n",
            "standard/survey_answers/b.csv": "answer_id,contact_id,answer_text\na9,k1,again\n",
        }
    )
    assert home.rows("select customer_id, segment, erased_at from raw.standard__customers where _file_id > 5") == [
        ("C1", None, first.erased_at),
        ("C11", "vip", None),
    ]
    assert home.rows("select endpoint_hash from raw.standard__contacts where customer_id = 'C1'") == [(None,), (None,)]
    assert home.rows("select answer_text from raw.standard__survey_answers where answer_id = 'a9'") == [(None,)]


def test_erasing_again_changes_nothing_and_says_so(home: Home) -> None:
    first = erase_customer(home.con, DECLARED, "C1")
    again = erase_customer(home.con, DECLARED, "C1")
    assert (again.erased_at, again.is_new, again.rows) == (first.erased_at, False, {})
    assert home.rows("select customer_id, after_refresh from meta.erasure") == [("C1", 1)]
    assert "no row held anything personal any more" in "\n".join(told(again))


def test_a_customer_of_another_system_is_known_by_the_led_id_and_a_required_value_is_replaced(home: Home) -> None:
    done = erase_customer(home.con, DECLARED, "acme:1")
    assert done.rows == {"acme.users": 1}
    assert home.rows("select id, name from raw.acme__users order by id") == [(1, "erased"), (2, "Bob")]


def test_who_was_never_delivered_is_not_noted(home: Home) -> None:
    done = erase_customer(home.con, DECLARED, "C1x")
    assert done == Erasure("C1x", None, False, {}, ())
    assert home.rows("select count(*) from meta.erasure") == [(0,)]
    assert told(done)[0] == "no delivery names customer C1x: nothing was erased."


def test_the_files_that_still_hold_the_customer_are_named(home: Home) -> None:
    done = erase_customer(home.con, DECLARED, "C1")
    assert done.files == (
        "standard/contacts/a.csv", "standard/customers/a.csv", "standard/orders/a.csv", "standard/survey_answers/a.csv",
    )  # fmt: skip
    assert "  landing/standard/customers/a.csv" in told(done)


def test_without_a_warehouse_there_is_nothing_to_erase(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_erase(Settings(home=tmp_path), "C1") == 1
    assert "no warehouse" in capsys.readouterr().err


def test_an_answer_that_comes_before_its_contact_is_emptied_when_the_contact_comes(home: Home) -> None:
    erase_customer(home.con, DECLARED, "C1")
    home.load({"standard/survey_answers/b.csv": "answer_id,contact_id,answer_text\na9,k9,early words\n"})
    assert home.rows("select answer_text from raw.standard__survey_answers where answer_id = 'a9'") == [
        ("early words",)
    ]
    refresh = home.load({"standard/contacts/b.csv": "contact_id,customer_id,endpoint_hash\nk9,C1,\n"})
    assert home.rows("select answer_text from raw.standard__survey_answers where answer_id = 'a9'") == [(None,)]
    assert home.rows("select after_refresh, is_rewritten from meta.erasure") == [(refresh, False)]
    home.load({})
    assert home.rows("select after_refresh from meta.erasure") == [(refresh,)]


def test_a_rejected_row_about_a_contact_of_the_customer_is_forgotten_too(home: Home) -> None:
    home.load({"standard/survey_answers/b.csv": "answer_id,contact_id,answer_text\n,k1,their words\n,k2,other words\n"})
    erase_customer(home.con, DECLARED, "C1")
    kept = home.rows("select record from meta.rejected_row where record like '%words%'")
    assert kept == [(",k2,other words",)]


@pytest.mark.parametrize("customer", ["auth0|12 3", "Jö", "a:b", "it's"])
def test_a_rejected_row_is_forgotten_whatever_signs_the_id_has(home: Home, customer: str) -> None:
    home.load(
        {
            "standard/customers/b.csv": f"customer_id,segment\n{customer},vip\n",
            "standard/orders/b.csv": f"order_id,customer_id,amount\no8,{customer},much\no9,{customer}x,more\n",
        }
    )
    assert erase_customer(home.con, DECLARED, customer).rejected == 1
    kept = home.rows("select value, record from meta.rejected_row where value in ('much', 'more')")
    assert kept == [("more", f"o9,{customer}x,more")]


def test_a_rejected_row_of_json_is_forgotten_and_one_of_another_system_is_kept(home: Home) -> None:
    home.load(
        {
            "acme/notes/a.json": '[{"note_id":"x","user":1,"t":"theirs"},{"note_id":"y","user":12,"t":"other"}]',
            "standard/orders/b.csv": "order_id,customer_id,amount\no7,1,many\n",
        }
    )
    assert erase_customer(home.con, DECLARED, "acme:1").rejected == 1
    kept = home.rows("select record from meta.rejected_row where refresh_id = 2 order by record nulls first")
    assert kept == [(None,), ("o7,1,many",), ('{"note_id":"y","user":12,"t":"other"}',)]


def test_a_customer_whose_rows_were_all_rejected_is_erased_and_stays_so(home: Home) -> None:
    home.load({"standard/customers/b.csv": "customer_id,segment\nC7,secret,too,many\n"})
    done = erase_customer(home.con, DECLARED, "C7")
    assert (done.is_new, done.rows, done.rejected, done.files) == (True, {}, 1, ("standard/customers/b.csv",))
    assert "  the text of 1 rejected row forgotten" in told(done)
    home.load({"standard/customers/c.csv": "customer_id,segment\nC7,secret\n"})
    assert home.rows("select segment from raw.standard__customers where customer_id = 'C7'") == [(None,)]


def test_the_same_bytes_under_another_name_are_named_too(home: Home) -> None:
    rows = "customer_id,segment\nC7,vip\n"
    home.load({"standard/customers/b.csv": rows})
    home.load({"standard/customers/copy.csv": rows})
    assert erase_customer(home.con, DECLARED, "C7").files == ("standard/customers/b.csv", "standard/customers/copy.csv")


@pytest.mark.parametrize("row", ["C1,vip", "C1,vip,too,many"])
def test_what_is_emptied_on_arrival_asks_for_the_file_to_be_written_anew(home: Home, row: str) -> None:
    erase_customer(home.con, DECLARED, "C1")
    home.con.execute("update meta.erasure set is_rewritten = true")
    home.load({"standard/customers/b.csv": "customer_id,segment\nC10,basic\n"})
    assert home.rows("select is_rewritten, after_refresh from meta.erasure") == [(True, 1)]
    home.load({"standard/customers/c.csv": f"customer_id,segment\n{row}\n"})
    assert home.rows("select is_rewritten, after_refresh from meta.erasure") == [(False, 1)]
