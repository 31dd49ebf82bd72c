"""What may leave the house of a release, beside all that readers hold already.

Belongs here: which cells are shown, whose changes are told exactly, rounded or not at all, and which quarters
stay as they were published. Does not belong here: which observations that lets pass (release.gate), what units put in
(contributed), folders and copies (exported).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, product
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd
import pyarrow.parquet as pq

from indicators.disclosure import Pattern, PatternRules, Relation, cell_sums, exposed, pattern, tellable
from pipelines.release.gate import Disclosure, Passing, told_of
from pipelines.release.rounded import GROWTH, STEPS, Cell, Earlier, Figure, Numbers, not_exact, numbers, says
from pipelines.steps.contributed import (
    BASED,
    answers,
    between,
    classes,
    contributions,
    moved,
    of_periods,
    rebased,
    surveyed,
)
from pipelines.workspace import Workspace

_CORE: Final = "core"
_LEVEL: Final = "va"
_STEADY: Final = "staff"  # of which units report the same number again and again
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
        rough: copies that told figures rounded → these with their steps.
    """

    hidden: frozenset[tuple[str, str]]
    unchanged: Mapping[tuple[str, str], frozenset[tuple[str, str]]]
    known: Mapping[str, frozenset[str]]
    last: Mapping[str, str]
    told: Mapping[str, Path]
    rough: Mapping[Path, Mapping[Figure, float]] = field(default_factory=dict)

    def earlier(self) -> list[Earlier]:
        """The copies that told figures rounded."""
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
        before = (
            tables if day == as_of.isoformat() else _put_in(workspace, quarter, dt.date.fromisoformat(day), settings)
        )
        for one in sorted(each for each, days in published.known.items() if day in days and each <= quarter):
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
    told = numbers(known.observations[~told_of(known.observations).isin(held)])
    rounded = _rounded(replace(tables[_CORE], told=core), found[_CORE], unchanged, told, published.earlier())
    return Passing(_together(found), unchanged, days, published.observations(days), rounded | published.steps(held))


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
    withheld = frozenset().union(*(cells for (item, _), cells in before.items() if item == _STEADY))
    found |= dict.fromkeys([(_STEADY, year) for year in years], closed(_CORE, moved(core, _STEADY), withheld))
    return {key: cells for key, cells in found.items() if cells}


def _rounded(
    table: _Table, found: Pattern, unchanged: Mapping[tuple[str, str], Cells], known: Numbers, before: Sequence[Earlier]
) -> dict[Figure, float]:
    """Growth and pulls that may be told rounded where the exact ones may not, with the finest step that protects.

    Args:
        table: what readers hold.
        found: what may be shown of the cells themselves.
        unchanged: as ``_untold`` gives it.
        known: the numbers of the release.
        before: copies that told such figures before.
    """
    places: dict[str, Any] = {"whole": table.whole, "classes": table.classes}
    core = (table.whole, _CORE)
    told: dict[Figure, float] = {}
    for year in sorted(year for item, year in unchanged if item == _LEVEL):
        closed, changes = unchanged[_LEVEL, year], rebased(table.told, year)
        sums = cell_sums(changes, **places)
        said: dict[str, list[Relation]] = {}
        for label in sorted(set(sums.index.get_level_values("period")) & {f"{year}Q{n} {_LEVEL}" for n in range(1, 5)}):
            moves: dict[Hashable, float] = sums[label].to_dict()
            for figure in not_exact(known, label[:6], closed, found.shown, core):
                earlier = [(copy.numbers, copy.steps[figure]) for copy in before if figure in copy.steps]
                mine = [says(figure, step, known, moves, core) for step in STEPS]
                mine += [says(figure, step, known, moves, core, then=numbers) for numbers, step in earlier]
                said.setdefault(label, []).extend(chain.from_iterable(mine))
        # Readers come for the growth of the core and its divisions.
        first = product(said, (_CORE, "01", "02", "03", "04"), STEPS)
        favoured = [(GROWTH, label[:6], table.whole, name, step) for label, name, step in first]
        labels = tellable(changes, found, closed, said, rules=table.rules, favoured=favoured, **places)
        for *place, step in sorted(cast("frozenset[tuple[str, str, str, str, float]]", labels), reverse=True):
            told[cast("Figure", tuple(place))] = step
    return told


@dataclass(frozen=True)
class _Table:
    """What units put into cells that add up among themselves: of which regions and classes, and under which rules."""

    told: pd.DataFrame
    whole: str
    regions: Sequence[str]
    classes: Mapping[str, str]
    rules: PatternRules


def _put_in(workspace: Workspace, quarter: str, as_of: dt.date, settings: Disclosure) -> dict[str, _Table]:
    """What units put in as known on a day: into cells of the core, and into both sides of the rates of surveys."""
    limits, counties = settings.rules, [county.code for county in workspace.city.counties]
    whole = workspace.city.code
    core = _Table(contributions(workspace, quarter, as_of), whole, counties, classes(), limits.rules)
    rates = answers(workspace, quarter, as_of)
    return {_CORE: core} | {
        name: _Table(told, whole, (), surveyed()[name], limits.answers) for name, told in rates.items()
    }


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
