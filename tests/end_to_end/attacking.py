"""An attack on copies that left the house, by whoever holds their files and perhaps returns of his own.

Everything that the files say is a linear relation on four numbers of every cell and period: its value added, that of
last year as it was published, that of last year of the units of this one, and its volume at last year's prices. What a
reader or a respondent can then still think possible of a hidden number is found by linear programming.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import highspy
import numpy as np
import pandas as pd

from indicators.disclosure import primary
from pipelines.steps.contributed import contributions, rebased
from pipelines.workspace import Workspace

PLACE = "419900"
ABOVE = {"core": "", **dict.fromkeys(("01", "02", "03", "04"), "core")}
LEVEL, BEFORE, BASE, VOLUME = KINDS = ("level", "before", "base", "volume")
# Amounts in the files are whole yuan; sums of many may miss by some, which tells nobody anything.
SLACK = 50.0
_AMOUNTS = {
    ("core_value_added", "none"): LEVEL,
    ("core_value_added_base", "published"): BEFORE,
    ("core_value_added_base", "comparable"): BASE,
    ("core_value_added_volume", "none"): VOLUME,
}

Cell = tuple[str, str, str, str]  # period, span, region, class
Variable = tuple[str, *Cell]
Terms = Mapping[Variable, float]
Relation = tuple[Terms, float, float]  # the least and the most that the sum can be


def told(*folders: Path) -> pd.DataFrame:
    """What copies say of cells of units, from their CSV files alone; the same number twice is one."""
    text = {"region": str, "class": str, "period": str, "value": str}
    files = [pd.read_csv(folder / "csv" / "observation.csv", dtype=text, keep_default_na=False) for folder in folders]
    rows = pd.concat([_with_steps(rows, folder) for rows, folder in zip(files, folders, strict=True)])
    rows = rows[rows["definition_id"].isin(["rate_method", "same_vintage"])]
    return rows.drop_duplicates(["indicator", "period", "span", "region", "class", "price_basis", "base", "vintage"])


def _with_steps(rows: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Beside each number the step that the manifest says it was rounded to, 0 if it was not."""
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rounded"]
    steps = {tuple(key): step for *key, step in said}
    keys = rows[["indicator", "period", "region", "class"]].itertuples(index=False, name=None)
    found = [steps.get(key, 0.0) for key in keys]
    return rows.assign(step=pd.Series(found, index=rows.index).where(rows["status"] == "R", 0.0))


