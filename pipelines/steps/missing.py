"""Missing returns: who owes a return on a day, and how much of what is due has come.

Belongs here: which tables tell who is due and who has reported. Does not belong here: what stands in for a return
(imputed). Quick commands look here: neither pandas nor Dagster is imported.
"""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from indicators.quarter import Quarter, quarters_between
from pipelines.contracts import contract
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
    with engine() as work:
        find_coverage(work, workspace, quarter, day, flash=flash)
        table = work.rows("FROM coverage ORDER BY survey")
    rates = [
        reported / due if due else None
        for due, reported in zip(
            *(table[name].to_pylist() for name in ("revenue_due", "revenue_reported")), strict=True
        )
    ]
    return table.append_column("coverage", pa.array(rates, pa.float64()))


def find_coverage(work: Engine, workspace: Workspace, quarter: str, day: dt.date, *, flash: bool = False) -> None:
    """Keep ``coverage`` of a quarter as known on a day in an engine."""
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
    work.keep("coverage", statement("pipelines", "coverage"), {"quarter": quarter, "as_of": day})


def find_missing(work: Engine, quarter: Quarter, day: dt.date) -> None:
    """Keep ``due`` and ``missing`` of a quarter as known on a day, from the inputs ``returned`` and ``register``."""
    asked = {"quarter": str(quarter), "as_of": day}
    calendar = {"last_year": str(quarter - 4), "last_day": quarter.last_day}
    work.keep("due", statement("pipelines", "due_unit"), asked | calendar)
    work.keep("missing", statement("pipelines", "missing_unit"), asked)
