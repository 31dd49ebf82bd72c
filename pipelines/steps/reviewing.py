"""What all reviewed tables share: running the rules over typed rows, and saying what was set aside and why.

Belongs here: rules, codes and counties as the statements take them. Does not belong here: which table is reviewed when
(core, register), or the rules themselves (review).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.ingest.forms import forms
from pipelines.lake import ALL, Lake
from pipelines.review.rules import Rule, finding_statement, review_statement
from pipelines.workspace import Workspace


def review(work: Engine, typed: str, found: tuple[Rule, ...]) -> None:
    """Review typed rows: ``reviewed`` holds them all, ``typed`` from then on those that break any rule."""
    work.view("typed", typed)
    work.keep("reviewed", review_statement(statement("pipelines", "review"), found))
    work.keep("broken_row", statement("pipelines", "broken_row"))
    work.view("typed", statement("pipelines", "broken"))


def rule_texts(found: tuple[Rule, ...], form: str) -> pa.Table:
    """What the rules say to a firm about one form, with the form's own headers."""
    headers = {column.name: f"“{column.header}”" for column in forms()[form].columns}
    return pa.table(
        {
            "form": pa.array([form] * len(found), pa.string()),
            "id": pa.array([r.id for r in found], pa.string()),
            "message_zh": pa.array([r.message(r.message_zh, headers) for r in found], pa.string()),
            "message_en": pa.array([r.message_en for r in found], pa.string()),
        }
    )


def set_aside(work: Engine, found: tuple[Rule, ...], received: Mapping[str, str]) -> pa.Table:
    """Why rows of some forms were set aside: one line per row and hard rule that it breaks.

    Args:
        work: knows ``typed``.
        found: the rules.
        received: under which name the rows of each form are known as they were received.
    """
    work.add(form_column=form_columns())
    work.keep("finding", finding_statement(statement("pipelines", "finding"), found))
    tables = []
    for name, rows in received.items():
        work.add(rule=rule_texts(found, name))
        work.alias("raw", rows)
        parameters = {"form": name, "code": forms()[name].code}
        tables.append(
            work.rows(statement("pipelines", "set_aside"), parameters).cast(contract("core_set_aside").schema)
        )
    return pa.concat_tables(tables)


def refusals(lake: Lake, names: Iterable[str], partition: str) -> pa.Table:
    """The files and rows of some forms that could not even be read, as lines of what was set aside."""
    refused = pa.concat_tables([lake.read(f"refused_{name}", [partition]) for name in names])
    quarter = "" if partition == ALL else partition
    columns = {
        "quarter": pa.array([quarter] * len(refused), pa.string()),
        "row_id": pa.array([":".join(place) for place in _places(refused)], pa.string()),
        "form": pa.array([forms()[name].code for name in refused["form"].to_pylist()], pa.string()),
        "file": refused["file"],
        "sheet": refused["sheet"],
        "row": refused["row"],
        "column": refused["column"],
        "rule": refused["code"],
        "reason_zh": refused["reason_zh"],
        "reason_en": refused["reason_en"],
        "value": pa.nulls(len(refused), pa.string()),
    }
    return pa.table(columns).cast(contract("core_set_aside").schema)


def _places(refused: pa.Table) -> Iterator[tuple[str, ...]]:
    # A file can be refused for several rows and columns: each is a line of its own.
    names = ("file_sha", "sheet", "row", "column")
    return (tuple(str(row[name]) for name in names) for row in refused.select(names).to_pylist())


def ordered(tables: list[pa.Table]) -> pa.Table:
    """Lines of what was set aside as one table, in the order of its key."""
    return pa.concat_tables(tables).sort_by([("row_id", "ascending"), ("rule", "ascending")])


def regions(workspace: Workspace) -> pa.Table:
    """The counties of the workspace by code."""
    counties = workspace.city.counties
    return pa.table(
        {
            "code": pa.array([county.code for county in counties], pa.string()),
            "name": pa.array([county.name for county in counties], pa.string()),
        }
    )


def form_columns() -> pa.Table:
    """Every column of every form with its header."""
    rows = [(form.id, column.name, column.header) for form in forms().values() for column in form.columns]
    return pa.table(dict(zip(("form", "column", "header"), map(list, zip(*rows, strict=True)), strict=True)))


def texts_of(names: Iterable[str], found: tuple[Rule, ...]) -> list[str]:
    """The texts of statements and rules, for a fingerprint."""
    return [*(statement("pipelines", name) for name in names), *(rule.model_dump_json() for rule in found)]
