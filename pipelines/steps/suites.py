"""Suites: which table of the lake is held to which laws.

Belongs here: the tables that are checked, and their suites. Does not belong here: the laws (contracts, ingest.shapes)
or holding rows to them (checking).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from pipelines.checking.holding import Suite
from pipelines.contracts import contract
from pipelines.contracts.laws import laws
from pipelines.ingest.forms import forms
from pipelines.ingest.shapes import cell_laws
from pipelines.lake import ALL
from pipelines.steps.core import SMALL_TABLES
from pipelines.steps.lines import lines_partition
from pipelines.steps.raw import raw_contract

RAW: Final = "raw_"
REFERENCE: Final = "reference"
QUARTERLY: Final = (
    *(f"{RAW}{form.id}" for form in forms().values() if form.period == "quarter"),
    *("core_register", "core_change", "core_history", "core_return", "core_set_aside", "core_finding", "core_query"),
    *("class_return", "class_missing", "class_part", "class_check", "cell_leaf", "cell_published"),
    *("cell_crossed", "cell_concentration", "cell_population"),
)
WHOLE: Final = (
    *(f"{RAW}{form.id}" for form in forms().values() if form.period == "none"),
    *("core_annual", "core_digital_use", *SMALL_TABLES, "core_set_aside"),
    *("cell_annual", "class_rate", "cell_adoption", "cell_size"),
    *("core_ledger", "core_ledger_duplicate", "core_dispatch", "cell_ledger"),
)
# Made for a release, after its observations.
REVISIONS: Final = ("revision", "unit_change", "revision_triangle")
SIGNALS: Final = ("signal", "signal_firm")

# They hold the lines about the register in a partition of their own.
_LINES: Final = ("core_set_aside", "core_finding", "core_query")


def parts(quarter: str) -> list[tuple[str, str]]:
    """The tables of a quarter with the partitions that are its own."""
    beside = lines_partition("register", quarter)
    return [*((table, quarter) for table in QUARTERLY), *((table, beside) for table in _LINES)]


@cache
def suite(table: str) -> Suite:
    """What a table is held to: source rows to contract and form, all others to their contract.

    Beyond the source rows microdata never leaves the engine, so no frame is made of it.
    """
    if table.startswith(RAW):
        form = forms()[table.removeprefix(RAW)]
        terms = raw_contract(form)
        return Suite(terms, (*laws(terms), *cell_laws(form)), framed=True)
    terms = contract(table)
    return Suite(terms, tuple(laws(terms)), framed=terms.level != "L3")


def whole(table: str) -> str:
    """The partition of a table that has no quarter."""
    return REFERENCE if table == "core_set_aside" else ALL
