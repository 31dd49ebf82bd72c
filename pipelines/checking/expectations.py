"""Laws as expectations: Great Expectations over a frame, told apart by partition.

Belongs here: which expectation says which law, and running a suite. Does not belong here: the laws (contracts, forms).
Great Expectations is imported when the first frame is held to a suite, never before: the import costs seconds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final, Literal

import pandas as pd

from pipelines.checking.outcomes import PLACES, Fault, place_columns
from pipelines.contracts.laws import Kind, Law

PARTITION: Final = "partition"
NTH: Final = "nth"
# Law → class and arguments of the expectation; a key is unique within its partition.
_EXPECTATIONS: Final[dict[Kind, Callable[[Law], tuple[str, dict[str, Any]]]]] = {
    "not_null": lambda law: ("ExpectColumnValuesToNotBeNull", {"column": law.column}),
    "in_set": lambda law: ("ExpectColumnValuesToBeInSet", {"column": law.column, "value_set": list(law.allowed)}),
    "shape": lambda law: ("ExpectColumnValuesToMatchRegex", {"column": law.column, "regex": f"^(?:{law.pattern})$"}),
    "unique": lambda law: ("ExpectCompoundColumnsToBeUnique", {"column_list": [PARTITION, *law.columns]}),
}


def faults(frame: pd.DataFrame, laws: Sequence[Law]) -> list[Fault]:
    """What the partitions in a frame break of some laws.

    Args:
        frame: rows with their ``partition``, their number in it (``nth``), the columns that laws look at and those
            that say where a row came from.
        laws: of the table and its form.
    """
    rows = frame.reset_index(drop=True)
    results = _validate(rows, laws, "BASIC")
    broken = [law for law, result in zip(laws, results, strict=True) if not result.success]
    # Which rows are at fault is asked for only where some are: it costs three times the counting.
    looked_at = list(dict.fromkeys([PARTITION, *(name for law in broken for name in law.columns)]))
    located = _validate(rows[looked_at], broken, "COMPLETE") if broken else []
    return [
        fault
        for law, result in zip(broken, located, strict=True)
        for fault in _by_partition(rows, law, result.result["unexpected_index_list"])
    ]


def _by_partition(rows: pd.DataFrame, law: Law, at_fault: list[int]) -> list[Fault]:
    wrong = rows.loc[sorted(at_fault), [PARTITION, NTH, *place_columns(rows.columns)]]
    return [
        Fault(law, str(partition), len(found), tuple(_records(found.head(PLACES))))
        for partition, found in wrong.groupby(PARTITION)
    ]


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _validate(rows: pd.DataFrame, laws: Sequence[Law], detail: Literal["BASIC", "COMPLETE"]) -> list[Any]:
    """The results in order of the laws.

    Raises:
        RuntimeError: an expectation could not be evaluated.
    """
    gx, gxe, frames = _great_expectations()
    expectations = [_expectation(gxe, number, law) for number, law in enumerate(laws)]
    suite = gx.ExpectationSuite(name="laws", expectations=expectations)
    results: list[Any] = frames.get_batch({"dataframe": rows}).validate(suite, result_format=detail).results
    found = {result.expectation_config.meta["law"]: result for result in results}
    ordered = [found[number] for number in range(len(laws))]
    for law, result in zip(laws, ordered, strict=True):
        if "unexpected_count" not in result.result:
            raise RuntimeError(f"{law.kind} of {law.column} could not be evaluated")
    return ordered


@cache
def _great_expectations() -> tuple[ModuleType, ModuleType, Any]:
    """Great Expectations, its expectations, and a place for frames; made once per process."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("rows")
    return gx, import_module("great_expectations.expectations"), frames.add_batch_definition_whole_dataframe("all")


def _expectation(expectations: ModuleType, number: int, law: Law) -> Any:
    name, arguments = _EXPECTATIONS[law.kind](law)
    return getattr(expectations, name)(**arguments, meta={"law": number})
