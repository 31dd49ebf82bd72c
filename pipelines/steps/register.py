"""The register of units (名录库): typed, reviewed, and known by day.

Belongs here: which raw rows make the register of a quarter. Does not belong here: returns (core), rules (review).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pyarrow as pa

from pipelines.engine import Engine, engine, statement
from pipelines.ingest.forms import forms
from pipelines.ingest.texts import parse_date
from pipelines.lake import Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.review.rules import Rule, finding_statement, rules
from pipelines.steps.raw import raw
from pipelines.steps.reviewing import (
    form_columns,
    identifiers,
    ordered,
    refusals,
    regions,
    review,
    rule_texts,
    set_aside,
    texts_of,
)
from pipelines.workspace import Workspace

FORM: Final = "register"
_SQL: Final = (
    "functions",
    "register_typed",
    "review",
    "core_register",
    "broken_row",
    "broken",
    "finding",
    "set_aside",
    "query_finding",
    "register_query",
)


def register_partition(quarter: str) -> str:
    """Where the lines about a quarter's register lie in core_set_aside and core_query, beside those about returns."""
    return f"{FORM}-{quarter}"


def core_register(workspace: Workspace, quarter: str) -> tuple[Made, Made, Made]:
    """Type and review the register of a quarter.

    Returns:
        The register, what was set aside and why, and the queries.
    """
    lake, found, beside = Lake(workspace.lake), rules(FORM), register_partition(quarter)
    raw(workspace, FORM, quarter)
    made_from = [
        *lake.hashes(f"raw_{FORM}", [quarter]),
        *lake.hashes(f"refused_{FORM}", [quarter]),
        *texts_of(_SQL, found),
        *(county.model_dump_json() for county in workspace.city.counties),
        code_hash("pipelines.ingest"),
    ]

    with engine(lake.root) as work:

        @cache
        def reviewed() -> None:
            work.add(raw_register=lake.existing(f"raw_{FORM}", [quarter]), region=regions(workspace))
            work.add(identifier=identifiers(work.rows(statement("pipelines", "distinct_register_units"))))
            work.add(written_day=_days(work.rows(statement("pipelines", "distinct_register_days"))))
            review(work, statement("pipelines", "register_typed"), found)

        def fill(path: Path) -> None:
            reviewed()
            work.write(statement("pipelines", "core_register"), path)

        def fill_set_aside(path: Path) -> None:
            reviewed()
            write_table(ordered([set_aside(work, found, [FORM]), refusals(lake, [FORM], quarter)]), path)

        def fill_query(path: Path) -> None:
            reviewed()
            _prepare_queries(work, found)
            work.write(statement("pipelines", "register_query"), path, {"form": FORM, "code": forms()[FORM].code})

        registered = lake.refresh("core_register", quarter, fill, made_from=made_from)
        aside = lake.refresh("core_set_aside", beside, fill_set_aside, made_from=made_from)
        return registered, aside, lake.refresh("core_query", beside, fill_query, made_from=made_from)


def _prepare_queries(work: Engine, found: tuple[Rule, ...]) -> None:
    work.add(form_column=form_columns(), rule=rule_texts(found, FORM))
    work.keep("registered_row", statement("pipelines", "core_register"))
    work.keep("query_finding", finding_statement(statement("pipelines", "query_finding"), found, "soft"))


def _days(cells: pa.Table) -> pa.Table:
    """The day that each text of a date cell means, null where it means none."""
    texts = cells["text"].to_pylist()
    return pa.table({"text": pa.array(texts, pa.string()), "day": pa.array(map(_day, texts), pa.date32())})


def _day(text: str) -> object:
    try:
        return parse_date(text)
    except ValueError:
        return None
