"""Missing and late returns: who owes a return on a day, who sent it late, and how much of what is due has come.

Belongs here: which tables tell who is due and who has reported. Does not belong here: what stands in for a return
(imputed). Quick commands look here: neither pandas nor Dagster is imported.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyarrow as pa

from indicators.quarter import Quarter, quarters_between
from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.engines import local_engine
from pipelines.lake import Lake
from pipelines.review.late import Arrival, Late, Missing, deadlines
from pipelines.workspace import Workspace


@contextmanager
def _known(workspace: Workspace, quarter: str) -> Iterator[Engine]:
    """An engine with the returns of a quarter and of the year before, and the quarter's register."""
    lake, now = Lake(workspace.lake), Quarter.parse(quarter)
    before = [str(q) for q in quarters_between(now - 4, now - 1)]
    known = [*(name for name in before if lake.path("core_return", name).exists()), quarter]
    with local_engine(workspace) as work:
        work.add(returned=lake.existing("core_return", known), register=lake.existing("core_register", [quarter]))
        yield work


def coverage(workspace: Workspace, quarter: str, day: dt.date, *, flash: bool = False) -> pa.Table:
    """How much of what is due for a quarter has been reported, as known on a day: counts and sums, no unit.

    Args:
        workspace: with the quarter reviewed; last year's returns are looked at where they are there.
        quarter: the quarter.
        day: as known on this day.
        flash: whether missing returns are imputed.

    Returns:
        quarter, survey (industry, service, trade, construction, all), due, reported, missing, imputed (units),
        revenue_due, revenue_reported (yuan of a year ago), coverage (their ratio; null where nothing is due).
    """
    with local_engine(workspace) as work:
        find_coverage(work, workspace, quarter, day, flash=flash)
        table = work.rows("FROM coverage ORDER BY survey")
    rates = [
        reported / due if due else None
        for due, reported in zip(
            *(table[name].to_pylist() for name in ("revenue_due", "revenue_reported")), strict=True
        )
    ]
    return table.append_column("coverage", pa.array(rates, pa.float64()))


def annual_coverage(workspace: Workspace, quarters: Iterable[str], day: dt.date) -> pa.Table:
    """How much of each year's quarterly returns the annual returns cover, as known on a day: counts and sums, no unit.

    Args:
        workspace: with the quarters and the annual returns reviewed.
        quarters: those of a release; the fourth ones stand for their years.
        day: as known on this day.

    Returns:
        year, units, units_annual, revenue, revenue_annual (yuan); years without a fourth quarter are absent.
    """
    lake, fourths = Lake(workspace.lake), fourth_quarters(quarters)
    returned = lake.existing("core_return", fourths) if fourths else contract("core_return").schema.empty_table()
    with local_engine(workspace) as work:
        work.add(returned=returned, core_annual=lake.existing("core_annual"))
        return work.rows(statement("pipelines", "annual_coverage"), {"as_of": day})


def fourth_quarters(quarters: Iterable[str]) -> list[str]:
    """The fourth quarters among some: their returns cover the year."""
    return [quarter for quarter in quarters if quarter.endswith("Q4")]


def find_coverage(work: Engine, workspace: Workspace, quarter: str, day: dt.date, *, flash: bool = False) -> None:
    """Keep ``covered`` and ``coverage`` of a quarter as known on a day in an engine."""
    lake, now = Lake(workspace.lake), Quarter.parse(quarter)
    before = str(now - 4)
    last = lake.existing("core_return", [before]) if lake.path("core_return", before).exists() else []
    empty = contract("core_return").schema.empty_table()
    work.add(returned=[*lake.existing("core_return", [quarter]), *last], last_returned=last or empty)
    work.add(register=lake.existing("core_register", [quarter]))
    find_missing(work, now, day)
    if flash:
        work.add(class_missing=lake.existing("class_missing", [quarter]))
        work.keep("imputed", statement("pipelines", "imputed_unit"), {"as_of": day})
    else:
        work.add(imputed=pa.table({"unit": pa.array([], pa.string())}))
    work.keep("covered", statement("pipelines", "covered"), {"as_of": day})
    work.keep("coverage", statement("pipelines", "coverage"), {"quarter": quarter})


def find_missing(work: Engine, quarter: Quarter, day: dt.date) -> None:
    """Keep ``due`` and ``missing`` of a quarter as known on a day, from the inputs ``returned`` and ``register``."""
    asked = {"quarter": str(quarter), "as_of": day}
    calendar = {"last_year": str(quarter - 4), "last_day": quarter.last_day}
    work.keep("due", statement("pipelines", "due_unit"), asked | calendar)
    work.keep("missing", statement("pipelines", "missing_unit"), asked)


def late(workspace: Workspace, quarter: str, day: dt.date) -> Late:
    """Who has not reported for a quarter by a day, and who reported after the deadline (L3).

    Raises:
        InputError: the quarter has not been run, or a deadline is set for an unknown form.
    """
    until = deadlines(workspace, quarter)
    days = json.dumps({name: str(last) for name, last in until.items()})
    asked: dict[str, object] = {"quarter": quarter, "as_of": day}
    with _known(workspace, quarter) as work:
        find_missing(work, Quarter.parse(quarter), day)
        due = work.rows(statement("pipelines", "late_due")).to_pylist()
        missing = work.rows(statement("pipelines", "late_missing"), asked).to_pylist()
        arrived = work.rows(statement("pipelines", "late_arrival"), asked | {"deadlines": days}).to_pylist()
    return Late(
        quarter,
        day,
        until,
        {(line["county"], line["sector"]): line["units"] for line in due},
        tuple(Missing(**line) for line in missing),
        tuple(Arrival(**line) for line in arrived),
    )