@dataclass
class Attack:
    """All that is known, as a model of which one number after another is asked."""

    rows: pd.DataFrame
    at: dict[Variable, int] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    known: dict[Variable, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shown = self.rows[self.rows["value"] != "※"]
        names = ["indicator", "price_basis", "base", "period", "span", "region", "class"]
        values = pd.to_numeric(shown["value"])
        numbers = dict(zip(shown[names].itertuples(index=False, name=None), values, strict=True))
        levels = self.rows[self.rows["indicator"] == "core_value_added"]
        self.cells: list[Cell] = list(levels[names[3:]].itertuples(index=False, name=None))
        every = [(kind, *cell) for kind in KINDS for cell in self.cells]
        self.at = {variable: number for number, variable in enumerate(every)}
        for (indicator, _, base, *cell), value in numbers.items():
            if (variable := (_AMOUNTS.get((indicator, base), ""), *cell)) in self.at:
                self.known[variable] = value
        steps = dict(zip(shown[names].itertuples(index=False, name=None), shown.get("step", 0.0 * values), strict=True))
        self.relations = [(terms, -SLACK, SLACK) for terms in self._sums()]
        for figure, value in numbers.items():
            half = steps[figure] / 2
            # What is rounded lies between two numbers; each says on which side of it the truth is.
            sides = [(value - half, -SLACK, np.inf), (value + half, -np.inf, SLACK)] if half else []
            for ratio, low, high in sides or [(value, -SLACK, SLACK)]:
                self.relations += [(terms, low, high) for terms in self._ratio(figure, ratio)]

    def _sums(self) -> Iterator[Terms]:
        """Classes add up to the class above, places to the whole, quarters alone to those of the year so far."""
        there = set(self.cells)
        for period, span, region, name in self.cells:
            below = [c for c in there if c[:3] == (period, span, region) and ABOVE.get(c[3], c[3][:2]) == name]
            beside = [c for c in there if region == PLACE != c[2] and (c[0], c[1], c[3]) == (period, span, name)]
            alone = [(f"{period[:5]}{n}", "quarter", region, name) for n in range(1, int(period[5]) + 1)]
            for children in (below, beside, alone if span == "cumulative" and there.issuperset(alone) else []):
                # Volumes of quarters alone have prices of their own.
                for kind in KINDS[: 3 if children is alone else 4] if children else ():
                    yield {(kind, period, span, region, name): 1.0} | {(kind, *child): -1.0 for child in children}

    def _ratio(self, figure: tuple[str, ...], value: float) -> Iterator[Terms]:
        """Growth, pull, contribution or share: what it is a ratio of, less it times its denominator."""
        indicator, price, _, period, span, region, name = figure
        when, after = (period, span), VOLUME if price == "constant" else LEVEL
        core, whole = (*when, region, "core"), (*when, PLACE, "core")
        mine: Cell = (*when, region, name)
        found: dict[str, list[tuple[Variable, float]]] = {
            "core_growth": [((after, *mine), 1.0), ((BASE, *mine), -1.0 - value)],
            "core_pull": [((after, *mine), 1.0), ((BASE, *mine), -1.0), ((BASE, *whole), -value)],
            "core_contribution": [
                ((after, *mine), 1.0),
                ((BASE, *mine), -1.0),
                ((after, *whole), -value),
                ((BASE, *whole), value),
            ],
            "core_class_share": [((LEVEL, *mine), 1.0), ((LEVEL, *core), -value)],
            "core_region_share": [((LEVEL, *mine), 1.0), ((LEVEL, *when, PLACE, name), -value)],
        }
        terms = found.get(indicator, [])
        if terms and all(variable in self.at for variable, _ in terms):
            yield _added(terms)

    def bounds(self, wanted: Sequence[Terms], own: Terms, alone: Terms) -> Iterator[tuple[float, float]]:
        """The least and the most that sums of numbers can be.

        Args:
            wanted: which sums.
            own: what the attacker has in each number himself: it is at least that.
            alone: numbers that are all his.
        """
        exact = self.known | dict(alone)
        scale = max(map(abs, exact.values()))
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)  # as the program's own: all of one process share their number
        for variable in self.at:
            low = exact.get(variable, own.get(variable, 0.0)) / scale
            solver.addVar(low, low if variable in exact else highspy.kHighsInf)
        for terms, low, high in self.relations:
            columns = np.array([self.at[variable] for variable in terms], dtype=np.int32)
            solver.addRow(low / scale, high / scale, len(columns), columns, np.array(list(terms.values())))
        for terms in wanted:
            yield self._end(solver, terms, 1.0) * scale, self._end(solver, terms, -1.0) * scale

    def _end(self, solver: highspy.Highs, terms: Terms, sign: float) -> float:
        for variable, weight in terms.items():
            solver.changeColCost(self.at[variable], sign * weight)
        solver.run()
        status, value = solver.getModelStatus(), sign * solver.getObjectiveValue()
        for variable in terms:
            solver.changeColCost(self.at[variable], 0.0)
        if status == highspy.HighsModelStatus.kOptimal:
            return value
        assert status in {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible}, status
        return -sign * np.inf


def _base(cell: Cell) -> Terms:
    """The base of a cell; over several quarters what it had more at the end than when they began."""
    period, span, *place = cell
    if not span.startswith("since"):
        return {(BASE, *cell): 1.0}
    ends = {period: 1.0, f"{period[:4]}{span[-2:]}": -1.0}
    return {(BASE, end, "cumulative", place[0], place[1]): sign for end, sign in ends.items()}


def _added(terms: list[tuple[Variable, float]]) -> Terms:
    """Terms of one variable added: of the whole itself the pull is its growth."""
    found: dict[Variable, float] = {}
    for variable, weight in terms:
        found[variable] = found.get(variable, 0.0) + weight
    return found


