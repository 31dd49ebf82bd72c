"""Revisions: what changed since the release before and why, what units did, how figures moved from release to release.

Belongs here: which two days are compared, and the tables that follow. Does not belong here: replaying cells (replayed),
the order of causes and the split (indicators.revision_steps), or how the tables look (release).

A release is a function of quarter and day, so the release before needs no file: it is what the pipeline gives of the
day on which it was due. The command ``shuce revision`` also holds it against the folder that was cut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby, starmap
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from classification import arrow_tables
from classification.errors import NotKnownError
from indicators.catalogue import indicator
from indicators.measure import Evidence, full_cells, headline_figures, known_then
from indicators.quarter import Quarter
from indicators.revision_steps import FEWEST, fold_few, moving, shown, split_displayed, states, steps
from pipelines.contracts import contract
from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.lake import Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.steps.cells import places
from pipelines.steps.classified import ANNUAL_SQL, PARTS_SQL, registers_since
from pipelines.steps.missing import annual_coverage
from pipelines.steps.observed import SMALL, history, known_cells
from pipelines.steps.replayed import ANNUAL, RETURNS, SQL, Between, Units, replayed_annual, replayed_cells
from pipelines.workspace import Workspace

_REPORTED: Final = "rate_method"
_FULL: Final = "full_scope"
_BENCHMARKED: Final = "benchmarked"
_DEFINITIONS: Final = (_REPORTED, _FULL, _BENCHMARKED)
_LEVEL: Final = "core_value_added"
_CELL: Final = ["definition_id", "indicator", "price_basis", "base", "region", "class"]
_KEY: Final = [*_CELL, "period"]
# The tables beside cells that some step turns from old to new, each in a partition of its own or by quarter.
_FRAMES: Final = tuple(name for step in steps() for name in step.inputs if name in SMALL and name != ANNUAL)
_CROSSED: Final = "crossed"
_CODE: Final = ("revised", "replayed", "classified", "observed", "missing")
_BESIDE: Final = ("unit_change", "annual_coverage")


def revisions(workspace: Workspace, quarter: str, as_of: dt.date) -> list[Made]:
    """Make the tables of a release quarter as known on a day, revisions, unit changes, triangle."""
    lake, needed = Lake(workspace.lake), history(workspace, quarter)
    period = Quarter.parse(quarter)
    made_from = [str(as_of), *_made_from(workspace, lake, needed)]

    @cache
    def known(of: Quarter, day: dt.date) -> pd.DataFrame | None:
        return core_figures(workspace, of, day)

    def fill_revision(path: Path) -> None:
        _write("revision", _since_release_before(workspace, period, as_of, known) if needed else [], path)

    def fill_triangle(path: Path) -> None:
        days = [*_due(workspace, period, as_of), (period, as_of)] if needed else []
        _write("revision_triangle", triangle({day: known(of, day) for of, day in days}, workspace.city.code), path)

    def fill_changes(path: Path) -> None:
        write_table(unit_changes(workspace, quarter, as_of), path)

    return [
        lake.refresh("revision", quarter, fill_revision, made_from=made_from),
        lake.refresh("unit_change", quarter, fill_changes, made_from=made_from),
        lake.refresh("revision_triangle", quarter, fill_triangle, made_from=made_from),
    ]


def core_figures(workspace: Workspace, quarter: Quarter, day: dt.date) -> pd.DataFrame | None:
    """The cumulative core figures of a release as known on a day; None where too little had come by then.

    Raises:
        InputError: what had come cannot be used, or cells have not been made.
    """
    lake = Lake(workspace.lake)
    try:
        leaf = known_cells(lake, "cell_leaf", history(workspace, str(quarter)), day)
        frames = {name: lake.read(SMALL[name]).to_pandas() for name in _FRAMES if name in moving(_REPORTED)}
        known = _evidence(workspace, leaf, frames).at(quarter, day)
        return headline_figures(known, full_cells(known, quarter), _REPORTED).assign(as_of=day)
    except NotKnownError:
        # A release of that day would have been refused for it, too. Any other fault is none of that day's.
        return None


def split_between(workspace: Workspace, period: Quarter, days: Between) -> list[dict[str, object]]:
    """The revision of a period's core figures between two days, split by cause: rows of the contract ``revision``.

    The figures are those reported and those of the full scope of the period, and the benchmarked ones of the quarters
    of the last year that is closed on the later day. Before a year is closed, what is known of its quarters is their
    preliminary figure: what benchmarking makes of it is the effect of the annual returns, with a change of vintage.

    Args:
        workspace: with all quarters up to the period made.
        period: the quarter of which the cumulative figures are compared.
        days: the two days of knowledge.

    Returns:
        For the place, its four divisions and each county, where the figure is there in every state: one row per step,
        with how many ``units`` it rests on (None: on tables alone).

    Raises:
        InputError: something the figures need was not known on either day.
    """
    found, counted = _replayed(workspace, period, days)
    values, vintages = (pd.concat([state[name] for state in found], axis=1).dropna() for name in ("value", "vintage"))
    terms: dict[str, object] = {"span": "cumulative", "previous_as_of": days.old, "as_of": days.new}
    told = zip(values.index, values.to_numpy().tolist(), vintages.to_numpy().tolist(), strict=True)
    return [
        terms | dict(zip(_KEY, key, strict=True)) | {"previous_vintage": of[0], "vintage": of[-1]} | row
        for key, figures, of in told
        for row in _split(figures, key[0], key[1], counted, (key[-1], key[4], key[5]))
    ]


def folded(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a split with what rests on a few units folded, figure by figure: as they may leave."""
    figures = groupby(rows, key=lambda row: [row[name] for name in _KEY])
    return [row for _, figure in figures for row in fold_few(list(figure))]


