"""Imputed returns: what stands in for a missing return, in the engine, for every vintage.

Belongs here: which tables the imputation rests on, and its vintages. Does not belong here: who owes a return (missing),
where imputed values may stand (observed), or the method on frames (indicators.estimation).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from classification import arrow_tables
from indicators.estimation import imputation_levels
from indicators.quarter import Quarter
from indicators.uncertainty import DRAWS, SEED
from pipelines.engine import Engine, statement
from pipelines.engines import local_engine, unit_engine
from pipelines.lake import Lake, Made, table_hash
from pipelines.steps.classified import Vintage, days, last_hashes, registers_since, stretches, year_before
from pipelines.steps.missing import find_missing
from pipelines.workspace import Workspace

# The draws of imputation are a stream of their own beside those of coefficients; so many chances are held at once.
_STREAM: Final = 1
_AT_ONCE: Final = 500_000
_DRAWN: Final = pa.schema([("draw", pa.int64()), ("sector", pa.string()), ("change", pa.int64()), ("va", pa.int64())])
_LINK_SQL: Final = ("functions", "succession", "restated", "matched", "link")
_SQL: Final = (
    *_LINK_SQL,
    "due_unit",
    "missing_unit",
    "missing_class",
    "class_missing",
    "no_missing",
    "ordered_missing",
    "vintages",
    "last_vintages",
    "missing_vintages",
    "succession_days",
)
RESAMPLED_SQL: Final = (*_LINK_SQL, "residual", "imputed_core", "resampled")  # statements, as a fingerprint knows them


def class_missing(workspace: Workspace, quarter: str) -> Made:
    """The units that owe a return of a quarter, with what is imputed for each or why nothing is, for every vintage."""
    lake, codes = Lake(workspace.lake), arrow_tables()
    last, registers = year_before(workspace, quarter), registers_since(workspace, quarter)
    texts = [*(statement("pipelines", name) for name in _SQL), statement("classification", "assign")]

    def fill(path: Path) -> None:
        returned = lake.existing("core_return", [quarter])
        with unit_engine(workspace) as work:
            work.add(class_return=lake.existing("class_return", [quarter]), last_return=last, **codes)
            work.add(register=lake.existing("core_register", [quarter]), imputation_level=levels())
            work.add(core_register=lake.existing("core_register", registers))
            work.add(returned=[*returned, *last] if isinstance(last, list) else returned)
            work.keep("found", statement("pipelines", "no_missing"))
            for vintage in _vintages(work):
                impute(work, Quarter.parse(quarter), vintage)
            work.write(statement("pipelines", "ordered_missing"), path)

    made_from = [
        *lake.hashes("core_return", [quarter]),
        *lake.hashes("class_return", [quarter]),
        *lake.hashes("core_register", registers),
        *last_hashes(lake, last),
        *map(table_hash, (levels(), *codes.values())),
        *texts,
        Path(__file__).read_text("utf-8"),
    ]
    return lake.refresh("class_missing", quarter, fill, made_from=made_from)


def _vintages(work: Engine) -> list[Vintage]:
    learnt = ("last_vintages", "missing_vintages", "succession_days")
    return stretches(days(work, "vintages"), {day for name in learnt for day in days(work, name)})


def impute(work: Engine, quarter: Quarter, vintage: Vintage) -> None:
    """Add to ``found`` the missing units of one vintage, each with what is imputed for it or why nothing is.

    Args:
        work: with class_return, last_return, returned, register, core_register (of the quarters since a year ago),
            imputation_level, gbt, gbt_2011, and ``found``.
        quarter: the quarter.
        vintage: what was known from its first day on.
    """
    find_missing(work, quarter, vintage.known_from)
    work.view("units", statement("pipelines", "missing_class"))
    work.keep("classed", statement("classification", "assign"))
    _link(work, quarter, vintage.known_from)
    work.append("found", statement("pipelines", "class_missing"), {"quarter": str(quarter), **vintage.parameters})


def _link(work: Engine, quarter: Quarter, day: dt.date) -> None:
    """Keep ``matched`` and ``link`` of a quarter as known on a day: who reported both years, and how they moved."""
    work.keep("succession", statement("pipelines", "succession"), {"known": day, "last_day": quarter.last_day})
    work.keep("restated", statement("pipelines", "restated"), {"as_of": day})
    work.keep("matched", statement("pipelines", "matched"), {"as_of": day})
    work.keep("link", statement("pipelines", "link"))


def resampled(workspace: Workspace, quarter: str, day: dt.date) -> pa.Table:
    """What imputed core value added changes by when each imputed unit moves like a respondent drawn from its class.

    Residuals of the matched pairs are drawn with replacement in the engine, so that no unit's value leaves it.

    Args:
        workspace: with the parts of the quarter made.
        quarter: the release quarter.
        day: as known on this day.

    Returns:
        draw (from 0, ``DRAWS`` of them), sector, change, va (yuan, of the sector's imputed units); no rows where
        nothing is imputed.

    Source: methods, uncertainty: residual resampling.
    """
    lake = Lake(workspace.lake)
    last, registers = year_before(workspace, quarter), registers_since(workspace, quarter)
    parts = []
    with local_engine(workspace) as work:
        work.add(class_part=lake.existing("class_part", [quarter]), imputation_level=levels())
        work.add(class_return=lake.existing("class_return", [quarter]), last_return=last)
        work.add(core_register=lake.existing("core_register", registers))
        _link(work, Quarter.parse(quarter), day)
        work.keep("residual", statement("pipelines", "residual"))
        work.keep("imputed_core", statement("pipelines", "imputed_core"), {"as_of": day})
        units = work.rows("SELECT COUNT(*) AS units FROM imputed_core")["units"][0].as_py()
        for draw in _draws(units):
            work.add(draw=draw)
            parts.append(work.rows(statement("pipelines", "resampled")))
    return pa.concat_tables([_DRAWN.empty_table(), *parts])


def _draws(units: int) -> Iterator[pa.Table]:
    """For every draw and unit a chance in [0, 1), some draws at a time; nothing without units."""
    generator = np.random.Generator(np.random.PCG64([SEED, _STREAM]))
    step = max(_AT_ONCE // max(units, 1), 1)
    for first in range(0, DRAWS if units else 0, step):
        count = min(step, DRAWS - first)
        yield pa.table(
            {
                "draw": np.repeat(np.arange(first, first + count), units),
                "number": np.tile(np.arange(units), count),
                "chance": generator.random(count * units),
            }
        )


def levels() -> pa.Table:
    """The levels of the imputation classes, narrowest first."""
    known = imputation_levels()
    return pa.table(
        {
            "step": pa.array(range(len(known)), pa.int64()),
            "level": pa.array([level.name for level in known], pa.string()),
            "digits": pa.array([level.digits for level in known], pa.int64()),
            "fewest": pa.array([level.fewest for level in known], pa.int64()),
        }
    )
