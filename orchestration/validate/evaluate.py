"""Evaluate subjects with Great Expectations, on data frames, in a context that leaves nothing behind.

Great Expectations drops an expectation of unknown type, lets an empty suite pass and counts a failed warning as a
failed suite. So every expectation is built by its class, every result is read by itself, and a result that is
missing is an outcome that failed. It is imported here, where a check runs: the import takes four seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from orchestration.publish.gate import ExpectationOutcome
from orchestration.validate.suites import Expectation, Subject, Suite, SuiteError

SAMPLES = 5
"""How many failing rows or values a message names."""


class Evaluator:
    """One ephemeral context for a border; make one per night and border."""

    def __init__(self) -> None:
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        self._gx = gx
        quiet = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        context = gx.get_context(mode="ephemeral", project_config=quiet)
        self._frames = context.data_sources.add_pandas("frames")

    def evaluate(self, suite: str, subject: Subject, frame: pd.DataFrame) -> Iterator[ExpectationOutcome]:
        """Yield one outcome per expectation of the subject, in its order.

        Raises ``SuiteError`` for an expectation type that does not exist or arguments it does not take.
        """
        wanted = {f"{suite}.{subject.name}.{expectation.name}": expectation for expectation in subject.expectations}
        yield from self._validate(f"{suite}.{subject.name}", wanted, frame, subject.identify)

    def evaluate_on_one_frame(self, suite: Suite, frame: pd.DataFrame) -> Iterator[ExpectationOutcome]:
        """Yield the outcomes of a suite all of whose subjects look at the same frame."""
        wanted = {
            f"{suite.name}.{subject.name}.{expectation.name}": expectation
            for subject in suite.subjects
            for expectation in subject.expectations
        }
        yield from self._validate(suite.name, wanted, frame, ())

    def _validate(
        self, name: str, wanted: Mapping[str, Expectation], frame: pd.DataFrame, identify: Sequence[str]
    ) -> Iterator[ExpectationOutcome]:
        built = [self._build(key, expectation) for key, expectation in wanted.items()]
        asset = self._frames.add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        result_format: dict[str, Any] = {"result_format": "SUMMARY", "partial_unexpected_count": SAMPLES}
        if identify:
            result_format["unexpected_index_column_names"] = list(identify)
        suite = self._gx.ExpectationSuite(name=name, expectations=built)
        validation = batch.validate(suite, result_format=result_format)
        results = {result.expectation_config.meta["key"]: result for result in validation.results}
        for key, expectation in wanted.items():
            yield _outcome(key, expectation, results.get(key), named=bool(identify))

    def _build(self, key: str, expectation: Expectation) -> Any:
        from great_expectations.exceptions import ExpectationNotFoundError
        from great_expectations.expectations.registry import get_expectation_impl

        try:
            implementation = get_expectation_impl(expectation.type)
            return implementation(**expectation.arguments, severity=expectation.severity, meta={"key": key})
        except (ExpectationNotFoundError, ValueError, TypeError) as error:
            text = " ".join(str(error).split())
            raise SuiteError(f"{key}: {text}") from error


def _outcome(key: str, expectation: Expectation, result: Any, named: bool) -> ExpectationOutcome:
    if result is None:
        return ExpectationOutcome(key, "critical", succeeded=False, detail="was not evaluated")
    broken = _exception(result.exception_info)
    return ExpectationOutcome(
        key=key,
        severity="critical" if broken else expectation.severity,
        succeeded=bool(result.success) and not broken,
        detail=broken or _detail(expectation, result.result, named),
        allowance=expectation.allowance,
    )


def _exception(info: Mapping[str, Any]) -> str:
    """Return the message of an evaluation that broke; empty when it ran. GX nests it by metric, or does not."""
    nested = [info, *(value for value in info.values() if isinstance(value, Mapping))]
    for entry in nested:
        if entry.get("raised_exception"):
            return f"could not be evaluated: {entry.get('exception_message')}"
    return ""


def _detail(expectation: Expectation, result: Mapping[str, Any], named: bool) -> str:
    if "unexpected_count" not in result:
        observed = result.get("observed_value")
        return f"{expectation.type} observed {observed}" if observed is not None else expectation.type
    rows = (result.get("partial_unexpected_index_list") or []) if named else []
    samples = [_sample(row) for row in rows[:SAMPLES]] or [
        str(value) for value in (result.get("partial_unexpected_list") or [])[:SAMPLES]
    ]
    text = f"{result['unexpected_count']} of {result['element_count']} rows"
    return f"{text}: {'; '.join(samples)}" if samples else text


def _sample(row: object) -> str:
    if isinstance(row, Mapping):
        return ", ".join(f"{name}={value}" for name, value in row.items())
    return str(row)
