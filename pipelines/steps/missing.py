"""Missing returns: who owes a return on a day.

Belongs here: which tables tell who is due and who has reported. Does not belong here: what stands in for a return.
"""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from indicators.quarter import Quarter, quarters_between
from pipelines.engine import Engine, engine, statement
from pipelines.lake import Lake
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
    lake, now = Lake(workspace.lake), Quarter.parse(quarter)
    before = [str(q) for q in quarters_between(now - 4, now - 1)]
    known = [*(name for name in before if lake.path("core_return", name).exists()), quarter]
    with engine() as work:
        work.add(returned=lake.existing("core_return", known), register=lake.existing("core_register", [quarter]))
        find_missing(work, now, day)
        return work.rows("FROM missing ORDER BY unit")


def find_missing(work: Engine, quarter: Quarter, day: dt.date) -> None:
    """Keep ``due`` and ``missing`` of a quarter as known on a day, from the inputs ``returned`` and ``register``."""
    asked = {"quarter": str(quarter), "as_of": day}
    calendar = {"last_year": str(quarter - 4), "last_day": quarter.last_day}
    work.keep("due", statement("pipelines", "due_unit"), asked | calendar)
    work.keep("missing", statement("pipelines", "missing_unit"), asked)
