"""The register of units (名录库): typed, reviewed, known by day, and what changed in it from quarter to quarter.

Belongs here: which rows make the register of a quarter and its changes. Does not belong here: returns (core), rules
(review).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pyarrow as pa

from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.engines import unit_engine
from pipelines.ingest.forms import forms
from pipelines.ingest.texts import parse_date
from pipelines.lake import Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.review.identifiers import valid_codes
from pipelines.review.rules import Rule, finding_statement, rules
from pipelines.steps.lines import lines_partition
from pipelines.steps.raw import raw
from pipelines.steps.reviewing import (
    form_columns,
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
    "distinct_register_days",
    "register_typed",
    "review",
    "core_register",
    "broken_row",
    "broken",
    "finding",
    "set_aside",
    "query_finding",
    "register_finding",
)


def core_register(workspace: Workspace, quarter: str) -> tuple[Made, Made, Made]:
    """Type and review the register of a quarter.

    Returns:
        The register, what was set aside and why, and what the soft rules find.
    """
    lake, found, beside = Lake(workspace.lake), rules(FORM), lines_partition(FORM, quarter)
    raw(workspace, FORM, quarter)
    made_from = [
        *lake.hashes(f"raw_{FORM}", [quarter]),
        *lake.hashes(f"refused_{FORM}", [quarter]),
        *texts_of(_SQL, found),
        *(county.model_dump_json() for county in workspace.city.counties),
        code_hash("pipelines.ingest"),
    ]

    with unit_engine(workspace) as work:

        @cache
        def reviewed() -> None:
            work.add(raw_register=lake.existing(f"raw_{FORM}", [quarter]), region=regions(workspace))
            work.learn("valid_code", valid_codes)
            work.add(written_day=_days(work.rows(statement("pipelines", "distinct_register_days"))))
            review(work, statement("pipelines", "register_typed"), found)

        def fill(path: Path) -> None:
            reviewed()
            work.write(statement("pipelines", "core_register"), path)

        def fill_set_aside(path: Path) -> None:
            reviewed()
            write_table(ordered([set_aside(work, found, {FORM: f"raw_{FORM}"}), refusals(lake, [FORM], quarter)]), path)

        def fill_finding(path: Path) -> None:
            reviewed()
            _prepare_findings(work, found)
            work.write(statement("pipelines", "register_finding"), path, {"form": FORM, "code": forms()[FORM].code})

        registered = lake.refresh("core_register", quarter, fill, made_from=made_from)
        aside = lake.refresh("core_set_aside", beside, fill_set_aside, made_from=made_from)
        return registered, aside, lake.refresh("core_finding", beside, fill_finding, made_from=made_from)


def core_change(workspace: Workspace, quarter: str) -> Made:
    """Entries, exits, recodes, moves and mergers of a quarter: its register against the one of the quarter before."""
    lake, period = Lake(workspace.lake), Quarter.parse(quarter)
    before = str(period - 1) if period - 1 in workspace.city.quarters else None
    for needed in filter(None, (before, quarter)):
        core_register(workspace, needed)
    text = statement("pipelines", "core_change")
    days = {"last_day": period.last_day, "last_day_before": (period - 1).last_day}

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            work.add(core_register=lake.existing("core_register", [quarter]))
            nothing = contract("core_register").schema.empty_table()
            work.add(earlier_register=lake.existing("core_register", [before]) if before else nothing)
            work.write(text, path, {"quarter": quarter, **days})

    made_from = [
        *lake.hashes("core_register", [quarter]),
        *(lake.hashes("core_register", [before]) if before else []),
        statement("pipelines", "functions"),
        text,
    ]
    return lake.refresh("core_change", quarter, fill, made_from=made_from)


def _prepare_findings(work: Engine, found: tuple[Rule, ...]) -> None:
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