def triangle(found: Mapping[dt.date, pd.DataFrame | None], place: str) -> list[dict[str, object]]:
    """The figures of the place as known on several days: rows of the contract ``revision_triangle``.

    Args:
        found: day → the core figures as known on it, None where there are none.
        place: code of the place.
    """
    known = [frame for _, frame in sorted(found.items()) if frame is not None]
    if not known:
        return []
    rows = pd.concat(known, ignore_index=True)
    rows = rows[rows["region"] == place]
    numbered = rows.assign(estimate=rows.groupby([*_CELL, "period"]).cumcount() + 1)
    names = contract("revision_triangle").names
    return [{str(name): value for name, value in row.items()} for row in numbered[names].to_dict("records")]


def unit_changes(workspace: Workspace, quarter: str, as_of: dt.date) -> pa.Table:
    """What units did in the four quarters up to one, by county and division, with the effect on level and growth."""
    lake, held_to, period = Lake(workspace.lake), contract("unit_change"), Quarter.parse(quarter)
    before = str(period - 4)
    if not workspace.city.has_firms or not lake.path("class_part", before).exists():
        return held_to.schema.empty_table()
    with local_engine(workspace) as work:
        work.add(core_change=lake.existing("core_change", registers_since(workspace, quarter)), place=places(workspace))
        work.add(part=lake.existing("class_part", [quarter]), last_part=lake.existing("class_part", [before]))
        asked = {"quarter": quarter, "as_of": as_of, "place": workspace.city.code, "fewest": FEWEST}
        return work.rows(statement("pipelines", "unit_change"), asked).cast(held_to.schema)


def release_before(workspace: Workspace, quarter: Quarter, as_of: dt.date) -> tuple[Quarter, dt.date] | None:
    """The last release that was due before a day, up to a quarter: its quarter and its day."""
    return next(reversed(_due(workspace, quarter, as_of)), None)


def _since_release_before(
    workspace: Workspace, quarter: Quarter, as_of: dt.date, known: Callable[[Quarter, dt.date], pd.DataFrame | None]
) -> list[dict[str, object]]:
    before = release_before(workspace, quarter, as_of)
    if before is None or known(*before) is None:
        return []
    period, day = before
    return folded(split_between(workspace, period, Between(day, as_of)))


def _due(workspace: Workspace, quarter: Quarter, as_of: dt.date) -> list[tuple[Quarter, dt.date]]:
    """The releases up to a quarter that were due before a day, in order."""
    city = workspace.city
    days = [(of, city.release_date(of)) for of in city.release_quarters if of <= quarter]
    return [(of, day) for of, day in days if day < as_of]


def _replayed(workspace: Workspace, period: Quarter, days: Between) -> tuple[list[pd.DataFrame], Units]:
    """The figures in each state of knowledge, ``value, vintage`` by cell and period, and how many units steps touch."""
    lake, city = Lake(workspace.lake), workspace.city
    quarters = [str(quarter) for quarter in city.quarters if quarter <= period]
    tables = {name: lake.read(SMALL[name]).to_pandas() for name in _FRAMES}
    tables[_CROSSED] = lake.read("cell_crossed", quarters).to_pandas()
    learnt = frozenset(name for name, rows in tables.items() if days.learnt(rows))
    cells = [replayed_cells(workspace, quarter, days, states()) for quarter in quarters]
    annual = replayed_annual(workspace, days, states())
    changed = learnt.union(annual.changed, *(replayed.changed for replayed in cells))

    @cache
    def known(new: frozenset[str]) -> Evidence:
        leaf = pa.concat_tables([replayed.at(new) for replayed in cells])
        frames = {name: known_then(rows, name, days.day(name, new), days.new) for name, rows in tables.items()}
        frames[ANNUAL] = annual.at(new).to_pandas()
        # Whether a year is closed is learnt with its annual returns.
        frames["closing"] = annual_coverage(workspace, quarters, days.day(ANNUAL, new)).to_pandas()
        return _evidence(workspace, leaf, frames).at(period, days.new)

    @cache
    def full(new: frozenset[str]) -> pd.DataFrame:
        return full_cells(known(new), period)

    @cache
    def figures(definition: str, new: frozenset[str]) -> pd.DataFrame:
        leaf = full(new & moving(_REPORTED))
        # Of the full scope the period alone is told; a year of it rests on no other, and is dear.
        told = leaf[leaf["quarter"].str[:4] == str(period.year)] if definition == _FULL else leaf
        return headline_figures(known(new), told, definition)

    def at(definition: str, state: frozenset[str]) -> pd.DataFrame:
        return figures(definition, state & changed & moving(definition))

    closed = max(at(_BENCHMARKED, states()[-1])["period"].str[:4], default="")
    found = [_at({of: at(of, state) for of in _DEFINITIONS}, str(period), closed) for state in states()]
    return found, {key: units for replayed in (*cells, annual) for key, units in replayed.units.items()}


