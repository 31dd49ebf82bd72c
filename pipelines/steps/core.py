"""Core tables: firm returns typed and reviewed, and the small tables that everybody looks up.

Belongs here: which raw tables make which core table. Does not belong here: rules (review), reading (ingest).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa

from classification import arrow_tables
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.engines import local_engine, unit_engine
from pipelines.ingest import small
from pipelines.ingest.forms import forms
from pipelines.ingest.forms.ledgers import LEDGER_FORMS
from pipelines.lake import ALL, Lake, Made, table_hash, write_table
from pipelines.provenance import code_hash
from pipelines.review.activities import at_odds
from pipelines.review.identifiers import valid_codes
from pipelines.review.rules import Rule, finding_statement, review_statement, rules
from pipelines.steps.annual import review_annual, review_hashes
from pipelines.steps.lines import lines_partition
from pipelines.steps.raw import raw
from pipelines.steps.register import core_register
from pipelines.steps.reviewing import (
    form_columns,
    ordered,
    refusals,
    regions,
    rule_texts,
    set_aside,
    texts_of,
)
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
    "core_route": ("route",),
    "core_volume": ("volume",),
    "core_below": ("below",),
    "core_proxy": ("proxy",),
    "core_control": ("control",),
    "core_capital": ("capital",),
    "core_capital_setting": ("capital_setting",),
    "core_io_sector": ("io_sector",),
    "core_io_flow": ("io_flow",),
    "core_ledger_history": LEDGER_FORMS,
    "core_index_scheme": ("index_scheme",),
    "core_leading": ("leading",),
}
_RETURN_SQL = (
    "functions",
    "firm_text",
    "firm_coded",
    "firm_number",
    "invalid_code",
    "firm_sound",
    "repeated_unit",
    "related",
    "related_text",
    "ranked_unit",
    "repeated_name",
    "ranked_name",
    "firm_row",
    "one_name",
    "reporting_parent",
    "distinct_activity",
    "firm_measure",
    "class_norm",
    "registered",
    "no_parent_return",
    "parents",
    "parent_row",
    "parent_return",
    "counted_twice",
    "firm_typed",
    "review",
    "firm_reviewed",
    "core_return",
    "broken_return",
    "broken_text",
    "broken",
    "finding",
    "set_aside",
    "query_finding",
    "doubted_column",
    "core_finding",
    "division_rate",
)
_HISTORY_SQL = (
    *("functions", "firm_text", "firm_coded", "firm_number", "repeated_unit", "repeated_text"),
    *("earlier_return", "superseded_return", "core_history"),
)


def core_return(workspace: Workspace, quarter: str) -> tuple[Made, Made, Made]:
    """Type and review a quarter's firm returns.

    Earlier quarters are looked at as they were received, never as they were made into core tables: whatever order the
    quarters are run in, the bytes are the same.

    Returns:
        The returns, what was set aside and why, and what the soft rules find.
    """
    lake, found = Lake(workspace.lake), rules("quarterly")
    earlier = _earlier(workspace, quarter)
    for before in earlier:
        core_history(workspace, before)
    core_register(workspace, quarter)
    raw(workspace, "rate")
    core_small(workspace, "core_rate")
    made_from = [
        *(lake.note_of(f"raw_{form}", quarter).sha256 for form in FIRM_FORMS),
        *(lake.note_of(f"refused_{form}", quarter).sha256 for form in FIRM_FORMS),
        *(lake.note_of("core_history", before).sha256 for before in earlier),
        *lake.hashes("core_register", [quarter]),
        *lake.hashes("core_rate"),
        *texts_of(_RETURN_SQL, found),
        *(county.model_dump_json() for county in workspace.city.counties),
        table_hash(_core_codes()),
        code_hash("classification"),  # what an activity reads like
    ]

    with unit_engine(workspace) as work:

        @cache
        def reviewed() -> None:
            _review_firms(work, workspace, quarter, earlier, found)

        @cache
        def looked_again() -> None:
            reviewed()
            _look_again(work, lake, quarter, found)

        def fill(path: Path) -> None:
            reviewed()
            work.write(statement("pipelines", "core_return"), path)

        def fill_set_aside(path: Path) -> None:
            looked_again()
            rows = set_aside(work, found, {form: f"broken_{form}" for form in FIRM_FORMS})
            write_table(ordered([rows, refusals(lake, FIRM_FORMS, quarter)]), path)

        def fill_finding(path: Path) -> None:
            looked_again()
            _prepare_findings(work, lake, quarter, found)
            work.write(statement("pipelines", "core_finding"), path)

        # Rows are looked at again that break a rule by the returns as they were written just before.
        returned = lake.refresh("core_return", quarter, fill, made_from=made_from)
        aside = lake.refresh("core_set_aside", quarter, fill_set_aside, made_from=made_from)
        return returned, aside, lake.refresh("core_finding", quarter, fill_finding, made_from=made_from)


def core_history(workspace: Workspace, quarter: str) -> Made:
    """What units reported for a quarter, as later ones are compared with it: made once, read by each of them."""
    lake = Lake(workspace.lake)
    for form in FIRM_FORMS:
        raw(workspace, form, quarter)
    made_from = [
        *(lake.note_of(f"raw_{form}", quarter).sha256 for form in FIRM_FORMS),
        *(statement("pipelines", name) for name in _HISTORY_SQL),
        table_hash(_core_codes()),
    ]

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            _add_numbers(work, workspace, quarter)
            work.view("earlier_return", statement("pipelines", "earlier_return"))
            # Only of units that reported more than once is any return ever superseded.
            work.keep("repeated_unit", statement("pipelines", "repeated_unit"))
            work.view("repeated_text", statement("pipelines", "repeated_text"))
            work.alias("received", "repeated_text")
            work.keep("superseded_return", statement("pipelines", "superseded_return"))
            work.alias("received", "firm_text")
            work.write(statement("pipelines", "core_history"), path)

    return lake.refresh("core_history", quarter, fill, made_from=made_from)


def _earlier(workspace: Workspace, quarter: str) -> list[str]:
    """The quarters that returns are compared with: last year's and the one before."""
    period = Quarter.parse(quarter)
    return [str(q) for q in (period - 4, period - 1) if q in workspace.city.quarters]


