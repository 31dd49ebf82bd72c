"""Quarters benchmarked to the year: 最终核实 and census figures of the quarters of a closed year.

Belongs here: annual targets by cell, their control, the movement of quarters on to them, and what that changes. Does
not belong here: Denton's method (benchmarking), the income approach itself (indicators.income).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.benchmarking import denton
from indicators.measure import rows as make
from indicators.measure.core import CORE, NON_CORE, share_gdp
from indicators.measure.evidence import Evidence
from indicators.measure.full_span import LEAF
from indicators.measure.levels import by_class, spans, wider_ratio, with_place
from indicators.measure.scope import alterability
from indicators.quarter import Quarter
from indicators.reconciliation import factors, rake
from indicators.rounding import whole
from indicators.vintage import FINAL, VINTAGES

DEFINITION: Final = "benchmarked"
_PROPORTIONAL: Final = "proportional"
# Wider cells whose annual figure over the quarters' stands in where a cell has none of its own.
_WIDER: Final = (["sector", "gbt", "de"], ["sector", "division"], ["sector"], ["place"])


def rows(evidence: Evidence, leaf: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of the benchmarked quarters of closed years, and of what benchmarking changes.

    A year is closed when the units whose annual returns were known had at least the share of its revenue that is
    asked for (``closed_from``); ``annual_coverage`` says which share they have. The annual figure of a cell is its
    income-approach value added; where a control (contract core_control) gives a total of the year, cells are raked
    to it and the factor is shown. Quarters move on to it cell by cell, so that no quarter takes the gap between
    methods alone. Values have the vintage of the year's best ground: ``final``, or ``census``.
    ``core_benchmark_effect`` is benchmarked less preliminary; for the quarters after the last closed year it is
    what carrying the last quarter's ratio on would add. It is shown and not added: last year's rates, which those
    quarters use, already come from that year's annual returns.

    Args:
        evidence: what was known.
        leaf: full-span cells.

    Raises:
        InputError: a control cannot be met; it is named.

    Source: methods, vintages: Denton proportional at the lowest level; IMF, Quarterly National Accounts Manual, ch. 6.
    """
    core = leaf[leaf["de"] != NON_CORE]
    coverage = _coverage(evidence)
    closed = _closed(evidence, coverage, core)
    if not closed:
        return [_covered(evidence, coverage)]
    single = _singles(core)
    targets, factor = _targets(evidence, single, closed)
    moved, ratio = _moved(single, targets)
    vintages = _vintages(evidence, closed)
    final = evidence.released(_observed(evidence, _cumulative(moved), vintages))
    return [
        make.own_rows(final, final["va"], "core_value_added", DEFINITION),
        *share_gdp(evidence, final, DEFINITION),
        *_effect(evidence, single, moved, ratio, closed),
        *factor,
        _covered(evidence, coverage),
    ]


def cells(evidence: Evidence, leaf: pd.DataFrame) -> pd.DataFrame:
    """Core cells of the quarters of closed years, cumulative: ``va`` (yuan) as benchmarked and its ``vintage``.

    No rows without a closed year.
    """
    core = leaf[leaf["de"] != NON_CORE]
    closed = _closed(evidence, _coverage(evidence), core)
    if not closed:
        return pd.DataFrame()
    single = _singles(core)
    moved, _ = _moved(single, _targets(evidence, single, closed)[0])
    return _dated(_cumulative(moved), _vintages(evidence, closed))


def _closed(evidence: Evidence, coverage: pd.Series, core: pd.DataFrame) -> list[int]:
    """The years whose annual returns cover enough, and all of whose quarters are there."""
    there, enough = set(core["quarter"]), coverage.index[coverage >= evidence.closed_from]
    return [int(year) for year in enough if there.issuperset(_quarters(int(year)))]


