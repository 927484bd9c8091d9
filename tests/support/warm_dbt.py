"""dbt for a process that runs it again and again: work whose result depends only on its input is done once.

A test builds the same models night after night, and most of a small night is dbt's own Python. What is kept here are
pure results (compiled templates, SQL with its ephemeral models put in, rules for guessing types); a relation is looked
up in dbt's cache by its key instead of by reading through all; and debug events that nobody writes down are not put
together. Nothing of the project or the warehouse is remembered. Refreshes and processes of the product do without.
"""

import functools
from typing import Any

import pytest

_templates: dict[tuple[type, str], Any] = {}
_injected: dict[tuple[Any, ...], str] = {}


def shorten(patch: pytest.MonkeyPatch) -> None:
    """Lay the shortcuts over dbt until the patch is undone."""
    _parse_alike_in_every_home(patch)
    _remember_templates(patch)
    _remember_injected_sql(patch)
    _remember_type_rules(patch)
    _look_up_relations_by_key(patch)
    _skip_unheard_events(patch)


def _parse_alike_in_every_home(patch: pytest.MonkeyPatch) -> None:
    """Keep what was parsed for one warehouse for another: dbt parses anew when the path of the database changes."""
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    names = DuckDBCredentials._connection_keys
    patch.setattr(DuckDBCredentials, "_connection_keys", lambda self: tuple(set(names(self)) - {"path"}))


def _remember_templates(patch: pytest.MonkeyPatch) -> None:
    """Compile a text once: the code does not depend on the context that it is rendered with."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    compile_template = MacroFuzzEnvironment.compile

    def compile_once(self: Any, source: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(source, str) or args or options:
            return compile_template(self, source, *args, **options)
        key = (type(self), source)
        if key not in _templates:
            _templates[key] = compile_template(self, source)
        return _templates[key]

    patch.setattr(MacroFuzzEnvironment, "compile", compile_once)


def _remember_injected_sql(patch: pytest.MonkeyPatch) -> None:
    """Parse a model's SQL once to put the ephemeral models in that it reads."""
    from dbt import compilation

    inject = compilation.inject_ctes_into_sql

    def inject_once(sql: str, ctes: list[Any]) -> str:
        key = (sql, *((cte.id, cte.sql) for cte in ctes))
        if key not in _injected:
            _injected[key] = inject(sql, ctes)
        return _injected[key]

    patch.setattr(compilation, "inject_ctes_into_sql", inject_once)


def _remember_type_rules(patch: pytest.MonkeyPatch) -> None:
    """Build the rules by which the types of an answer are guessed once for each set of text columns."""
    from dbt_common.clients import agate_helper

    build = functools.cache(agate_helper.build_type_tester)

    def build_once(text_columns: Any, string_null_values: Any = ("null", "")) -> Any:
        return build(tuple(text_columns), tuple(string_null_values))

    patch.setattr(agate_helper, "build_type_tester", build_once)


def _look_up_relations_by_key(patch: pytest.MonkeyPatch) -> None:
    """Find a cached relation by its key; one that is not found so is looked for as dbt does."""
    from dbt.adapters.base import BaseAdapter
    from dbt.adapters.cache import _make_ref_key

    search = BaseAdapter.get_relation

    @functools.wraps(search)
    def get_relation(self: Any, database: str, schema: str, identifier: str) -> Any:
        wanted = self.Relation.create(database=database, schema=schema, identifier=identifier)
        cached = self.cache.relations.get(_make_ref_key(wanted))
        if cached is not None and cached.inner.matches(database=database, schema=schema, identifier=identifier):
            return cached.inner
        return search(self, database, schema, identifier)

    patch.setattr(BaseAdapter, "get_relation", get_relation)


def _skip_unheard_events(patch: pytest.MonkeyPatch) -> None:
    """Drop debug events where only loggers listen, which write nothing below information."""
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.event_manager import EventManager

    fire = EventManager.fire_event

    def fire_heard(self: Any, e: Any, level: Any = None, *args: Any, **options: Any) -> None:
        if self.callbacks or (level or e.level_tag()) != EventLevel.DEBUG:
            fire(self, e, level, *args, **options)

    patch.setattr(EventManager, "fire_event", fire_heard)
