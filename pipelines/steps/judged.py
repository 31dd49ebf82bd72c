"""What may leave the house of a release, beside all that readers hold already.

Belongs here: which cells are shown, whose changes are told exactly, rounded or not at all, and which quarters
stay as they were published. Does not belong here: which observations that lets pass (release.gate), what units put in
(contributed), folders and copies (exported).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow.parquet as pq

from indicators.disclosure import Pattern, exposed, pattern
from pipelines.release.gate import Disclosure, Passing, told_of
from pipelines.release.rounded import Cell, Earlier, Figure, numbers
from pipelines.steps.contributed import (
    BASED,
    STEADY,
    VA,
    Table,
    answers,
    between,
    classes,
    contributions,
    moved,
    of_periods,
    rebased,
    surveyed,
)
from pipelines.steps.roughened import Rough, roughened
from pipelines.workspace import Workspace

_CORE: Final = "core"
Cells = frozenset[Cell]


@dataclass(frozen=True)
class Known:
    """A release that is to leave: its quarter, the day whose knowledge it rests on, its observations."""

    quarter: str
    as_of: dt.date
    observations: pd.DataFrame


@dataclass(frozen=True)
class Published:
    """What readers hold already: whoever has the copies of one level may have those of the other.

    Attributes:
        hidden: cells that some copy hid.
        unchanged: item and year → cells of which some copy kept the change back.
        known: quarter, or year of a survey → all days as of which some copy told it.
        last: the same → the day as of which the last copy of the level asked for told it, or of any level if none did.
        told: the same → that copy.
        rough: all copies → figures that they told rounded, with their steps.
    """

    hidden: frozenset[tuple[str, str]]
    unchanged: Mapping[tuple[str, str], frozenset[tuple[str, str]]]
    known: Mapping[str, frozenset[str]]
    last: Mapping[str, str]
    told: Mapping[str, Path]
    rough: Mapping[Path, Mapping[Figure, float]] = field(default_factory=dict)

    def earlier(self) -> list[Earlier]:
        """What the copies told of growth and pulls."""
        return [Earlier(numbers(_observed(folder)), steps) for folder, steps in self.rough.items()]

    def steps(self, quarters: Iterable[str]) -> dict[Figure, float]:
        """What was last told rounded of some quarters, with the steps."""
        rough = ((quarter, self.rough.get(self.told[quarter], {})) for quarter in quarters)
        return {figure: step for quarter, steps in rough for figure, step in steps.items() if figure[1] == quarter}

    def observations(self, quarters: Iterable[str]) -> pd.DataFrame:
        """What was last told of some quarters."""
        rows = [_told(self.told[quarter], quarter) for quarter in quarters]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def judged(workspace: Workspace, known: Known, settings: Disclosure, published: Published) -> Passing:
    """What may leave of a release, beside all that readers hold already.

    Args:
        workspace: whose units.
        known: what is to leave.
        settings: the rules.
        published: what left before.

    Raises:
        InputError: some cell cannot be protected (it is named, with how close it could be bounded).
    """
    quarter, as_of = known.quarter, known.as_of
    tables = _put_in(workspace, quarter, as_of, settings)
    found = {
        name: pattern(
            table.told,
            regions=table.regions,
            whole=table.whole,
            classes=table.classes,
            rules=table.rules,
            withheld=published.hidden,
        )
        for name, table in tables.items()
    }

    def closed(name: str, changes: pd.DataFrame, withheld: Iterable[Cell] = ()) -> Cells:
        table = tables[name]
        places: dict[str, Any] = {"whole": table.whole, "classes": table.classes, "rules": table.rules}
        return exposed(changes, found[name], withheld=set(withheld), **places)

    held: set[str] = set()
    shown = {}
    for day in sorted({day for days in published.known.values() for day in days}):
        told_then = sorted(each for each, days in published.known.items() if day in days and each <= quarter)
        before = tables if day == as_of.isoformat() else _then(workspace, quarter, told_then, day, settings)
        for one in told_then:
            was = {name: of_periods(before[name].told, [one]) for name in before}
            if published.last[one] == day:
                shown[one] = was[_CORE]
            now = {name: of_periods(table.told, [one]) for name, table in tables.items()}
            if one not in held and any(closed(name, between(was[name], now[name])) for name in was):
                held.add(one)
    core = tables[_CORE].told
    core = core[~core["period"].str[:6].isin(held)]
    core = pd.concat([core, *(shown[one] for one in sorted(held))], ignore_index=True)
    unchanged = _untold(core, published, closed)
    days = {one: published.last[one] for one in sorted(held)}
    stood, steps = published.observations(days), published.steps(held)
    table = replace(tables[_CORE], told=core)
    rough = Rough(published.earlier(), frozenset(held), Earlier(numbers(stood) if held else {}, steps))
    years = {year: cells for (item, year), cells in unchanged.items() if item == VA}
    rounded = roughened(table, found[_CORE], years, numbers(known.observations), rough)
    return Passing(_together(found), unchanged, days, stood, rounded | steps)


def _untold(core: pd.DataFrame, published: Published, closed: Callable[..., Cells]) -> dict[tuple[str, str], Cells]:
    """Item and year → cells whose change may not be told in that year.

    One unit's value added and revenue change together, so a cell is closed for both or for neither. Staff told of two
    quarters is a change, whichever two; so it is told of a cell in every quarter or in none.
    """
    before = published.unchanged
    found: dict[tuple[str, str], Cells] = {}
    years = sorted({period[:4] for period in core["period"]})
    for year in years:
        withheld = frozenset().union(*(before.get((item, year), frozenset()) for item in BASED))
        found |= dict.fromkeys([(item, year) for item in BASED], closed(_CORE, rebased(core, year), withheld))
    withheld = frozenset().union(*(cells for (item, _), cells in before.items() if item == STEADY))
    found |= dict.fromkeys([(STEADY, year) for year in years], closed(_CORE, moved(core, STEADY), withheld))
    return {key: cells for key, cells in found.items() if cells}


def _put_in(workspace: Workspace, quarter: str, as_of: dt.date, settings: Disclosure) -> dict[str, Table]:
    """What units put in as known on a day: into cells of the core, and into both sides of the rates of surveys."""
    limits, counties = settings.rules, [county.code for county in workspace.city.counties]
    whole = workspace.city.code
    core = Table(contributions(workspace, quarter, as_of), whole, counties, classes(), limits.rules)
    rates = answers(workspace, quarter, as_of)
    return {_CORE: core} | {
        name: Table(told, whole, (), surveyed()[name], limits.answers) for name, told in rates.items()
    }


def _then(workspace: Workspace, quarter: str, told: Sequence[str], day: str, settings: Disclosure) -> dict[str, Table]:
    """The same as known on an earlier day, up to the last quarter that was told: later ones were not all there."""
    return _put_in(
        workspace, max((each for each in told if "Q" in each), default=quarter), dt.date.fromisoformat(day), settings
    )


def _together(found: Mapping[str, Pattern]) -> Pattern:
    """All cells that are shown and hidden; the blocks are those of the core."""
    patterns = found.values()
    return Pattern(
        blocks=found[_CORE].blocks,
        hidden=frozenset().union(*(each.hidden for each in patterns)),
        shown=frozenset().union(*(each.shown for each in patterns)),
        bounds=pd.concat([each.bounds for each in patterns], ignore_index=True),
    )


def _told(folder: Path, quarter: str) -> pd.DataFrame:
    """What a copy says of a quarter."""
    rows = _observed(folder)
    return pd.DataFrame(rows[told_of(rows) == quarter])


def _observed(folder: Path) -> pd.DataFrame:
    return pd.DataFrame(pq.read_table(folder / "parquet" / "observation.parquet").to_pandas())