def _review_firms(
    work: Engine, workspace: Workspace, quarter: str, earlier: list[str], found: tuple[Rule, ...]
) -> None:
    """Make ``judged`` known, the quarter's rows with what the rules say of them; ``reviewed`` are the related ones.

    Rows are read and typed as often as they are looked at, never kept: as numbers and texts they would take some 600
    bytes each. Kept are the few that others say something about.
    """
    lake, period = Lake(workspace.lake), Quarter.parse(quarter)
    _add_numbers(work, workspace, quarter)
    nothing = contract("core_history").schema.empty_table()
    for name, before in {"before": str(period - 1), "last": str(period - 4)}.items():
        work.add(**{name: lake.existing("core_history", [before]) if before in earlier else nothing})
    work.add(core_register=lake.existing("core_register", [quarter]))
    span = {"last_day": period.last_day, "day_before": (period - 1).last_day}
    work.keep("registered", statement("pipelines", "registered"), span)
    _compare_rows(work)
    work.keep("firm_measure", statement("pipelines", "firm_measure"))
    work.keep("class_norm", statement("pipelines", "class_norm"))
    work.keep("firm_measure", "FROM firm_measure LIMIT 0")  # counted: its room is given back
    work.alias("received", "related_text")
    _find_counted_twice(work, found)
    _judge(work, "firm_row", found)
    work.alias("received", "firm_text")


def _look_again(work: Engine, lake: Lake, quarter: str, found: tuple[Rule, ...]) -> None:
    """Keep the few rows that break any rule with all columns, as received and as numbers."""
    work.add(returned=lake.existing("core_return", [quarter]))
    work.keep("broken_return", statement("pipelines", "broken_return"))
    work.keep("broken_text", statement("pipelines", "broken_text"))
    work.alias("received", "broken_text")
    work.keep("broken_row", review_statement(statement("pipelines", "review"), found))
    work.view("typed", statement("pipelines", "broken"))
    for form in FIRM_FORMS:
        work.view(f"broken_{form}", f"FROM broken_text WHERE sector = '{form}'")