def _coverage(evidence: Evidence) -> pd.Series:
    """What share of its quarterly revenue the annual returns of a year cover, by year."""
    years = sorted(set(evidence.annual["year"].astype("int64")))
    if evidence.closing.empty:
        return pd.Series(dtype="float64")
    sums = evidence.closing.astype({"year": "int64"}).set_index("year").reindex(years).astype("float64")
    return make.ratio(sums["revenue_annual"], sums["revenue"])


def _covered(evidence: Evidence, coverage: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"period": coverage.index.astype("str"), "region": evidence.place, "class": CORE})
    return make.own_rows(
        frame.assign(span="annual", estimated=False), coverage.reset_index(drop=True), "annual_coverage", "revenue"
    )


def _singles(cells: pd.DataFrame) -> pd.DataFrame:
    """Value added of single quarters: cell × quarter; a cell that is absent in a quarter has 0 there."""
    wide = cells.pivot_table(index=LEAF, columns="quarter", values="va", aggfunc="sum", fill_value=0.0)
    before = wide.shift(axis=1, fill_value=0.0)
    before.loc[:, [name for name in wide.columns if name.endswith("Q1")]] = 0.0
    return wide - before


def _targets(evidence: Evidence, single: pd.DataFrame, closed: list[int]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Annual figures, cell × closed year, in whole yuan, and the factors that controls put on them."""
    annual = evidence.annual[evidence.annual["de"] != NON_CORE]
    years = annual["year"].astype("int64")
    columns, shown = {}, []
    for year in closed:
        own = annual[years == year].groupby(LEAF)["va"].sum().astype("float64")
        sums = single[_quarters(year)].sum(axis=1)
        target = _completed(own, sums)
        for control in _controls(evidence, year):
            target, rows_shown = _raked(evidence, target, control, year)
            shown.append(rows_shown)
        columns[year] = pd.Series(whole(target), index=target.index)
    return pd.DataFrame(columns).fillna(0.0), shown


def _completed(own: pd.Series, sums: pd.Series) -> pd.Series:
    """Annual figures of all cells: own, else the quarters' sum times the ratio of the narrowest wider cell."""
    both = pd.DataFrame({"own": own, "sums": sums}).fillna({"sums": 0.0})
    frame = both.reset_index(names=LEAF).assign(division=lambda table: table["gbt"].str[:2], place="")
    # A cell that its units have left since, or entered, tells nothing of the relation of year and quarters.
    holds = frame["own"].notna() & (frame["own"] > 0) & (frame["sums"] > 0)
    ratio = pd.Series(np.nan, index=frame.index)
    for by in _WIDER:
        ratio = ratio.fillna(wider_ratio(frame, "own", "sums", holds, by))
    found = frame["own"].fillna(frame["sums"] * ratio.fillna(1.0))
    return pd.Series(found.to_numpy(), index=both.index)


def _controls(evidence: Evidence, year: int) -> list[pd.DataFrame]:
    """The controls of a year, of its best vintage; none, or one frame."""
    rows_of = evidence.controls[evidence.controls["year"].astype("int64") == year]
    there = [name for name in VINTAGES if (rows_of["vintage"] == name).any()]
    return [rows_of[rows_of["vintage"] == there[-1]]] if there else []


def _vintages(evidence: Evidence, closed: list[int]) -> dict[int, str]:
    best = {year: frame["vintage"].iloc[0] for year in closed for frame in _controls(evidence, year)}
    return {year: str(best.get(year, FINAL)) for year in closed}


def _raked(evidence: Evidence, target: pd.Series, controls: pd.DataFrame, year: int) -> tuple[pd.Series, pd.DataFrame]:
    """Annual figures that add up to the controls, and by what factor each controlled total had to move."""
    frame = target.index.to_frame(index=False)
    digital = evidence.membership[evidence.membership["scheme"] == "digital"]
    split = set(evidence.membership.loc[evidence.membership["de"] == NON_CORE, "gbt"])
    constraints, before = {}, {}
    for row in controls.to_dict("records"):
        pairs = digital.loc[digital["class"] == row["class"], ["gbt", "de"]]
        inside = pd.MultiIndex.from_frame(frame[["gbt", "de"]]).isin(pd.MultiIndex.from_frame(pairs))
        if row["region"] != evidence.place:
            inside &= (frame["county"] == row["region"]).to_numpy()
        name = (str(row["region"]), str(row["class"]))
        if not inside.any():
            raise InputError(
                f"{year}年控制数（地区 {name[0]}，类别 {name[1]}）没有对应的汇总单元，请核对 HS15。",
                f"No cell belongs to the control of {year} for region {name[0]}, class {name[1]}; check form HS15.",
            )
        constraints[f"{year}年 {name[0]} {name[1]}"] = (list(np.flatnonzero(inside)), float(row["va"]))
        before[name] = (float(target.to_numpy()[inside].sum()), float(row["va"]))
    flat = target.reset_index(drop=True)
    kinds = frame["gbt"].isin(split).map({True: "split", False: "measured"})
    moved = rake(flat, constraints, alterability=kinds.map(alterability()))
    shown = pd.DataFrame(list(before), columns=["region", "class"])
    shown = shown.assign(period=str(year), span="annual", estimated=True)
    ratio = pd.Series([after / sums for sums, after in before.values()], index=shown.index)
    out = make.own_rows(shown, ratio, "core_control_factor", DEFINITION)
    return pd.Series((flat * factors(flat, moved)).to_numpy(), index=target.index), out


def _moved(single: pd.DataFrame, targets: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Quarters of closed years that add up to the year, cell by cell, and each cell's ratio in its last closed quarter.

    Runs of years in which every quarter is above zero move by Denton's proportional method. A year with an empty
    quarter is prorated (nothing is put where nothing was), a year with a negative one moves by the additive method; a
    year whose quarters are all empty takes the season of all cells.
    """
    columns = [label for year in targets.columns for label in _quarters(int(year))]
    cells = single.index.union(targets.index)
    paths = single.reindex(cells)[columns].fillna(0.0)
    goals = targets.reindex(cells).fillna(0.0)
    moved = pd.DataFrame(0.0, index=cells, columns=columns)
    for (years, how), rows_of in _runs(paths, [int(year) for year in goals.columns]).items():
        labels = [label for year in years for label in _quarters(year)]
        at = cells.get_indexer_for(pd.MultiIndex.from_tuples(rows_of))
        own, wanted = paths[labels].iloc[at], goals[list(years)].iloc[at]
        moved.iloc[at, moved.columns.get_indexer_for(pd.Index(labels))] = _METHODS[how](
            own, wanted, paths[labels].sum()
        )
    last = columns[-1]
    ratio = (moved[last] / paths[last].where(paths[last] > 0)).where(moved[last] > 0).fillna(1.0)
    return moved, ratio


def _runs(paths: pd.DataFrame, years: list[int]) -> dict[tuple[tuple[int, ...], str], list[tuple[str, ...]]]:
    """Which cells move over which run of years by which method: years above zero throughout that follow each other."""
    how = {year: _how(paths[_quarters(year)]) for year in years}
    found: dict[tuple[tuple[int, ...], str], list[tuple[str, ...]]] = {}
    for place, cell in enumerate(paths.index):
        for method, same in groupby(years, key=lambda year: how[year][place]):
            for run in _consecutive(same) if method == _PROPORTIONAL else ((year,) for year in same):
                found.setdefault((run, method), []).append(cell)
    return found


def _consecutive(years: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Years that follow each other, together: one whose annual returns are not known parts those around it."""
    for _, run in groupby(enumerate(years), key=lambda pair: pair[1] - pair[0]):
        yield tuple(year for _, year in run)


def _how(quarters: pd.DataFrame) -> list[str]:
    """The method of each cell in a year, by the signs of its quarters."""
    conditions = [(quarters > 0).all(axis=1), (quarters < 0).any(axis=1), (quarters != 0).any(axis=1)]
    return [str(name) for name in np.select(conditions, [_PROPORTIONAL, "additive", "prorated"], "seasonal")]


def _quarters(year: int) -> list[str]:
    return [str(Quarter(year, n)) for n in range(1, 5)]


def _denton(paths: pd.DataFrame, goals: pd.DataFrame, *, proportional: bool) -> pd.DataFrame:
    fine, coarse = paths.T.reset_index(drop=True), goals.T.reset_index(drop=True)
    fine.index = pd.PeriodIndex(list(paths.columns), freq="Q")
    coarse.index = pd.PeriodIndex([str(year) for year in goals.columns], freq="Y")
    names = range(len(paths))
    return denton(fine.set_axis(names, axis=1), coarse.set_axis(names, axis=1), proportional=proportional).T


def _prorated(shape: pd.DataFrame, goals: pd.DataFrame) -> pd.DataFrame:
    return shape.mul(goals.iloc[:, 0] / shape.sum(axis=1), axis=0)


def _seasonal(paths: pd.DataFrame, goals: pd.DataFrame, season: pd.Series) -> pd.DataFrame:
    return _prorated(pd.DataFrame([season] * len(paths), index=paths.index), goals)


_METHODS: Final[Mapping[str, Callable[[pd.DataFrame, pd.DataFrame, pd.Series], pd.DataFrame]]] = {
    _PROPORTIONAL: lambda paths, goals, _: _denton(paths, goals, proportional=True),
    "additive": lambda paths, goals, _: _denton(paths, goals, proportional=False),
    "prorated": lambda paths, goals, _: _prorated(paths, goals),
    "seasonal": _seasonal,
}


def _cumulative(moved: pd.DataFrame) -> pd.DataFrame:
    """Cumulative cells in whole yuan, so that classes, counties and quarters add up."""
    parts = []
    for year in sorted({label[:4] for label in moved.columns}):
        mine = [label for label in moved.columns if label[:4] == year]
        parts.append(moved[mine].cumsum(axis=1))
    wide = pd.concat(parts, axis=1)
    rounded = pd.DataFrame(whole(wide), index=wide.index, columns=wide.columns)
    return rounded.rename_axis(columns="quarter").melt(value_name="va", ignore_index=False).reset_index()


def _observed(evidence: Evidence, cells: pd.DataFrame, vintages: dict[int, str]) -> pd.DataFrame:
    table = spans(_sums(evidence, cells.assign(estimated=False)), ["va"])
    return _dated(table, vintages)


def _dated(table: pd.DataFrame, vintages: Mapping[int, str]) -> pd.DataFrame:
    """Rows with the vintage of their year."""
    return table.assign(vintage=table["quarter"].str[:4].astype("int64").map(vintages))


def _sums(evidence: Evidence, cells: pd.DataFrame) -> pd.DataFrame:
    digital = evidence.membership[evidence.membership["scheme"] == "digital"]
    classes = digital[(digital["class"] == CORE) | (digital["class"].str.len() <= 4)]
    return with_place(by_class(cells, classes, ["va"]), evidence.place, ["va"])


def _effect(
    evidence: Evidence, single: pd.DataFrame, moved: pd.DataFrame, ratio: pd.Series, closed: list[int]
) -> list[pd.DataFrame]:
    """Cumulative: benchmarked less preliminary; after the last closed year, the last ratio carried on."""
    shut = moved - single.reindex(moved.index)[moved.columns].fillna(0.0)
    after = [label for label in single.columns if int(label[:4]) > closed[-1]]
    carried = single[after].mul(ratio.reindex(single.index) - 1, axis=0)
    change = pd.concat([shut, carried], axis=1).fillna(0.0)
    cells = _cumulative(change).assign(estimated=False)
    cells["estimated"] = cells["quarter"].isin(after)
    table = evidence.released(_sums(evidence, cells)).assign(span="cumulative")
    kept = table[(table["class"] == CORE) | (table["class"].str.len() == 2)]
    return [make.own_rows(kept, kept["va"], "core_benchmark_effect", DEFINITION)]