@dataclass(frozen=True)
class Evidence:
    """The truth, which no attacker has: the numbers, how far each must be kept away, and who has how much in it."""

    known: Mapping[Variable, float]
    needs: Mapping[Cell, float]
    parts: Mapping[Cell, Mapping[str, float]]

    @classmethod
    def of(cls, workspace: Workspace, release: Path) -> Evidence:
        """Of a release and the parts that it rests on."""
        said = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
        rows = pd.read_parquet(release / "parquet" / "observation.parquet")
        rows = rows[rows["definition_id"] == "rate_method"]
        names = ["indicator", "base", "period", "span", "region", "class", "value"]
        known = {
            (_AMOUNTS[indicator, base], *cell): value
            for indicator, base, *cell, value in rows[names].itertuples(index=False, name=None)
            if (indicator, base) in _AMOUNTS
        }
        sums = _cells(contributions(workspace, said["quarter"], dt.date.fromisoformat(said["as_of"])))
        cell = ["period", "span", "region", "class"]
        found = primary(sums, by=cell, unit="unit", value="value")
        unsafe = found[found["unsafe"]]
        parts: dict[Cell, dict[str, float]] = {}
        for *place, unit, value in sums[[*cell, "unit", "value"]].itertuples(index=False, name=None):
            parts.setdefault(tuple(place), {})[unit] = value
        return cls(known, dict(zip(unsafe.index, unsafe["protection"], strict=True)), parts)

    @property
    def units(self) -> list[str]:
        """All respondents."""
        return sorted({unit for part in self.parts.values() for unit in part})

    def hidden(self, attack: Attack) -> list[tuple[str, Cell]]:
        """The levels that the files do not tell."""
        return [(LEVEL, cell) for cell in attack.cells if (LEVEL, *cell) not in attack.known]

    def narrowed(
        self, attack: Attack, hidden: Sequence[tuple[str, Cell]], who: str | None
    ) -> Iterator[tuple[str, Cell]]:
        """Hidden cells that a reader, or a respondent, can bound closer than he may.

        A respondent knows his own part, and where he is alone the cell; only what is not his is kept from him.
        """
        mine = {cell: part[who] for cell, part in self.parts.items() if who in part}
        own = {(LEVEL, *cell): value for cell, value in mine.items()}
        sole = [cell for cell in mine if len(self.parts[cell]) == 1]
        alone = {(LEVEL, *cell): self.known[LEVEL, *cell] for cell in sole if (LEVEL, *cell) in attack.at}
        asked = [(kind, cell) for kind, cell in hidden if cell not in sole]
        bounds = attack.bounds([{(kind, *cell): 1.0} for kind, cell in asked], own, alone)
        for (kind, cell), (low, high) in zip(asked, bounds, strict=True):
            value, need = self.known[kind, *cell], self._need(cell, who)
            floor = max(value - need, own.get((kind, *cell), 0.0))
            if low > floor + SLACK or high < value + need - SLACK or high - low <= SLACK:
                yield kind, cell

    def changed(self, attack: Attack, changes: pd.DataFrame) -> Iterator[Cell]:
        """Cells of which a reader can bound closer than he may what single units changed by.

        He is taken to know the prices, so that he has the volume of every level, and what the base would be had no unit
        changed, so that a bound of the base is one of the change.
        """
        attack.known |= {
            (VOLUME, *cell): self.known[VOLUME, *cell] for kind, *cell in list(attack.known) if kind == LEVEL
        }
        asked = {cell: _base(cell) for cell in changes.index[changes["unsafe"]]}
        asked = {cell: terms for cell, terms in asked.items() if attack.at.keys() >= terms.keys()}
        bounds = attack.bounds(list(asked.values()), {}, {})
        for (cell, terms), (low, high) in zip(asked.items(), bounds, strict=True):
            base = sum(sign * self.known[variable] for variable, sign in terms.items())
            need, floor = changes.loc[[cell], "protection"].iloc[0], 0.0 if len(terms) == 1 else -np.inf
            if low > max(base - need, floor) + SLACK or high < base + need - SLACK:
                yield cell

    def _need(self, cell: Cell, who: str | None) -> float:
        """How far a cell must be kept from somebody: from its largest contributor only the next largest is."""
        part = self.parts.get(cell, {})
        ordered = sorted(part, key=lambda unit: -abs(part[unit]))
        if who is None or not ordered or ordered[0] != who:
            return self.needs.get(cell, 0.0)
        others = [abs(part[unit]) for unit in ordered[1:]]
        return max(0.1 * others[0] - sum(others[1:]), 0.0)


def changes(workspace: Workspace, release: Path) -> pd.DataFrame:
    """What last year's bases tell of units that left, entered or were corrected, by cell: value added.

    So far in a year, in a quarter alone, and over several quarters of it.

    Returns:
        As ``primary``, by ``period, span, region, class``.
    """
    said = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    told = contributions(workspace, said["quarter"], dt.date.fromisoformat(said["as_of"]))
    moved = pd.concat([rebased(told, year) for year in sorted({period[:4] for period in told["period"]})])
    sums = _cells(moved)
    return primary(sums[sums["value"] != 0], by=["period", "span", "region", "class"], unit="unit", value="value")


def _cells(told: pd.DataFrame) -> pd.DataFrame:
    """Value added by unit in every cell, places and classes added up, as the files name periods."""
    since = {f"va since Q{number}": f"since Q{number}" for number in (1, 2)}
    kinds = {"va": "cumulative", "va alone": "quarter"} | since
    rows = told[told["period"].str[7:].isin(kinds)]
    rows = rows.assign(span=rows["period"].str[7:].map(kinds), period=rows["period"].str[:6])
    places = pd.concat([rows, rows.assign(region=PLACE)])
    classes = [places, *(places.assign(**{"class": above}) for above in (places["class"].str[:2], "core"))]
    cell = ["period", "span", "region", "class", "unit"]
    return pd.concat(classes).groupby(cell, as_index=False)["value"].sum()
