"""dbt for a process that runs it again and again: work whose result depends only on its input is done once.

A test builds the same models night after night, and most of a small night is dbt's own Python. What is kept here are
pure results (compiled templates, SQL with its ephemeral models put in, rules for guessing types, the empty table); a
relation is looked up in dbt's cache by its key instead of by reading through all, a name of a template in one step; and
debug events that nobody writes down are not put together. Nothing of the project or the warehouse is remembered.
Refreshes and processes of the product do without.
"""

import functools
import re
from collections import ChainMap
from typing import Any

import pytest

_templates: dict[tuple[type, str], Any] = {}
_injected: dict[tuple[Any, ...], str] = {}

INSTANT = re.compile(r"timestamp '[^']*'")
"""The literals by which one night's SQL differs from the next one's."""


def shorten(patch: pytest.MonkeyPatch) -> None:
    """Lay the shortcuts over dbt until the patch is undone."""
    _parse_alike_in_every_home(patch)
    _remember_templates(patch)
    _remember_injected_sql(patch)
    _remember_type_rules(patch)
    _look_up_relations_by_key(patch)
    _look_up_names_in_one_step(patch)
    _make_the_empty_table_once(patch)
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
    """Parse a model's SQL once to put the ephemeral models in that it reads, whatever instants stand in both."""
    from dbt import compilation

    inject = compilation.inject_ctes_into_sql

    def inject_once(sql: str, ctes: list[Any]) -> str:
        # they are put before all that the model itself says
        instants = iter(INSTANT.findall(" ".join([*(cte.sql for cte in ctes), sql])))
        masked = [type(cte)(cte.id, INSTANT.sub("timestamp '?'", cte.sql)) for cte in ctes]
        key = (INSTANT.sub("timestamp '?'", sql), *((cte.id, cte.sql) for cte in masked))
        if key not in _injected:
            _injected[key] = inject(key[0], masked)
        return INSTANT.sub(lambda _: next(instants), _injected[key])

    patch.setattr(compilation, "inject_ctes_into_sql", inject_once)


def _remember_type_rules(patch: pytest.MonkeyPatch) -> None:
    """Build the rules by which the types of an answer are guessed once for each set of text columns."""
    from dbt_common.clients import agate_helper

    build = functools.cache(agate_helper.build_type_tester)

    def build_once(text_columns: Any, string_null_values: Any = ("null", "")) -> Any:
        return build(tuple(text_columns), tuple(string_null_values))

    patch.setattr(agate_helper, "build_type_tester", build_once)


def _look_up_relations_by_key(patch: pytest.MonkeyPatch) -> None:
    """Find a cached relation by its key, or find that there is none; anything else is looked for as dbt does."""
    from dbt.adapters.base import BaseAdapter
    from dbt.adapters.cache import _make_ref_key

    search = BaseAdapter.get_relation

    @functools.wraps(search)
    def get_relation(self: Any, database: str, schema: str, identifier: str) -> Any:
        wanted = self.Relation.create(database=database, schema=schema, identifier=identifier)
        cached = self.cache.relations.get(_make_ref_key(wanted))
        if cached is None and (database, schema) in self.cache:
            return None
        if cached is not None and cached.inner.matches(database=database, schema=schema, identifier=identifier):
            return cached.inner
        return search(self, database, schema, identifier)

    patch.setattr(BaseAdapter, "get_relation", get_relation)


class _Names(ChainMap[str, Any]):
    """The names that a template knows: asked a hundred thousand times a night, so without a step for each map."""

    def __contains__(self, name: object) -> bool:
        for names in self.maps:  # noqa: SIM110
            if name in names:
                return True
        return False

    def __getitem__(self, name: str) -> Any:
        for names in self.maps:
            if name in names:
                return names[name]
        raise KeyError(name)


def _look_up_names_in_one_step(patch: pytest.MonkeyPatch) -> None:
    """Look a name up in the context and in what a template brings, without a chain of chains."""
    from dbt.context.macros import MacroNamespace
    from dbt_common.clients.jinja import MacroFuzzTemplate

    def new_context(self: Any, vars: Any = None, shared: bool = False, locals: Any = None) -> Any:  # noqa: A002
        assert not shared
        assert not locals
        given = {} if vars is None else vars
        known = given.maps if type(given) is ChainMap else [given]
        names = _Names(*known, *getattr(self.globals, "maps", [self.globals]))
        return self.environment.context_class(self.environment, names, self.name, self.blocks)

    patch.setattr(MacroFuzzTemplate, "new_context", new_context)
    patch.setattr(MacroNamespace, "__contains__", _Names.__contains__, raising=False)


def _make_the_empty_table_once(patch: pytest.MonkeyPatch) -> None:
    """Answer statements without rows with one and the same table, which nothing can change."""
    from dbt_common.clients import agate_helper

    patch.setattr(agate_helper, "empty_table", functools.cache(agate_helper.empty_table))


def _skip_unheard_events(patch: pytest.MonkeyPatch) -> None:
    """Put an event together when somebody reads it, and drop those for debugging, which no test's dbt writes down."""
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager

    begin, fire = BaseEvent.__init__, EventManager.fire_event

    def begin_later(self: Any, *args: Any, **given: Any) -> None:
        self.__dict__["given"] = (args, given)

    def message(self: Any) -> Any:
        args, given = self.__dict__["given"]
        begin(self, *args, **given)
        return self.__dict__["pb_msg"]

    put_together = functools.cached_property(message)
    put_together.__set_name__(BaseEvent, "pb_msg")

    def fire_heard(self: Any, e: Any, level: Any = None, *args: Any, **options: Any) -> None:
        if (level or e.level_tag()) != EventLevel.DEBUG:
            fire(self, e, level, *args, **options)

    patch.setattr(BaseEvent, "__init__", begin_later)
    patch.setattr(BaseEvent, "pb_msg", put_together, raising=False)
    patch.setattr(EventManager, "fire_event", fire_heard)
