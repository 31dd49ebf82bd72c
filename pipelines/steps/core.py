"""Core tables: firm returns typed and reviewed, and the small tables that everybody looks up.

Belongs here: which raw tables make which core table. Does not belong here: rules (review), reading (ingest).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa
from stdnum.cn import uscc

from pipelines.contracts import contract
from pipelines.engine import Engine, engine, statement
from pipelines.ingest import small
from pipelines.ingest.forms import forms
from pipelines.lake import ALL, Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.review.rules import Rule, finding_statement, review_statement, rules
from pipelines.workspace import Workspace

FIRM_FORMS = ("industry", "service", "trade", "construction")
# Tables typed from one or two small forms: table → forms.
SMALL_TABLES = {
    "core_account": ("account", "account_division"),
    "core_price": ("price",),
    "core_rate": ("rate",),
    "core_coefficient": ("coefficient",),
    "core_efficiency": ("efficiency",),
    "core_published": ("published",),
}
_RETURN_SQL = ("functions", "firm_text", "firm_typed", "review", "core_return", "finding", "set_aside")
_ANNUAL_SQL = ("functions", "annual_typed", "review", "core_annual", "finding", "set_aside")


def core_return(workspace: Workspace, quarter: str) -> tuple[Made, Made]:
    """Type and review a quarter's firm returns; gives the returns and the list of what was set aside and why."""
    lake, found = Lake(workspace.lake), rules("quarterly")
    inputs = {f"raw_{form}": lake.existing(f"raw_{form}", [quarter]) for form in FIRM_FORMS}
    made_from = [
        *(lake.note_of(f"raw_{form}", quarter).sha256 for form in FIRM_FORMS),
        *(lake.note_of(f"refused_{form}", quarter).sha256 for form in FIRM_FORMS),
        *_texts(_RETURN_SQL, found),
        *(county.code for county in workspace.city.counties),
    ]

    with engine() as work:

        @cache
        def reviewed() -> None:
            work.add(**inputs)
            work.view("firm_text", statement("pipelines", "firm_text"))
            work.add(identifier=_identifiers(work.rows(statement("pipelines", "distinct_firm_units"))))
            _review(work, workspace, statement("pipelines", "firm_typed"), found)

        def fill(path: Path) -> None:
            reviewed()
            work.write(statement("pipelines", "core_return"), path)

        def fill_set_aside(path: Path) -> None:
            reviewed()
            rows = _set_aside(work, found, FIRM_FORMS)
            write_table(_ordered([rows, _refusals(lake, FIRM_FORMS, quarter)]), path)

        returned = lake.refresh("core_return", quarter, fill, made_from=made_from)
        return returned, lake.refresh("core_set_aside", quarter, fill_set_aside, made_from=made_from)


def core_annual(workspace: Workspace) -> Made:
    """Type and review the annual returns of all years."""
    lake, found = Lake(workspace.lake), rules("annual")
    inputs = lake.existing("raw_annual")
    made_from = [*lake.hashes("raw_annual"), *_texts(_ANNUAL_SQL, found), *(c.code for c in workspace.city.counties)]

    def fill(path: Path) -> None:
        with engine() as work:
            work.add(raw_annual=inputs)
            _prepare_annual(work, workspace, found)
            work.write(statement("pipelines", "core_annual"), path)

    return lake.refresh("core_annual", ALL, fill, made_from=made_from)


def core_digital_use(workspace: Workspace) -> Made:
    """Type the survey of digital use: one row per row, with whether the firm uses any digital technology."""
    lake = Lake(workspace.lake)
    texts = [statement("pipelines", name) for name in ("functions", "core_digital_use")]

    def fill(path: Path) -> None:
        with engine() as work:
            work.add(raw_digital_use=lake.existing("raw_digital_use"), region=_regions(workspace))
            work.add(identifier=_identifiers(work.rows(statement("pipelines", "distinct_survey_units"))))
            work.write(texts[1], path)

    made_from = [*lake.hashes("raw_digital_use"), *texts, *(c.code for c in workspace.city.counties)]
    return lake.refresh("core_digital_use", ALL, fill, made_from=made_from)


def core_small(workspace: Workspace, table: str) -> Made:
    """Type one of the small tables; rows that cannot be read are set aside with their reason."""
    lake = Lake(workspace.lake)
    made_from = [*_small_inputs(lake, table), code_hash("pipelines.ingest")]
    return lake.refresh(table, ALL, lambda path: write_table(_small(workspace, table)[0], path), made_from=made_from)