def _at(found: Mapping[str, pd.DataFrame], period: str, closed: str) -> pd.DataFrame:
    """What is known of a period, and of the quarters of a closed year: benchmarked, or while it is open as reported."""
    own = [found[of][found[of]["period"] == period] for of in (_REPORTED, _FULL)]
    levels = found[_REPORTED][found[_REPORTED]["indicator"] == _LEVEL].assign(definition_id=_BENCHMARKED)
    of_year = [rows[rows["period"].str[:4] == closed] for rows in (found[_BENCHMARKED], levels)]
    keyed = pd.concat([*own, *of_year]).set_index(_KEY)
    return keyed.loc[~keyed.index.duplicated(), ["value", "vintage"]]


def _split(
    values: Sequence[float],
    definition: str,
    name: str,
    counted: Units,
    cell: tuple[str, str, str],
) -> list[dict[str, object]]:
    entry = indicator(name, definition)
    effects = split_displayed(values, entry.display_unit, entry.decimals)
    ends: dict[str, object] = {
        "previous_value": shown(values[0], entry.display_unit, entry.decimals),
        "value": shown(values[-1], entry.display_unit, entry.decimals),
        "unit": entry.unit,
    }
    return [
        ends
        | {"step": step.number, "cause": step.cause, "cause_zh": step.name_zh, "effect": float(effects[step.cause])}
        | {"absent_zh": step.absent_zh.get(definition, ""), "units": _resting(step.inputs, counted, cell)}
        for step in steps()
    ]


def _resting(inputs: Sequence[str], counted: Units, cell: tuple[str, str, str]) -> int | None:
    """How many units a step rests on in a cell (period, region, class); None for one that rests on tables alone.

    A rate or coefficient rests on the units that it moves, an annual return of the year on whose it is. Where nothing
    of any unit moved, what is left of such a step comes from tables that hold for whole classes.
    """
    period, region, cls = cell
    touched = sum(counted.get((name, of, region, cls), 0) for name in inputs for of in (period, period[:4]))
    return touched if touched or set(inputs) & {*RETURNS, "register"} else None


def _evidence(workspace: Workspace, leaf: pa.Table, frames: Mapping[str, pd.DataFrame]) -> Evidence:
    city = workspace.city
    given: dict[str, Any] = {name: pd.DataFrame() for name in ("cells", "closing", *SMALL)} | dict(frames)
    return Evidence(
        **given,
        leaf=leaf.to_pandas(date_as_object=False),
        closed_from=city.annual_coverage,
        membership=_membership(),
        place=city.code,
        counties=tuple(county.code for county in city.counties),
        first_release=city.release_quarters[0],
    )


@cache
def _membership() -> pd.DataFrame:
    return pd.DataFrame(arrow_tables()["membership"].to_pandas())


def _made_from(workspace: Workspace, lake: Lake, needed: Sequence[str]) -> Iterator[str]:
    for table in (
        "class_return",
        "core_change",
        "cell_leaf",
        "cell_crossed",
        "class_part",
        "core_return",
        "core_register",
    ):
        yield from lake.hashes(table, needed) if needed else []
    for table in ("class_rate", "core_annual", "core_coefficient", "cell_annual", *(SMALL[name] for name in _FRAMES)):
        yield from lake.hashes(table)
    yield workspace.city.model_dump_json()
    yield code_hash("indicators", "classification")
    yield from starmap(statement, (*PARTS_SQL, *ANNUAL_SQL))
    yield from (statement("pipelines", name) for name in (*SQL, *_BESIDE))
    yield from ((Path(__file__).parent / f"{name}.py").read_text("utf-8") for name in _CODE)


def _write(table: str, rows: Sequence[Mapping[str, object]], path: Path) -> None:
    held_to = contract(table)
    made = pa.Table.from_pylist(list(rows), schema=held_to.schema)
    write_table(made.sort_by([(name, "ascending") for name in held_to.key]), path)
