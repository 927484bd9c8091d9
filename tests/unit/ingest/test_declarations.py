from collections.abc import Callable
from typing import Any

import pytest

from orchestration.ingest.declarations import RowRule, load_declarations
from orchestration.ingest.errors import DeclarationError

Make = Callable[..., dict[str, Any]]


def test_a_declaration_carries_everything_the_yaml_says(make_source: Make, make_manifest: Make) -> None:
    columns = {
        "id": {"data_type": "varchar", "required": True, "from": "Response Id"},
        "amount": {"data_type": "DECIMAL(18, 4)", "minimum": 0, "maximum": 10},
        "on_date": {"data_type": "date", "format": "%Y%m%d"},
    }
    node = make_source(
        "orders",
        columns,
        path="acme/orders/*.csv",
        format=["csv", "parquet"],
        required=True,
        key=["id"],
        delimiter=";",
        quote="",
        header={"rows": 3, "label_rows": 2},
        encoding="cp1252",
        rules=[{"name": "small", "column": "amount", "expression": "amount < 5"}],
    )
    (found,) = load_declarations(make_manifest(node))
    assert (found.system, found.entity, found.raw_table) == ("acme", "orders", '"raw"."acme__orders"')
    assert (found.formats, found.required, found.key) == (("csv", "parquet"), True, ("id",))
    assert (found.delimiter, found.quote, found.header_rows, found.label_rows) == (";", "", 3, 2)
    assert found.rules == (RowRule("small", "amount < 5", "amount"),)
    assert [(c.name, c.data_type, c.source) for c in found.columns] == [
        ("id", "varchar", "Response Id"),
        ("amount", "decimal(18,4)", "amount"),
        ("on_date", "date", "on_date"),
    ]
    assert (found.columns[1].minimum, found.columns[1].maximum, found.columns[2].format) == (0, 10, "%Y%m%d")


def test_sources_without_extract_are_not_extracts(make_source: Make, make_manifest: Make) -> None:
    node = make_source("calls", {"id": {"data_type": "varchar"}})
    del node["config"]["meta"]["extract"]
    assert load_declarations(make_manifest(node)) == ()


@pytest.mark.parametrize(
    ("extract", "message"),
    [
        ({"fromat": "csv"}, "unknown key 'fromat' in extract"),
        ({"format": "xml"}, "unknown format 'xml'"),
        ({"path": "/etc/*"}, "must stay below the landing folder"),
        ({"path": "../other/*"}, "must stay below the landing folder"),
        ({"key": ["nope"]}, "key names 'nope'"),
        ({"required": "yes"}, "required must be true or false"),
        ({"delimiter": ",,"}, "delimiter must be one character"),
        ({"header": {"rows": 2, "label_rows": 2}}, "greater than label_rows"),
        ({"header": {"lines": 2}}, "unknown key 'lines' in header"),
        ({"encoding": "klingon"}, "unknown encoding 'klingon'"),
        ({"format": "lines"}, "exactly one column: line"),
        ({"rules": [{"name": "r", "column": "nope", "expression": "true"}]}, "names column 'nope'"),
        ({"rules": [{"name": "r"}]}, "expression must be a text"),
    ],
)
def test_a_wrong_extract_is_named(
    make_source: Make, make_manifest: Make, extract: dict[str, Any], message: str
) -> None:
    node = make_source("calls", {"id": {"data_type": "varchar"}}, **extract)
    with pytest.raises(DeclarationError, match=r"source acme\.calls") as raised:
        load_declarations(make_manifest(node))
    assert message in str(raised.value)
    assert "models/staging/acme/_acme__sources.yml" in str(raised.value)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({}, "no data_type"),
        ({"data_type": "int8"}, "unknown data_type 'int8'"),
        ({"data_type": "varchar", "requierd": True}, "unknown key 'requierd' in meta"),
        ({"data_type": "varchar", "minimum": 1}, "minimum needs a number, date or timestamp"),
        ({"data_type": "integer", "maximum": "ten"}, "maximum must be a number"),
        ({"data_type": "varchar", "accepted_values": "a"}, "accepted_values must be a list"),
        ({"data_type": "varchar", "personal_data": "iban"}, "personal_data is one of"),
        ({"data_type": "varchar", "format": "%Y"}, "format is for date and timestamp"),
    ],
)
def test_a_wrong_column_is_named(make_source: Make, make_manifest: Make, column: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationError, match="column amount") as raised:
        load_declarations(make_manifest(make_source("calls", {"amount": column})))
    assert message in str(raised.value)


def test_two_declarations_of_one_raw_table_are_refused(make_source: Make, make_manifest: Make) -> None:
    one = make_source("calls", {"id": {"data_type": "varchar"}})
    two = make_source("chats", {"id": {"data_type": "varchar"}}) | {"identifier": "acme__calls"}
    with pytest.raises(DeclarationError, match="load the same table"):
        load_declarations(make_manifest(one, two))