def _find_counted_twice(work: Engine, found: tuple[Rule, ...]) -> None:
    """When local units are not counted: the returns of their legal units are reviewed first, by the same rules."""
    work.keep("parent_return", statement("pipelines", "no_parent_return"))
    work.keep("counted_twice", statement("pipelines", "counted_twice"))
    parents = work.rows(statement("pipelines", "parents"))
    if not len(parents):
        return
    work.add(parent=parents)
    work.view("parent_row", statement("pipelines", "parent_row"))
    _judge(work, "parent_row", found)
    work.keep("parent_return", statement("pipelines", "parent_return"))
    work.keep("counted_twice", statement("pipelines", "counted_twice"))


def _judge(work: Engine, rows: str, found: tuple[Rule, ...]) -> None:
    """Keep ``reviewed``: some of the quarter's rows with what the rules say of them."""
    work.alias("reported", rows)
    work.view("typed", statement("pipelines", "firm_typed"))
    work.view("judged", review_statement(statement("pipelines", "review"), found))
    work.keep("reviewed", statement("pipelines", "firm_reviewed"))


def _compare_rows(work: Engine) -> None:
    """Keep what rows of the quarter say about each other."""
    work.learn("valid_code", valid_codes)
    work.keep("invalid_code", statement("pipelines", "invalid_code"))
    work.view("sound", statement("pipelines", "firm_sound"))
    work.view("repeated_unit", statement("pipelines", "repeated_unit"))
    work.keep("related", statement("pipelines", "related"))
    work.keep("related_text", statement("pipelines", "related_text"))
    work.keep("reporting_parent", statement("pipelines", "reporting_parent"))
    work.add(activity_said=at_odds(work.rows(statement("pipelines", "distinct_activity")), _core_codes()))
    work.alias("received", "related_text")
    work.keep("firm", "FROM sound")
    work.alias("received", "firm_text")
    work.keep("ranked_unit", statement("pipelines", "ranked_unit"))
    work.keep("repeated_name", statement("pipelines", "repeated_name"))
    work.keep("ranked_name", statement("pipelines", "ranked_name"))
    work.keep("one_name", statement("pipelines", "one_name"))
    work.view("firm_row", statement("pipelines", "firm_row"))


def _add_numbers(work: Engine, workspace: Workspace, quarter: str) -> None:
    """The firm forms of a quarter as received and as numbers."""
    lake = Lake(workspace.lake)
    work.add(region=regions(workspace), core_code=_core_codes())
    work.add(**{f"raw_{form}": lake.existing(f"raw_{form}", [quarter]) for form in FIRM_FORMS})
    work.view("firm_text", statement("pipelines", "firm_text"))
    work.alias("received", "firm_text")
    work.view("firm_coded", statement("pipelines", "firm_coded"))
    work.view("number", statement("pipelines", "firm_number"))


def _prepare_findings(work: Engine, lake: Lake, quarter: str, found: tuple[Rule, ...]) -> None:
    work.add(core_rate=lake.existing("core_rate"), form=_form_codes(), form_column=form_columns())
    work.add(rule=pa.concat_tables([rule_texts(found, form) for form in FIRM_FORMS]))
    work.keep("division_rate", statement("pipelines", "division_rate"), {"year": Quarter.parse(quarter).year})
    work.keep("query_finding", finding_statement(statement("pipelines", "query_finding"), found, "soft"))
    # Each cell is looked up by its name in the row as a text: no more of the row is written out than is needed.
    doubted = work.rows(statement("pipelines", "doubted_column"))["column_name"].to_pylist()
    work.view("doubted_text", f"FROM broken_text SELECT {', '.join(['row_id', *doubted])}")


