"""Replayed cells: a quarter's cells made anew with some inputs as known on one day and the others as on another.

Belongs here: which inputs of cells can be turned from old to new one by one, and the engine's part of doing so. Does
not belong here: their order (indicators.revision_steps) and what figures follow (revised).

Nothing is written: cells come out, the returns stay in the engine. Only measured returns are replayed. Cells in which
nothing changed are those of the lake.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from classification import arrow_tables
from indicators.measure import MEASURED
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.engines import local_engine
from pipelines.ingest.rows import FOREVER
from pipelines.lake import Lake
from pipelines.steps.cells import places
from pipelines.steps.classified import (
    Known,
    Vintage,
    add_annual,
    annual_cells,
    quarters_since,
    returns_before,
    view_parts,
)
from pipelines.steps.observed import known_cells
from pipelines.workspace import Workspace

# The inputs that are told apart by what became of each return.
RETURNS: Final = ("revised_returns", "late_returns", "entries", "recodes")
TABLES: Final = ("register", "rates", "coefficients")
ANNUAL: Final = "annual"
_VALID: Final = ["known_from", "known_to"]
SQL: Final = (
    *("version", "last_version", "entered_unit", "revised_pair", "paired_cause", "replayed_pair"),
    *("replayed_class_return", "replayed_last_return", "kept_parts", "touched_unit", "annual_part", "succession_days"),
)

# What is compared, the kept comparison, and the input of parts that follows from it.
_COMPARED: Final = (("version", "own_pair", "class_return"), ("last_version", "last_pair", "last_return"))


# A step's input, the period that it touches, region and class → units.
Units: TypeAlias = Mapping[tuple[str, str, str, str], int]


@dataclass(frozen=True)
class Between:
    """Two days of knowledge of one place: what was known on the earlier is old, on the later new."""

    old: dt.date
    new: dt.date

    def day(self, name: str, new: frozenset[str]) -> dt.date:
        """As of which day an input is known."""
        return self.new if name in new else self.old

    def learnt(self, frame: pd.DataFrame) -> bool:
        """Whether rows came or ended between the two days, whichever is the later in time."""
        first, last = sorted((self.old, self.new))
        days = [frame[name] for name in _VALID if name in frame.columns]
        return any(((column > first) & (column <= last)).any() for column in days)

    def learnt_in(self, paths: Sequence[Path]) -> bool:
        """The same of the rows of files, which need not be compared where none did."""
        first, last = sorted((self.old, self.new))
        between = [[(name, ">", first), (name, "<=", last)] for name in _VALID]
        return any(pq.read_table(path, columns=_VALID, filters=between, partitioning=None).num_rows for path in paths)


@dataclass(frozen=True)
class Replayed:
    """Cells in each state of knowledge: a state that differs in nothing that changed is the one before it.

    Attributes:
        changed: the inputs in which anything differs between the two days.
        made: the cells, by which of these are new.
        units: how many units the step of a state rests on, by the step's first input, quarter (or year, of annual
            cells), region and class (``touched_unit``).
    """

    changed: frozenset[str]
    made: Mapping[frozenset[str], pa.Table]
    units: Units = field(default_factory=dict)

    def at(self, state: frozenset[str]) -> pa.Table:
        """The cells with these inputs new."""
        return self.made[state & self.changed]


def replayed_cells(workspace: Workspace, quarter: str, days: Between, states: Sequence[frozenset[str]]) -> Replayed:
    """The finest cells of a quarter in each of several states of knowledge.

    Args:
        workspace: with the quarter and the one a year before it made up to their returns.
        quarter: the quarter.
        days: the two days of knowledge.
        states: per state the inputs that are new; names that are no inputs of cells are left alone.

    Returns:
        Measured cells (contract cell_leaf) per state, valid on the later day.

    Raises:
        InputError: a class has no rate or coefficient on either day.
    """
    lake, period = Lake(workspace.lake), Quarter.parse(quarter)
    received, last = lake.existing("class_return", [quarter]), returns_before(workspace, quarter)
    registers = lake.existing("core_register", quarters_since(workspace, quarter))
    rates, coefficients = (lake.read(table).to_pandas() for table in ("class_rate", "core_coefficient"))
    frames = {
        "rates": rates[rates["year"] < period.year],
        "coefficients": coefficients[coefficients["valid_from"] <= period.last_day],
    }
    files = [*received, *(last if isinstance(last, list) else ()), *registers]
    tables = frozenset(name for name, rows in frames.items() if days.learnt(rows))
    if not (tables or days.learnt_in(files)):
        return _of_lake(lake, quarter, days)
    with local_engine(workspace) as work:
        work.add(received=received, received_last=last, core_register=registers)
        work.add(core_map=arrow_tables()["core_map"], gbt=arrow_tables()["gbt"])
        work.add(class_missing=contract("class_missing").schema.empty_table())
        succeeded = days.learnt(work.rows(statement("pipelines", "succession_days")).to_pandas())
        changed = _pair(work, period, days) | tables | ({"register"} if succeeded else frozenset())
        if not changed:
            return _of_lake(lake, quarter, days)

        def cells_with(new: frozenset[str]) -> pa.Table:
            _turn(work, new)
            known = Known(**{name: days.day(name, new) for name in TABLES}, later=days.new)
            view_parts(work, Vintage(days.new, FOREVER), period, rates, coefficients, known=known)
            work.keep("part", "FROM valid_part")
            work.view("class_part", statement("pipelines", "kept_parts"))
            return work.rows(statement("indicators", "cell_leaf")).cast(contract("cell_leaf").schema)

        work.add(membership=arrow_tables()["membership"], place=places(workspace))
        made: dict[frozenset[str], pa.Table] = {}
        units: dict[tuple[str, str, str, str], int] = {}
        for new in dict.fromkeys(state & changed for state in states):
            before = next(reversed(made), new)
            made[new] = cells_with(new)
            units |= _touched(work, min(new - before, default=""), quarter) if made.keys() - {new} else {}
            work.keep("part_before", "FROM part")
        return Replayed(changed, made, units)


def _of_lake(lake: Lake, quarter: str, days: Between) -> Replayed:
    """The cells of a quarter in which nothing changed."""
    cells = known_cells(lake, "cell_leaf", [quarter], days.new).cast(contract("cell_leaf").schema)
    return Replayed(frozenset(), {frozenset(): cells.filter(pc.equal(cells["origin"], MEASURED))})


def replayed_annual(workspace: Workspace, days: Between, states: Sequence[frozenset[str]]) -> Replayed:
    """The annual cells of all years in each of several states of knowledge, by their returns and the coefficients.

    Arguments, result and errors are those of ``replayed_cells``; the contract is cell_annual.
    """
    lake = Lake(workspace.lake)
    tables = {
        ANNUAL: lake.read("core_annual").select(_VALID).to_pandas(),
        "coefficients": lake.read("core_coefficient").to_pandas(),
    }
    changed = frozenset(name for name, table in tables.items() if days.learnt(table))
    if not changed:
        held = lake.read("cell_annual")
        known = pc.and_(pc.less_equal(held["known_from"], days.new), pc.greater(held["known_to"], days.new))
        return Replayed(changed, {frozenset(): held.filter(known)})
    coefficients = tables["coefficients"]
    with local_engine(workspace) as work:
        years = add_annual(work, lake)
        made = {
            new: pa.concat_tables([
                contract("cell_annual").schema.empty_table(),
                *(annual_cells(
                    work, "cell_annual", year, coefficients, Vintage(days.new, FOREVER),
                    returned=days.day(ANNUAL, new), known=days.day("coefficients", new),
                ) for year in years),
            ])
            for new in dict.fromkeys(state & changed for state in states)
        }  # fmt: skip
        work.add(place=places(workspace))
        units = {key: n for year in years for key, n in _touched_annual(work, year, days).items()}
    return Replayed(changed, made, units)


def _touched_annual(work: Engine, year: int, days: Between) -> Units:
    """How many units' annual returns of a year differ between the two days, by region and class."""
    for name, day in (("part_before", days.old), ("part", days.new)):
        work.keep("returned", statement("indicators", "income_approach"), {"year": year, "known": day})
        work.keep(name, statement("pipelines", "annual_part"))
    return _touched(work, ANNUAL, str(year))