def reference_set_aside(workspace: Workspace) -> Made:
    """What was set aside in forms that are not quarterly: annual returns, the small tables, refused files."""
    lake, found = Lake(workspace.lake), rules("annual")
    names = ["annual", "digital_use", *(form for needed in SMALL_TABLES.values() for form in needed)]
    made_from = [
        *(digest for form in names for digest in (*lake.hashes(f"raw_{form}"), *lake.hashes(f"refused_{form}"))),
        *_texts(_ANNUAL_SQL, found),
        code_hash("pipelines.ingest"),
    ]

    def fill(path: Path) -> None:
        with engine() as work:
            work.add(raw_annual=lake.existing("raw_annual"))
            _prepare_annual(work, workspace, found)
            annual = _set_aside(work, found, ["annual"])
        typed = [_small(workspace, table)[1] for table in SMALL_TABLES]
        write_table(_ordered([annual, *typed, _refusals(lake, names, ALL)]), path)

    return lake.refresh("core_set_aside", "reference", fill, made_from=made_from)


def _small(workspace: Workspace, table: str) -> tuple[pa.Table, pa.Table]:
    lake = Lake(workspace.lake)
    raws = [lake.read(f"raw_{form}") for form in SMALL_TABLES[table]]
    typed, aside = small.TYPED[table](*raws, workspace.city)
    return typed.cast(contract(table).schema), _with_quarter(aside)


def _small_inputs(lake: Lake, table: str) -> list[str]:
    return [digest for form in SMALL_TABLES[table] for digest in lake.hashes(f"raw_{form}")]


def _prepare_annual(work: Engine, workspace: Workspace, found: tuple[Rule, ...]) -> None:
    work.add(identifier=_identifiers(work.rows(statement("pipelines", "distinct_annual_units"))))
    _review(work, workspace, statement("pipelines", "annual_typed"), found)


def _review(work: Engine, workspace: Workspace, typed: str, found: tuple[Rule, ...]) -> None:
    work.add(region=_regions(workspace))
    work.keep("typed", typed)
    work.keep("reviewed", review_statement(statement("pipelines", "review"), found))


def _set_aside(work: Engine, found: tuple[Rule, ...], names: Iterable[str]) -> pa.Table:
    work.add(
        rule=pa.table(
            {
                "id": [r.id for r in found],
                "message_zh": [r.message_zh for r in found],
                "message_en": [r.message_en for r in found],
            }
        )
    )
    work.add(form_column=_form_columns())
    work.keep("finding", finding_statement(statement("pipelines", "finding"), found))
    tables = []
    for name in names:
        work.alias("raw", f"raw_{name}")
        parameters = {"form": name, "code": forms()[name].code}
        tables.append(
            work.rows(statement("pipelines", "set_aside"), parameters).cast(contract("core_set_aside").schema)
        )
    return pa.concat_tables(tables)


def _refusals(lake: Lake, names: Iterable[str], partition: str) -> pa.Table:
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


def _with_quarter(aside: pa.Table) -> pa.Table:
    quarter = pa.array([""] * len(aside), pa.string())
    return (
        aside.append_column("quarter", quarter)
        .select(contract("core_set_aside").names)
        .cast(contract("core_set_aside").schema)
    )


def _ordered(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).sort_by([("row_id", "ascending"), ("rule", "ascending")])


def _identifiers(units: pa.Table) -> pa.Table:
    codes = units["unit"].to_pylist()
    return pa.table(
        {"unit": pa.array(codes, pa.string()), "valid": pa.array([uscc.is_valid(c) for c in codes], pa.bool_())}
    )


def _regions(workspace: Workspace) -> pa.Table:
    return pa.table({"code": pa.array([county.code for county in workspace.city.counties], pa.string())})


def _form_columns() -> pa.Table:
    rows = [(form.id, column.name, column.header) for form in forms().values() for column in form.columns]
    return pa.table(dict(zip(("form", "column", "header"), map(list, zip(*rows, strict=True)), strict=True)))


def _texts(names: Iterable[str], found: tuple[Rule, ...]) -> list[str]:
    return [*(statement("pipelines", name) for name in names), *(rule.model_dump_json() for rule in found)]
