"""Erasing a customer: the raw rows of the customer lose their personal columns, and so do rows delivered later.

Whose row it is follows from the declarations: ``belongs_to`` leads from an answer to its response, its invitation, its
contact and so to the customer. Emptied are the columns with ``personal_data`` or ``erased``; keys stay, so facts stay
whole. What was derived from the rows goes with the next refresh, which rebuilds everything.
Source: the input contract, section 5.1 ("attributes to null, keys kept, erased_at set").
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.ingest.books import last_complete, utc_now
from orchestration.ingest.declarations import ColumnDeclaration, ExtractDeclaration
from orchestration.ingest.whose import ROOT, files_of, is_delivered, owned, rejected_of, text

GONE = "erased"
"""What a personal column holds afterwards that a declaration requires a value of."""


@dataclass(frozen=True)
class Erasure:
    """What an erasure did: ``rows`` emptied by extract, ``files`` in the landing folder that still hold such rows.

    ``rejected`` counts rejected rows whose text was forgotten. ``is_new`` tells a first erasure from a repeated one;
    ``erased_at`` is naive UTC, None for a customer whom no delivery names and who therefore was not erased.
    """

    customer_id: str
    erased_at: datetime | None
    is_new: bool
    rows: Mapping[str, int]
    files: tuple[str, ...]
    rejected: int = 0


def erase_customer(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], customer_id: str
) -> Erasure:
    """Empty every raw row of a customer, note the erasure in the books, and return what was done.

    ``customer_id`` is the one that the conformed tables show: led by the system's name, unless it is ``standard``. A
    customer whom no delivery names is not noted, because a misspelt id must not erase somebody later.
    Raises ``duckdb.Error`` when the warehouse cannot be written; nothing is changed then.
    """
    con.begin()
    try:
        noted = con.execute("select erased_at from meta.erasure where customer_id = ?", [customer_id]).fetchone()
        found = files_of(con, declarations, customer_id)
        if noted is None and not is_delivered(con, declarations, customer_id):
            con.rollback()
            return Erasure(customer_id, None, False, {}, ())
        erased_at: datetime = noted[0] if noted else utc_now()
        if noted is None:
            complete = last_complete(con)
            after = complete.refresh_id if complete else 0
            con.execute("insert into meta.erasure values (?, ?, ?, false)", [customer_id, erased_at, after])
        rows = _empty(con, declarations, {customer_id: erased_at})
        rejected = _forget_rejected(con, declarations, [customer_id])
        if noted is not None and (rows or rejected):
            con.execute(
                "update meta.erasure set is_rewritten = false, after_refresh ="
                " (select coalesce(max(refresh_id), 0) from meta.refresh) where customer_id = ?",
                [customer_id],
            )
        con.commit()
    except duckdb.Error:
        con.rollback()
        raise
    con.execute("checkpoint")
    return Erasure(customer_id, erased_at, noted is None, rows, found, rejected)


def erase_delivered(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], refresh_id: int
) -> Mapping[str, int]:
    """Empty what this refresh loaded of customers erased before; return rows by extract.

    A row can be known as theirs only now, because what leads from it to the customer came late: then the next refresh
    rebuilds everything once more. What was emptied leaves its bytes in the file, which is to be written anew.
    """
    erased: dict[str, datetime] = dict(con.execute("select customer_id, erased_at from meta.erasure").fetchall())
    if not erased:
        return {}
    rejected = _forget_rejected(con, declarations, erased)
    rows = _empty(con, declarations, erased, refresh_id)
    over_others = [each for each in declarations if _leads_over_others(each)]
    late = _empty(con, over_others, erased, all_declarations=declarations)
    if late:
        con.execute("update meta.erasure set after_refresh = ?, is_rewritten = false", [refresh_id])
    elif rows or rejected:
        con.execute("update meta.erasure set is_rewritten = false")
    return {name: rows.get(name, 0) + late.get(name, 0) for name in {**rows, **late}}


def _leads_over_others(declaration: ExtractDeclaration) -> bool:
    return any(entity != ROOT for _, entity in declaration.belongs_to)


def _empty(
    con: duckdb.DuckDBPyConnection,
    declarations: Sequence[ExtractDeclaration],
    erased: Mapping[str, datetime],
    refresh_id: int | None = None,
    all_declarations: Sequence[ExtractDeclaration] | None = None,
) -> dict[str, int]:
    """Empty the rows of customers, of one refresh or of all; return changed rows by extract."""
    changed: dict[str, int] = {}
    for declaration in declarations:
        theirs = owned(declaration, all_declarations or declarations, erased)
        emptied = {column.quoted: _nothing(column) for column in declaration.columns if _is_emptied(column)}
        if theirs is None:
            continue
        emptied['"_extra_columns"'] = "null"
        dated = declaration.entity == ROOT and any(column.name == "erased_at" for column in declaration.columns)
        still = [f"{name} is distinct from {value}" for name, value in emptied.items()]
        if dated:
            still.append("erased_at is null")
            times = " ".join(f"when {text(customer)} then timestamp '{at}'" for customer, at in erased.items())
            emptied["erased_at"] = f"coalesce(erased_at, case customer_id {times} end)"
        condition = f"({theirs}) and ({' or '.join(still)})"
        if refresh_id is not None:
            condition += f" and _file_id in (select file_id from meta.loaded_file where refresh_id = {refresh_id})"
        settings = ", ".join(f"{name} = {value}" for name, value in emptied.items())
        done = con.execute(f"update {declaration.raw_table} set {settings} where {condition}").fetchone()
        if done and done[0]:
            changed[declaration.name] = int(done[0])
    return changed


def _forget_rejected(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], customers: Collection[str]
) -> int:
    """Empty what the books keep of rejected rows that name customers or their records; return how many. Rules stay."""
    found = rejected_of(con, declarations, customers)
    con.execute(
        "update meta.rejected_row set value = null, record = null where rowid in (select unnest(?::bigint[]))",
        [[row for row, _ in found]],
    )
    return len(found)


def _is_emptied(column: ColumnDeclaration) -> bool:
    return column.erased or column.personal_data is not None


def _nothing(column: ColumnDeclaration) -> str:
    return f"'{GONE}'" if column.required and column.data_type == "varchar" else "null"
