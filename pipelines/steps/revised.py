"""Revisions: what changed since the release before and why, what units did, how figures moved from release to release.

Belongs here: which two days are compared, and the tables that follow. Does not belong here: replaying cells (replayed),
the order of causes and the split (indicators.revision_steps), or how the tables look (release).

A release is a function of quarter and day, so the release before needs no file: it is what the pipeline gives of the
day on which it was due. The command ``shuce revision`` also holds it against the folder that was cut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from classification import arrow_tables
from classification.errors import InputError
from indicators.catalogue import indicator
from indicators.measure import Evidence, known_then, measure_core
from indicators.quarter import Quarter
from indicators.revision_steps import shown, split_displayed, states, steps
from indicators.vintage import PRELIMINARY
from pipelines.contracts import contract
from pipelines.engine import engine, statement
from pipelines.lake import Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.steps.cells import places
from pipelines.steps.classified import registers_since
from pipelines.steps.observed import SMALL, history, known_cells
from pipelines.steps.replayed import SQL, Between, replayed_cells
from pipelines.workspace import Workspace

_CORE: Final = "core"
_DIVISIONS: Final = ("01", "02", "03", "04")
# The figures that are explained: level at current prices, growth over the comparable base, with and without prices.
_FIGURES: Final = (
    ("core_value_added", "current", "none"),
    ("core_growth", "current", "comparable"),
    ("core_growth", "constant", "comparable"),
)
_CELL: Final = ["indicator", "price_basis", "base", "region", "class"]
# The frames beside cells that some step turns from old to new.
_FRAMES: Final = tuple(name for step in steps() for name in step.inputs if name in SMALL)
_CODE: Final = ("revised", "replayed", "classified", "observed")


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
    """The cumulative core figures of a release as known on a day; None where none could have been cut that day."""
    lake = Lake(workspace.lake)
    try:
        leaf = known_cells(lake, "cell_leaf", history(workspace, str(quarter)), day).to_pandas()
        frames = {name: lake.read(SMALL[name]).to_pandas() for name in _FRAMES}
        first = workspace.city.release_quarters[0]
        return _explained(measure_core(_evidence(workspace, first, leaf, frames), quarter, day), workspace.city.code)
    except InputError:
        # What a release of that day would have been refused for, too.
        return None


def split_between(workspace: Workspace, period: Quarter, days: Between) -> list[dict[str, object]]:
    """The revision of a period's core figures between two days, split by cause: rows of the contract ``revision``.

    Args:
        workspace: with all quarters up to the period made.
        period: the quarter of which the cumulative figures are compared.
        days: the two days of knowledge.

    Returns:
        For the place, its four divisions and each county, where the figure is there in every state: one row per step.

    Raises:
        InputError: something the figures need was not known on either day.
    """
    found = _replayed(workspace, period, days)
    keys = [key for key in found[-1].index if all(key in values.index for values in found)]
    terms: dict[str, object] = {
        "definition_id": "rate_method",
        "period": str(period),
        "span": "cumulative",
        "vintage": PRELIMINARY,
        "previous_as_of": days.old,
        "as_of": days.new,
    }
    return [
        terms | dict(zip(_CELL, key, strict=True)) | row
        for key in keys
        for row in _split([float(values[key]) for values in found], str(key[0]))
    ]


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
    with engine(lake.root) as work:
        work.add(core_change=lake.existing("core_change", registers_since(workspace, quarter)), place=places(workspace))
        work.add(part=lake.existing("class_part", [quarter]), last_part=lake.existing("class_part", [before]))
        asked = {"quarter": quarter, "as_of": as_of, "place": workspace.city.code}
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
    return split_between(workspace, period, Between(day, as_of))


def _due(workspace: Workspace, quarter: Quarter, as_of: dt.date) -> list[tuple[Quarter, dt.date]]:
    """The releases up to a quarter that were due before a day, in order."""
    city = workspace.city
    days = [(of, city.release_date(of)) for of in city.release_quarters if of <= quarter]
    return [(of, day) for of, day in days if day < as_of]


def _replayed(workspace: Workspace, period: Quarter, days: Between) -> list[pd.Series]:
    """The figures in each state of knowledge, by cell."""
    lake, city = Lake(workspace.lake), workspace.city
    tables = {name: lake.read(SMALL[name]).to_pandas() for name in _FRAMES}
    quarters = chain_of(city.quarters, period, routed=not tables["routes"].empty)
    cells = [replayed_cells(workspace, str(quarter), days, states()) for quarter in quarters]
    found = []
    for n, new in enumerate(states()):
        leaf = pa.concat_tables([made[n] for made in cells]).to_pandas()
        frames = {name: known_then(rows, name, days.day(name, new), days.new) for name, rows in tables.items()}
        rows = _explained(measure_core(_evidence(workspace, period, leaf, frames), period, days.new), city.code)
        found.append(rows.set_index(_CELL)["value"])
    return found


def chain_of(quarters: Iterable[Quarter], period: Quarter, *, routed: bool) -> list[Quarter]:
    """The quarters on which a period's figures rest: lagged services on the same quarter of every year before.

    Args:
        quarters: those of the workspace.
        period: the period.
        routed: whether some class goes by its volume, whose ρ rests on the year before up to its last quarter.
    """
    numbers = {period.number, 4} if routed else {period.number}
    return [quarter for quarter in quarters if quarter <= period and quarter.number in numbers]


def _split(values: Sequence[float], name: str) -> list[dict[str, object]]:
    entry = indicator(name, "rate_method")
    effects = split_displayed(values, entry.display_unit, entry.decimals)
    ends: dict[str, object] = {
        "previous_value": shown(values[0], entry.display_unit, entry.decimals),
        "value": shown(values[-1], entry.display_unit, entry.decimals),
        "unit": entry.unit,
    }
    return [
        ends
        | {"step": step.number, "cause": step.cause, "cause_zh": step.name_zh, "absent_zh": step.absent_zh}
        | {"effect": float(effects[step.cause])}
        for step in steps()
    ]


def _evidence(workspace: Workspace, first: Quarter, leaf: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> Evidence:
    city = workspace.city
    given: dict[str, Any] = {name: pd.DataFrame() for name in ("cells", *SMALL)} | dict(frames)
    return Evidence(
        **given,
        leaf=leaf,
        membership=arrow_tables()["membership"].to_pandas(),
        place=city.code,
        counties=tuple(county.code for county in city.counties),
        first_release=first,
    )


def _explained(rows: pd.DataFrame, place: str) -> pd.DataFrame:
    """The cumulative figures that are explained: of the core everywhere, of its divisions for the place alone."""
    classes = (rows["class"] == _CORE) | ((rows["region"] == place) & rows["class"].isin(_DIVISIONS))
    rows = rows[(rows["span"] == "cumulative") & classes]
    forms = pd.MultiIndex.from_frame(rows[["indicator", "price_basis", "base"]])
    return rows[forms.isin(_FIGURES)]


def _made_from(workspace: Workspace, lake: Lake, needed: Sequence[str]) -> Iterator[str]:
    for table in ("class_return", "core_change", "cell_leaf", "class_part", "core_return", "core_register"):
        yield from lake.hashes(table, needed) if needed else []
    for table in ("class_rate", "core_coefficient", *(SMALL[name] for name in _FRAMES)):
        yield from lake.hashes(table)
    yield workspace.city.model_dump_json()
    yield code_hash("indicators", "classification")
    yield from (statement("pipelines", name) for name in (*SQL, "unit_change", "returned", "succession", "class_part"))
    yield from ((Path(__file__).parent / f"{name}.py").read_text("utf-8") for name in _CODE)


def _write(table: str, rows: Sequence[Mapping[str, object]], path: Path) -> None:
    held_to = contract(table)
    made = pa.Table.from_pylist(list(rows), schema=held_to.schema)
    write_table(made.sort_by([(name, "ascending") for name in held_to.key]), path)
