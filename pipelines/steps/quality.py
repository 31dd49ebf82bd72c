"""The report on a quarter's data: its facts gathered from lake and log, and the page written.

Belongs here: which tables tell what. Does not belong here: what the facts look like or say (quality). Counts and rates
only: texts from outside are cleared of units before they are handed on.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from indicators.quarter import Quarter
from pipelines.checking.outcomes import Outcome, outcomes_in
from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.ingest.forms import forms
from pipelines.lake import Lake
from pipelines.quality.facts import DayFacts, Facts, Finding, FormFacts, LostFile, RuleFacts, Share
from pipelines.review.identifiers import LOOKS_LIKE
from pipelines.review.late import deadlines
from pipelines.review.rules import rules
from pipelines.review.totals import subject_zh, total_facts, total_findings
from pipelines.steps.arrivals import SHA, Arrival, arrivals, set_aside_rows
from pipelines.steps.checked import of_release, unchecked
from pipelines.steps.missing import find_coverage
from pipelines.steps.needed import lacking
from pipelines.steps.suites import REFERENCE
from pipelines.workspace import Workspace

_NAMED: Final = 4  # characters from which a unit's name is looked for in a file's name
_UNIT: Final = "〔单位〕"


def quality_report(workspace: Workspace, quarter: str, as_of: dt.date) -> Path:
    """Write the report on a quarter's data as known on a day."""
    return write_report(workspace, facts(workspace, quarter, as_of))


def write_report(workspace: Workspace, found: Facts) -> Path:
    """Write a report; what was written of the quarter before is replaced whole."""
    from pipelines.quality.report import render

    page = render(found)
    path = workspace.report(str(found.quarter))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def facts(workspace: Workspace, quarter: str, as_of: dt.date) -> Facts:
    """All that the report says of a quarter as known on a day; what is not there yet is left out, never guessed."""
    clear = _cleared(Lake(workspace.lake), quarter)
    came = [item for item in arrivals(workspace) if item.receipt.received_at <= as_of]
    queries, open_impact, open_of_total = _queries(workspace, quarter, as_of)
    limits = deadlines(workspace, quarter)
    return Facts(
        city=workspace.city,
        quarter=Quarter.parse(quarter),
        as_of=as_of,
        forms=tuple(_forms(came, quarter)),
        lost=tuple(_lost(workspace, came, quarter, clear)),
        states=_states(workspace, quarter, as_of),
        days=tuple(_days(workspace, quarter, as_of, limits)),
        deadlines=tuple(limits.items()),
        set_aside=tuple(_set_aside(workspace, quarter, [i.receipt.sha256[:SHA] for i in came if i.state == "read"])),
        queries=tuple(queries),
        open_impact=open_impact,
        open_of_total=open_of_total,
        shares=tuple(_shares(workspace, quarter, as_of)),
        outcomes=_outcomes(workspace, quarter, clear),
        findings=tuple(_findings(workspace, quarter, as_of)),
        lacking=tuple(map(clear, lacking(workspace, quarter, as_of))),
    )


def _cleared(lake: Lake, quarter: str) -> Callable[[str], str]:
    """A function that takes codes and names of units out of a text: files are named by whoever sends them."""
    paths = [path for table in ("core_return", "raw_register") if (path := lake.path(table, quarter)).exists()]
    names = {name for path in paths for name in pq.read_table(path, columns=["name"])["name"].unique().to_pylist()}
    known = sorted((name for name in names if name and len(name) >= _NAMED), key=lambda name: (-len(name), name))
    code = re.compile(rf"(?<![0-9A-Za-z]){LOOKS_LIKE}(?![0-9A-Za-z])")

    def clear(text: str) -> str:
        for name in known:
            if name in text:
                text = text.replace(name, _UNIT)
        return code.sub(_UNIT, text)

    return clear


