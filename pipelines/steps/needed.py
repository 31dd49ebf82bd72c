"""Needed forms: what a release asks of the forms that city.toml requires, and which of it has not come.

Belongs here: the periods that a release needs of each form, as known on a day. Does not belong here: stopping the
release (checks).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indicators.quarter import Quarter
from pipelines.ingest.forms import Form, Needs, forms
from pipelines.lake import ALL, Lake
from pipelines.review.rules import rules
from pipelines.steps.asides import asides, of_form
from pipelines.workspace import Workspace


def lacking(workspace: Workspace, quarter: str, day: dt.date) -> list[str]:
    """What has not come of the required forms, one sentence each with the reader's reason or what to do.

    Args:
        workspace: with raw and core tables made.
        quarter: the release quarter.
        day: the day of knowledge.
    """
    needed = [forms()[name] for name in workspace.city.required_forms]
    return [
        f"{form.code} {form.title}（{quarter}）截至 {day} 没有{_asked(form, quarter)}，{_why(workspace, form, quarter)}"
        for form in needed
        if not _there(Lake(workspace.lake), form, Quarter.parse(quarter), day)
    ]


def _there(lake: Lake, form: Form, quarter: Quarter, day: dt.date) -> bool:
    table = form.needs.table if form.needs else f"raw_{form.id}"
    partition = str(quarter) if form.period == "quarter" else ALL
    if not lake.path(table, partition).exists():
        return False
    rows = lake.read(table, [partition])
    if form.needs is None:
        return bool(pc.any(pc.less_equal(rows["received_at"], day)).as_py())
    wanted = pc.and_(pc.less_equal(rows["known_from"], day), _of_period(rows, form.needs, quarter))
    if form.needs.industry:
        wanted = pc.and_(wanted, pc.match_substring_regex(rows["industry"], f"^(?:{form.needs.industry})$"))
    return bool(pc.any(wanted).as_py())


def _of_period(rows: pa.Table, needs: Needs, quarter: Quarter) -> Any:
    if needs.period == "quarter":
        return pc.equal(rows[needs.column], str(quarter))
    if needs.period == "year":
        return pc.is_in(rows[needs.column], pa.array(_years(quarter), pa.int64()))
    last = quarter.last_day
    return pc.and_(pc.less_equal(rows[needs.column], last), pc.greater(rows["valid_to"], last))


def _years(quarter: Quarter) -> list[int]:
    # What is reported of a year comes in the middle of the next: until then the year before that one is the last.
    return [quarter.year - 2, quarter.year - 1]


def _asked(form: Form, quarter: str) -> str:
    if form.needs is None:
        return "可读的行"
    if form.needs.period == "year":
        return f" {'、'.join(map(str, _years(Quarter.parse(quarter))))} 年的数"
    return f" {quarter} 的数" if form.needs.period == "quarter" else f" {quarter} 有效的行"


def _why(workspace: Workspace, form: Form, quarter: str) -> str:
    """The first reasons why files of a form were refused, or what to do where none came."""
    lines = of_form(asides(workspace, [quarter]), form.code).to_pylist()
    # What the reader refused (a header, a sheet, a unit): a reason of review is about one row, and may name its code.
    kinds = ("quarterly", "annual", "register")
    reviewed = {"unmatched", "ambiguous", *(rule.id for kind in kinds for rule in rules(kind))}
    reasons = [f"{line['file']} {line['sheet']}：{line['reason_zh']}" for line in lines if line["rule"] not in reviewed]
    return "因为：" + "；".join(reasons[:3]) if reasons else "请放入 inbox 后重试，或更改数据截止日"