def core_digital_use(workspace: Workspace) -> Made:
    """Type the survey of digital use: one row per row, with whether the firm uses any digital technology."""
    lake = Lake(workspace.lake)
    texts = [statement("pipelines", name) for name in ("functions", "core_digital_use")]

    def fill(path: Path) -> None:
        with local_engine(workspace) as work:
            work.add(raw_digital_use=lake.existing("raw_digital_use"), region=regions(workspace))
            work.learn("valid_code", valid_codes)
            work.write(texts[1], path)

    made_from = [*lake.hashes("raw_digital_use"), *texts, *(c.code for c in workspace.city.counties)]
    return lake.refresh("core_digital_use", ALL, fill, made_from=made_from)


def core_small(workspace: Workspace, table: str) -> Made:
    """Type one of the small tables; rows that cannot be read are set aside with their reason."""
    lake = Lake(workspace.lake)
    made_from = [*_small_inputs(lake, table), code_hash("classification", "indicators", "pipelines.ingest")]
    return lake.refresh(table, ALL, lambda path: write_table(_small(workspace, table)[0], path), made_from=made_from)


def reference_set_aside(workspace: Workspace) -> Made:
    """What was set aside in forms that are not quarterly: annual returns, the small tables, refused files.

    Ledgers have a place of their own (``ledger_set_aside``).
    """
    lake = Lake(workspace.lake)
    small_forms = {table: needed for table, needed in SMALL_TABLES.items() if needed != LEDGER_FORMS}
    names = ["annual", "digital_use", *(form for needed in small_forms.values() for form in needed)]
    made_from = [
        *(digest for form in names for digest in (*lake.hashes(f"raw_{form}"), *lake.hashes(f"refused_{form}"))),
        *review_hashes(workspace),
        statement("pipelines", "set_aside"),
        code_hash("pipelines.ingest"),
    ]

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            annual = set_aside(work, review_annual(work, workspace), {"annual": "raw_annual"})
        typed = [_small(workspace, table)[1] for table in small_forms]
        write_table(ordered([annual, *typed, refusals(lake, names, ALL)]), path)

    return lake.refresh("core_set_aside", lines_partition("annual"), fill, made_from=made_from)


def ledger_set_aside(workspace: Workspace) -> Made:
    """What was set aside of the task force's ledgers."""
    lake = Lake(workspace.lake)
    made_from = [
        *(digest for form in LEDGER_FORMS for digest in (*lake.hashes(f"raw_{form}"), *lake.hashes(f"refused_{form}"))),
        workspace.city.model_dump_json(),
        code_hash("classification", "indicators", "pipelines.ingest"),
    ]
    lines = lines_partition(LEDGER_FORMS[0])
    return lake.refresh(
        "core_set_aside",
        lines,
        lambda path: write_table(small_set_aside(workspace, "core_ledger_history"), path),
        made_from=made_from,
    )


def small_set_aside(workspace: Workspace, table: str) -> pa.Table:
    """What was set aside while a small table was typed, and the files and rows of its forms that were refused."""
    lines = refusals(Lake(workspace.lake), SMALL_TABLES[table], ALL)
    return ordered([_small(workspace, table)[1], lines])


def _small(workspace: Workspace, table: str) -> tuple[pa.Table, pa.Table]:
    lake = Lake(workspace.lake)
    raws = [lake.read(f"raw_{form}") for form in SMALL_TABLES[table]]
    typed, aside = small.TYPED[table](*raws, workspace.city)
    return typed.cast(contract(table).schema), _with_quarter(aside)


def _small_inputs(lake: Lake, table: str) -> list[str]:
    return [digest for form in SMALL_TABLES[table] for digest in lake.hashes(f"raw_{form}")]


def _with_quarter(aside: pa.Table) -> pa.Table:
    quarter = pa.array([""] * len(aside), pa.string())
    return (
        aside.append_column("quarter", quarter)
        .select(contract("core_set_aside").names)
        .cast(contract("core_set_aside").schema)
    )


@cache
def _core_codes() -> pa.Table:
    """The GB/T classes that are core, in full or in part (统计分类2021: 01 to 04)."""
    codes = arrow_tables()["core_map"]["gbt"].to_pylist()
    return pa.table({"code": pa.array(sorted(set(codes)), pa.string())})


def _form_codes() -> pa.Table:
    return pa.table({"sector": list(FIRM_FORMS), "code": [forms()[form].code for form in FIRM_FORMS]})
