"""What did not go through: rows set aside, rows without a class, files refused; each with its place and reason.

Belongs here: one list for the person who ran the quarter. Does not belong here: values of units (core_set_aside, L3),
or why (review, ingest).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.ingest.forms import forms
from pipelines.ingest.receipts import Receipt, receipts
from pipelines.lake import ALL, Lake
from pipelines.steps.core import FIRM_FORMS
from pipelines.steps.lines import lines_partition
from pipelines.workspace import Workspace

COLUMNS: Final = ("quarter", "form", "file", "sheet", "row", "column", "rule", "reason_zh", "reason_en")


def asides(workspace: Workspace, quarters: Iterable[str]) -> pa.Table:
    """What did not go through in some quarters and in the forms that have none, in order of file and row.

    Returns:
        ``COLUMNS``; row 0 stands for a whole file.
    """
    lake, needed = Lake(workspace.lake), list(quarters)
    # Forms without a quarter share one place, whichever quarter is asked for.
    places = dict.fromkeys(lines_partition(form, quarter) for form in forms() for quarter in (*needed, ALL))
    made = [name for name in places if lake.note("core_set_aside", name)]
    parts = [lake.read("core_set_aside", [name]).select(COLUMNS) for name in made]
    parts += [unclassed(workspace, quarter).select(COLUMNS) for quarter in needed if lake.note("class_return", quarter)]
    parts.append(_refused_on_arrival(receipts(workspace, refused=True)))
    found = pa.concat_tables(parts, promote_options="permissive")
    return found.sort_by([("quarter", "ascending"), ("file", "ascending"), ("row", "ascending"), ("rule", "ascending")])


def of_form(found: pa.Table, code: str) -> pa.Table:
    """The lines of one form."""
    return found.filter(pc.equal(found["form"], code))


def unclassed(workspace: Workspace, quarter: str) -> pa.Table:
    """The rows of a quarter whose industry code gives no class: ``COLUMNS`` and their ``row_id``."""
    lake, tables = Lake(workspace.lake), []
    with local_engine(workspace) as work:
        work.add(class_return=lake.existing("class_return", [quarter]))
        for name in FIRM_FORMS:
            form = forms()[name]
            work.add(raw=lake.existing(f"raw_{name}", [quarter]))
            parameters = {"code": form.code, "header": form.raw_columns["gbt"]}
            tables.append(work.rows(statement("pipelines", "unclassed"), parameters))
    return pa.concat_tables(tables, promote_options="permissive")


def _refused_on_arrival(arrived: Iterable[Receipt]) -> pa.Table:
    # Files that belong to a form and a quarter are already among that form's refusals.
    lost = [r for r in arrived if not r.accepted and (r.form is None or not _has_place(r))]
    unknown = (
        "不是已知的报表，未读取；请核对文件名中的表号。",
        "No known form; the file was not read. Check the form number in its name.",
    )
    reasons = [(r.refusal.zh, r.refusal.en) if r.refusal else unknown for r in lost]
    schema = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in COLUMNS])
    rows = [
        {
            "quarter": r.quarter or "",
            "form": forms()[r.form].code if r.form else "",
            "file": r.name,
            "sheet": "",
            "row": 0,
            "column": "",
            "rule": r.refusal.code if r.refusal else "unknown_form",
            "reason_zh": zh,
            "reason_en": en,
        }
        for r, (zh, en) in zip(lost, reasons, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _has_place(receipt: Receipt) -> bool:
    return receipt.form is not None and (forms()[receipt.form].period == "none" or receipt.quarter is not None)