def _pair(work: Engine, period: Quarter, days: Between) -> frozenset[str]:
    """Keep the returns of the two days side by side, of the quarter and of the year before; what changed in them."""
    between: dict[str, object] = {"old": days.old, "new": days.new}
    of = {"quarter": str(period), "last_day": period.last_day}
    work.keep("entered_unit", statement("pipelines", "entered_unit"), between | of)
    causes: set[str] = set()
    for version, pair, _ in _COMPARED:
        work.view("version", statement("pipelines", version))
        work.keep(pair, statement("pipelines", "revised_pair"), between)
        work.view("pair", f"FROM {pair}")
        causes |= set(work.rows(statement("pipelines", "paired_cause"))["cause"].to_pylist())
    return frozenset(causes)


def _touched(work: Engine, name: str, period: str) -> Units:
    """How many units a step rests on, by region and class: counts alone leave the engine."""
    counted = work.rows(statement("pipelines", "touched_unit")).to_pylist()
    return {(name, period, row["region"], row["class"]): row["units"] for row in counted}


def _turn(work: Engine, new: frozenset[str]) -> None:
    """Keep the returns of the quarter and of the year before as they are with these inputs new."""
    turned: dict[str, object] = {name: name in new for name in RETURNS}
    for _, pair, name in _COMPARED:
        work.view("pair", f"FROM {pair}")
        work.keep("chosen", statement("pipelines", "replayed_pair"), turned)
        work.keep(name, statement("pipelines", f"replayed_{name}"))