def _forms(came: Sequence[Arrival], quarter: str) -> Iterable[FormFacts]:
    for form in forms().values():
        mine = [
            item
            for item in came
            if item.receipt.form == form.id and (form.period == "none" or item.receipt.quarter == quarter)
        ]
        if not mine and form.period == "none":
            continue
        counted = [item for item in mine if item.rows is not None]
        yield FormFacts(
            code=form.code,
            title=form.title,
            quarterly=form.period == "quarter",
            files=len(mine),
            corrections=sum(item.receipt.version > 1 for item in mine),
            refused=sum(item.state == "refused" for item in mine),
            waiting=sum(item.state == "waiting" for item in mine),
            rows=sum(item.rows or 0 for item in mine),
            accepted=_sum(item.accepted for item in counted),
            set_aside=_sum(item.set_aside for item in counted),
        )


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _lost(
    workspace: Workspace, came: Sequence[Arrival], quarter: str, clear: Callable[[str], str]
) -> Iterable[LostFile]:
    """Lost files of the quarter, and those of no quarter that came since the release before."""
    since = workspace.city.release_date(Quarter.parse(quarter) - 1)
    for item in came:
        receipt = item.receipt
        mine = receipt.quarter == quarter or (receipt.quarter is None and receipt.received_at > since)
        if mine and item.state in ("refused", "unknown"):
            reason = item.reason.zh if item.reason else "文件名不属于任何一张表，未读取；请核对文件名中的表号。"
            code = forms()[receipt.form].code if receipt.form else ""
            yield LostFile(receipt.received_at, clear(receipt.file), code, item.state, clear(reason))


def _asked(workspace: Workspace, quarter: str, as_of: dt.date, name: str, *tables: str) -> list[dict[str, Any]]:
    """The rows of a statement over a quarter's tables; none where one of them was not made."""
    lake = Lake(workspace.lake)
    if not all(lake.path(table, quarter).exists() for table in tables):
        return []
    with local_engine(workspace) as work:
        work.add(**{table: lake.existing(table, [quarter]) for table in tables})
        rows: list[dict[str, Any]] = work.rows(statement("pipelines", name), {"as_of": as_of}).to_pylist()
        return rows


def _states(workspace: Workspace, quarter: str, as_of: dt.date) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in _asked(workspace, quarter, as_of, "quality_rows", "class_return"):
        found[row["state"]] += row["rows"]
    return dict(found)


def _days(workspace: Workspace, quarter: str, as_of: dt.date, limits: Mapping[str, dt.date]) -> Iterable[DayFacts]:
    rows: Counter[dt.date] = Counter()
    late: Counter[dt.date] = Counter()
    for found in _asked(workspace, quarter, as_of, "quality_days", "core_return"):
        rows[found["day"]] += found["rows"]
        late[found["day"]] += found["rows"] if found["day"] > limits[found["sector"]] else 0
    return [DayFacts(day, rows[day], late[day]) for day in sorted(rows)]


def _set_aside(workspace: Workspace, quarter: str, read: list[str]) -> Iterable[RuleFacts]:
    path = Lake(workspace.lake).path("core_set_aside", quarter)
    if not path.exists():
        return []
    columns = ["row_id", "sheet", "row", "rule", "reason_zh"]
    table = pq.read_table(path, columns=columns, partitioning=None)
    table = table.filter(pc.is_in(pc.utf8_slice_codeunits(table["row_id"], 0, SHA), pa.array(read, pa.string())))
    messages = _messages()
    found = []
    for rule in sorted(set(table["rule"].to_pylist())):
        mine = table.filter(pc.equal(table["rule"], rule))
        rows = len(set_aside_rows(mine))
        # What the reader refused has its own words; a rule's message is said without the row's.
        said = messages.get(rule) or mine["reason_zh"][0].as_py()
        found += [RuleFacts(rule, said, rows)] if rows else []
    return sorted(found, key=lambda line: (-line.rows, line.rule))


