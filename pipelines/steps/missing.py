"""Missing and late returns: who owes a return on a day, and who sent it after its deadline.

Belongs here: which tables tell who is due and who has reported. Does not belong here: what stands in for a return.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from indicators.quarter import Quarter, quarters_between
from pipelines.engine import Engine, engine, statement
from pipelines.lake import Lake
from pipelines.review.late import Arrival, Late, Missing, deadlines
from pipelines.workspace import Workspace


def missing_units(workspace: Workspace, quarter: str, day: dt.date) -> pa.Table:
    """The units that owe a return for a quarter on a day (L3): what a reviewer calls in.

    Args:
        workspace: with the quarter reviewed; the returns of the year before are looked at where they are there.
        quarter: the quarter.
        day: as known on this day.

    Returns:
        unit, name, county, gbt, sector, last_quarter, last_row_id, last_months, last_revenue (yuan), state (absent,
        set_aside); in order of unit.

    Raises:
        InputError: the quarter has not been run.
    """
    with _known(workspace, quarter) as work:
        find_missing(work, Quarter.parse(quarter), day)
        return work.rows("FROM missing ORDER BY unit")


@contextmanager
def _known(workspace: Workspace, quarter: str) -> Iterator[Engine]:
    """An engine with the returns of a quarter and of the year before, and the quarter's register."""
    lake, now = Lake(workspace.lake), Quarter.parse(quarter)
    before = [str(q) for q in quarters_between(now - 4, now - 1)]
    known = [*(name for name in before if lake.path("core_return", name).exists()), quarter]
    with engine() as work:
        work.add(returned=lake.existing("core_return", known), register=lake.existing("core_register", [quarter]))
        yield work


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
