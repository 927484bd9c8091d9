"""Published types are plain, or the publication stops."""

import pytest

from orchestration.publish.columns import UnpublishableColumnError, literal, published_type, quoted


@pytest.mark.parametrize(
    ("computed", "published"),
    [
        ("BIGINT", "BIGINT"),
        ("HUGEINT", "BIGINT"),
        ("JSON", "VARCHAR"),
        ("SMALLINT", "INTEGER"),
        ("FLOAT", "DOUBLE"),
        ("DECIMAL(18,4)", "DECIMAL(18,4)"),
        ("timestamp", "TIMESTAMP"),
    ],
)
def test_every_number_and_text_has_a_plain_type(computed: str, published: str) -> None:
    assert published_type("kpi_value", "value", computed) == published


@pytest.mark.parametrize(
    "computed",
    [
        "VARCHAR[]",
        "STRUCT(a INTEGER)",
        "MAP(VARCHAR, DOUBLE)",
        "TIMESTAMP WITH TIME ZONE",
        "ENUM('a')",
        "INTERVAL",
        "UHUGEINT",
    ],
)
def test_a_type_that_clients_cannot_read_is_refused_by_name(computed: str) -> None:
    with pytest.raises(UnpublishableColumnError, match=r"kpi_value\.value is .*cast it in the model"):
        published_type("kpi_value", "value", computed)


def test_quotes_inside_names_and_texts_are_doubled() -> None:
    assert quoted('a"b') == '"a""b"'
    assert literal("it's") == "'it''s'"