def _queries(workspace: Workspace, quarter: str, as_of: dt.date) -> tuple[list[RuleFacts], float | None, float | None]:
    """Queries by rule; the share of their impact that is open; that impact over core value added."""
    messages, by_rule = _messages(), defaultdict[str, list[dict[str, Any]]](list)
    for row in _asked(workspace, quarter, as_of, "quality_query", "core_query", "core_return"):
        by_rule[row["rule"]].append(row)
    lines = [
        RuleFacts(
            rule=rule,
            message=messages.get(rule, rule),
            rows=sum(row["queries"] for row in rows),
            impact=sum(row["impact"] for row in rows),
            by_status=tuple((row["status"], row["queries"]) for row in rows),
        )
        for rule, rows in by_rule.items()
    ]
    whole = sum(line.impact for line in lines)
    unanswered = sum(row["impact"] for rows in by_rule.values() for row in rows if row["status"] == "open")
    total = _core_value_added(workspace, quarter)
    return (
        sorted(lines, key=lambda line: (-line.rows, line.rule)),
        unanswered / whole if whole else None,
        unanswered / total if total and lines else None,
    )


def _core_value_added(workspace: Workspace, quarter: str) -> float | None:
    path = Lake(workspace.lake).path("observation", quarter)
    if not path.exists():
        return None
    said = {
        "indicator": "core_value_added",
        "definition_id": "rate_method",
        "period": quarter,
        "span": "cumulative",
        "region": workspace.city.code,
        "class": "core",
        "price_basis": "current",
    }
    wanted = [(column, "=", value) for column, value in said.items()]
    found = pq.read_table(path, columns=["value"], filters=wanted, partitioning=None)["value"].to_pylist()
    return float(found[0]) if found else None


def _messages() -> dict[str, str]:
    """What each rule over returns says, with the headers of the first form that has the column: those of firms."""
    columns = [column for form in forms().values() for column in form.columns]
    headers = {column.name: f"“{column.header}”" for column in reversed(columns)}
    every = (rule for kind in ("register", "annual", "quarterly") for rule in rules(kind))
    found = {rule.id: rule.message(rule.message_zh, headers) for rule in every}
    return found | {"unmatched": "行业代码在国民经济行业分类中没有对应。", "ambiguous": "行业代码有多个可能的小类。"}


def _shares(workspace: Workspace, quarter: str, as_of: dt.date) -> Iterable[Share]:
    lake, before = Lake(workspace.lake), str(Quarter.parse(quarter) - 4)
    if not all(lake.path(*part).exists() for part in (("core_return", quarter), ("core_return", before))):
        return []
    with local_engine(workspace) as work:
        find_coverage(work, workspace, quarter, as_of)
        rows = work.rows(statement("pipelines", "coverage_county")).to_pylist()
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for survey in ("", row["survey"]):
            for county in ("", row["county"]):
                sums[survey, county][0] += row["revenue_due"]
                sums[survey, county][1] += row["revenue_reported"]
    return [Share(survey, county, due, reported) for (survey, county), (due, reported) in sorted(sums.items())]


def _outcomes(workspace: Workspace, quarter: str, clear: Callable[[str], str]) -> tuple[Outcome, ...] | None:
    """What was found of the quarter's tables and of those without one; None where rows changed since."""
    lake = Lake(workspace.lake)
    if unchecked(workspace, [quarter] if workspace.city.has_firms else []):
        return None
    names = [name for name in (REFERENCE, quarter, of_release(quarter)) if lake.path("check_result", name).exists()]
    found = outcomes_in(lake.read("check_result", names))
    return tuple(replace(outcome, places=clear(outcome.places)) if outcome.places else outcome for outcome in found)


def _findings(workspace: Workspace, quarter: str, as_of: dt.date) -> Iterable[Finding]:
    blocking = {rule.id: rule.severity == "hard" for rule in rules("cells")}
    found = total_findings(total_facts(workspace, quarter, as_of)).to_pylist()
    subject = partial(subject_zh, workspace)
    return [Finding(f["rule"], blocking[f["rule"]], subject(f["law"], f["subject"]), f["message_zh"]) for f in found]
