"""One pattern for a table of regions by classes over many periods: which blocks are published, and which cells are not.

Belongs here: folding upwards and hiding the same cells in every period. Does not belong here: which figures rest on a
cell (release), the rules themselves (primary) and the choice within one period (protect).

Because a cell is hidden in all periods or in none, a growth rate or sum over time of cells that are shown says nothing
about one that is not, and neither does a ratio of two cells if both are shown; a ratio to a cell that is hidden gives
it away, and who shows figures must hide it too (release.gate). What is left to audit is the additive table of each
period.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import pandas as pd

from classification.errors import InputError
from indicators.disclosure.audit import audit
from indicators.disclosure.exact import Rate
from indicators.disclosure.primary import DOMINANCE, MIN_COUNT, P_PERCENT, primary
from indicators.disclosure.protect import ExposedError, protect
from indicators.disclosure.relations import Cell, Relation, table_relations

_CELL: Final = ["region", "class"]
_COLUMNS: Final = ("period", "region", "class", "unit", "value")


@dataclass(frozen=True)
class Rules:
    """The primary rules, and when a block of cells is folded into the classes above.

    Attributes:
        min_count: fewest units in a cell.
        dominance: pairs ``(n, share)``.
        p_percent: how close the second may come to the first.
        fold: share of a block's cells that may be unsafe before its classes fold upwards as a whole.
    """

    min_count: int | None = MIN_COUNT
    dominance: Sequence[tuple[int, Rate]] | None = DOMINANCE
    p_percent: Rate | None = P_PERCENT
    fold: float = 1 / 3

    @property
    def primary(self) -> dict[str, Any]:
        """The primary rules as ``primary``, ``protect`` and ``audit`` take them."""
        return {"min_count": self.min_count, "dominance": self.dominance, "p_percent": self.p_percent}


@dataclass(frozen=True)
class Pattern:
    """What may be shown of a table.

    Attributes:
        blocks: ``place`` (whole, part), ``level`` (0 the total), ``cells``, ``unsafe`` (in any period), ``folded``.
        hidden: cells ``(region, class)`` of blocks that are not folded which are shown in no period.
        shown: all other cells of these blocks.
        bounds: per period and hidden cell ``low, high`` (what a reader can work out), ``protection``.
    """

    blocks: pd.DataFrame
    hidden: frozenset[tuple[str, str]]
    shown: frozenset[tuple[str, str]]
    bounds: pd.DataFrame


def pattern(
    contributions: pd.DataFrame,
    *,
    regions: Sequence[str],
    whole: str,
    classes: Mapping[str, str],
    rules: Rules | None = None,
    withheld: Collection[tuple[str, str]] = (),
) -> Pattern:
    """Which cells of regions by classes may be shown, the same in every period.

    Classes fold upwards first: a block (the parts or the whole, at one level of classes) in which more than
    ``rules.fold`` of the cells are unsafe in some period is not published, nor is any block of finer classes. Then in
    what is left cells are hidden, period after period until none has to be added, and all periods are audited, for
    readers and for every single respondent.

    Args:
        contributions: ``period, region, class, unit, value``, one row per unit and finest cell. A period is any label
            under which one amount of every unit adds up: a quarter and an item of the return.
        regions: the parts; none where contributions are to the whole and no part is published.
        whole: what they add up to.
        classes: class → the class above it, '' above the total.
        rules: thresholds.
        withheld: cells that were hidden before and stay hidden: what a later release shows tells of earlier ones.

    Returns:
        Blocks, hidden and shown cells, and what readers can work out about hidden ones.

    Raises:
        InputError: a column is missing; a region or class is unknown; no choice protects some cell, or the audit fails:
            the message names the cell and how close it can be bounded.

    Source: methods, disclosure control; 统计法实施条例第二十九条.
    """
    rules = rules or Rules()
    _refuse(contributions, [*regions, whole], classes)
    levels = {name: _level(name, classes) for name in classes}
    cells = _all_cells(contributions, whole, classes)
    judged = primary(cells, by=["period", *_CELL], unit="unit", value="value", **rules.primary).reset_index(drop=True)
    places = [_place(region, whole) for region in judged["region"]]
    judged = judged.assign(place=places, level=judged["class"].map(levels))
    blocks = _blocks(judged, rules)
    open_blocks = set(blocks.loc[~blocks["folded"], ["place", "level"]].itertuples(index=False, name=None))
    periods = _periods(judged, cells, open_blocks, whole=whole, classes=classes, rules=rules)
    hidden, audits = _settled(periods, withheld)
    bounds = [period.bounds(audits[period.name]) for period in periods]
    return Pattern(
        blocks=blocks,
        hidden=frozenset(hidden),
        shown=frozenset(cell for period in periods for cell in period.values) - hidden,
        bounds=pd.concat(bounds, ignore_index=True)[["period", *_CELL, "low", "high", "protection"]],
    )


def exposed(
    changes: pd.DataFrame,
    found: Pattern,
    *,
    whole: str,
    classes: Mapping[str, str],
    rules: Rules | None = None,
    withheld: Collection[tuple[str, str]] = (),
) -> frozenset[tuple[str, str]]:
    """Shown cells whose changes may not be told, the same in all periods given.

    Who is told two figures of a cell (what two releases say of a quarter; a year's level and the base of the next)
    knows their difference, which rests on those units alone that changed. These differences add up as the cells do and
    are put to the same rules.

    Args:
        changes: ``period, region, class, unit, value``: what each unit changed by in its finest cell, with its sign.
        found: what may be shown of the cells themselves; the changes of hidden ones nobody is told.
        whole: as in ``pattern``.
        classes: as in ``pattern``.
        rules: thresholds.
        withheld: cells whose change was kept back before.

    Returns:
        Cells of ``found.shown``; all of them where no choice protects the changes of some.
    """
    rules = rules or Rules()
    if not (periods := _changed(changes, found, whole, classes, rules)):
        return frozenset(withheld) & found.shown
    try:
        hidden, _ = _settled(periods, found.hidden | set(withheld))
    except ExposedError:
        return found.shown
    return (frozenset(hidden) | frozenset(withheld)) & found.shown


def tellable(
    changes: pd.DataFrame,
    found: Pattern,
    closed: Collection[tuple[str, str]],
    figures: Mapping[str, Sequence[Relation]],
    *,
    whole: str,
    classes: Mapping[str, str],
    rules: Rules | None = None,
    favoured: Sequence[Hashable] = (),
    over: Collection[tuple[str, Sequence[str]]] = (),
) -> frozenset[Hashable]:
    """Rounded figures that may be told although they speak of changes that may not.

    Args:
        changes: as in ``exposed``.
        found: as in ``exposed``.
        closed: what ``exposed`` gave: cells whose changes are not told exactly.
        figures: period → what rounded figures say of the changes of its cells, each with its label; relations without
            one were told before.
        favoured: labels of those that readers come for, first of all first: each is told if it can be beside those
            before it, whatever others that costs.
        over: periods with those whose changes add up to theirs, as quarters do to the year so far; passed over where
            there are no changes of one. Intervals of two periods bound what they differ by: perhaps a change of few
            units though neither is.
        whole: as in ``pattern``.
        classes: as in ``pattern``.
        rules: thresholds.

    Returns:
        Labels of figures: with them every change that needs protection still has it, in every period and beside all
        others. None of a period in which no choice protects all.
    """
    periods = {period.name: period for period in _changed(changes, found, whole, classes, rules or Rules())}
    hidden, told = found.hidden | set(closed), set[Hashable]()
    for name, relations in figures.items():
        told |= {each.figure for each in relations} - {None}
        if name in periods:
            told -= periods[name].withheld(relations, hidden, favoured)
    told_of = set(changes["period"])
    sums = [(name, parts) for name, parts in over if told_of.issuperset({name, *parts})]
    if sums and periods:
        # What is left of each period is put together: most of what had to go has gone, period by period.
        left = {name: [each for each in said if each.figure in told | {None}] for name, said in figures.items()}
        together, relations = _together(periods, sums, left)
        everywhere = {(name, *cell) for name, period in periods.items() for cell in hidden & period.values.keys()}
        told -= together.withheld(relations, everywhere, favoured)
    return frozenset(told)


def _changed(
    changes: pd.DataFrame, found: Pattern, whole: str, classes: Mapping[str, str], rules: Rules
) -> list[_Period]:
    """The periods in which units changed, with the changes of the cells of the blocks that are published."""
    if (moved := changes[changes["value"] != 0]).empty:
        return []
    every = _all_cells(moved, whole, classes)
    cells = every[every["value"] != 0]
    told = primary(cells, by=["period", *_CELL], unit="unit", value="value", **rules.primary)
    # Where units only moved within a cell it has not changed: that is known, too, and tells of nobody.
    still = every[["period", *_CELL]].drop_duplicates().assign(value=0, unsafe=False, protection=0.0)
    judged = pd.concat([told.reset_index(drop=True), still]).drop_duplicates(["period", *_CELL], ignore_index=True)
    levels = judged["class"].map({name: _level(name, classes) for name in classes})
    judged = judged.assign(place=[_place(region, whole) for region in judged["region"]], level=levels)
    blocks = found.blocks[~found.blocks["folded"]]
    open_blocks = set(blocks[["place", "level"]].itertuples(index=False, name=None))
    return _periods(judged, cells, open_blocks, whole=whole, classes=classes, rules=rules)


def _settled(
    periods: Sequence[_Period], withheld: Collection[tuple[str, str]]
) -> tuple[set[tuple[str, str]], dict[str, pd.DataFrame]]:
    """Cells hidden in all periods, one period after the other until none has to be added, and the last audits."""
    hidden = set(withheld) & {cell for period in periods for cell in period.values}
    audits: dict[str, pd.DataFrame] = {}
    audited: dict[str, set[tuple[str, str]]] = {}
    before = -1
    while len(hidden) != before:
        before = len(hidden)
        for period in reversed(periods):
            mine = hidden & period.values.keys()
            if audited.get(period.name) == mine:
                continue
            audits[period.name], audited[period.name] = period.audited(hidden), mine
            if not audits[period.name]["safe"].all():
                hidden |= period.protected(hidden)
    return hidden, audits


@dataclass(frozen=True)
class _Period:
    """The published blocks of one period: values, additivity, what needs protection, and whose the values are.

    A cell is a region and a class; of several periods together (``_together``) the period stands before them.
    """

    name: str
    values: dict[Any, float]
    relations: list[Relation]
    needs: dict[Any, float]
    contributions: pd.DataFrame
    total: Cell
    rules: Rules

    @classmethod
    def of(
        cls,
        shown: pd.DataFrame,
        cells: pd.DataFrame,
        relations: Iterable[Relation],
        *,
        total: Cell,
        rules: Rules,
    ) -> _Period:
        """A period from its judged cells, all contributions to cells of the period, and what adds up."""
        keys = _keys(shown)
        mine = cells[pd.MultiIndex.from_frame(cells[_CELL]).isin(pd.MultiIndex.from_tuples(keys))]
        unsafe = shown["unsafe"].tolist()
        return cls(
            name=str(shown["period"].iloc[0]),
            values=dict(zip(keys, shown["value"].astype(float), strict=True)),
            relations=list(relations),
            needs={key: float(need) for key, need, bad in zip(keys, shown["protection"], unsafe, strict=True) if bad},
            contributions=mine.assign(cell=pd.Series(_keys(mine), index=mine.index))[["cell", "unit", "value"]],
            total=total,
            rules=rules,
        )

    def sensitive(self, hidden: Set[Any]) -> dict[Any, float]:
        """What must be hidden: unsafe cells with their protection, and what is hidden already."""
        return {cell: 0.0 for cell in hidden if cell in self.values} | self.needs

    def protected(self, hidden: Set[Any]) -> set[Any]:
        """What has to be hidden beside what is hidden already.

        The total of all is what readers come for: it is hidden only if it must be, or if nothing else protects.
        """
        sensitive = self.sensitive(hidden)
        told: dict[str, Any] = {"contributions": self.contributions, **self.rules.primary}
        if self.total in self.values.keys() - sensitive.keys():
            with contextlib.suppress(ExposedError):
                return protect(self.values, self.relations, sensitive, frozen=[self.total], **told)
        return protect(self.values, self.relations, sensitive, **told)

    def audited(self, hidden: Set[Any], beside: Iterable[Relation] = ()) -> pd.DataFrame:
        """What readers can work out about each hidden cell, and whether it is safe."""
        return audit(
            self.values,
            [*self.relations, *beside],
            sorted(hidden & self.values.keys()),
            protection=self.sensitive(hidden),
            contributions=self.contributions,
            **self.rules.primary,
        )

    def withheld(self, figures: Iterable[Relation], hidden: Set[Any], favoured: Sequence[Hashable]) -> set[Hashable]:
        """Which rounded figures cannot be told beside all cells that are not hidden."""
        mine = [Relation(terms, each.low, each.high, each.figure) for each in figures if (terms := self._known(each))]
        by_label: dict[Hashable, list[Relation]] = {}
        for relation in mine:
            by_label.setdefault(relation.figure, []).append(relation)
        before = by_label.pop(None, [])
        return self._beside(hidden, before)._refused(hidden, before, by_label, favoured)

    def _beside(self, hidden: Set[Any], before: Sequence[Relation]) -> _Period:
        """The same with no more protection needed than what was told before has left."""
        told = self.audited(hidden, before) if before else pd.DataFrame({"safe": []})
        if told["safe"].all():
            return self
        left = {cell: min(self.values[cell] - low, high - self.values[cell]) for cell, low, high in _ends(told)}
        return replace(self, needs={cell: min(need, left.get(cell, need)) for cell, need in self.needs.items()})

    def _refused(
        self,
        hidden: Set[Any],
        before: Sequence[Relation],
        by_label: Mapping[Hashable, Sequence[Relation]],
        favoured: Sequence[Hashable],
    ) -> set[Hashable]:
        kept = self._in_turn(hidden, before, [by_label[label] for label in favoured if label in by_label])
        sensitive = self.sensitive(hidden)
        mine = [*before, *(relation for relations in by_label.values() for relation in relations)]
        public = [cell for cell in self.values if cell not in sensitive] + [relation.figure for relation in kept]
        told: dict[str, Any] = {"contributions": self.contributions, **self.rules.primary}
        try:
            chosen = protect(self.values, [*self.relations, *mine], sensitive, frozen=public, **told)
        except ExposedError:
            return set(by_label)
        return chosen - self.values.keys()

    def _in_turn(
        self, hidden: Set[Any], before: Sequence[Relation], figures: Sequence[Sequence[Relation]]
    ) -> list[Relation]:
        """What some figures say that can be told beside what was told before: each beside those that precede it.

        More that is told never protects more, so figures that are safe together need not be asked of one by one.
        """
        every = [relation for figure in figures for relation in figure]
        if not every or self.audited(hidden, [*before, *every])["safe"].all():
            return every
        half = len(figures) // 2
        if not half:
            return []
        first = self._in_turn(hidden, before, figures[:half])
        return first + self._in_turn(hidden, [*before, *first], figures[half:])

    def _known(self, said: Relation) -> dict[Any, float]:
        """What a relation says of cells that changed; all others are known not to have."""
        return {cell: weight for cell, weight in said.terms.items() if cell in self.values}

    def bounds(self, said: pd.DataFrame) -> pd.DataFrame:
        """The same as rows of a period.

        Raises:
            InputError: some cell is not safe.
        """
        if not said["safe"].all():
            raise InputError(
                f"保密审查未通过：{_named(self, said)}，未导出。",
                f"The disclosure audit fails: {_named(self, said)}; nothing was exported.",
                where=self.name,
            )
        cells = said.index.tolist()
        return said.assign(
            period=self.name,
            region=[region for region, _ in cells],
            protection=[self.needs.get(cell, 0.0) for cell in cells],
            **{"class": [name for _, name in cells]},
        )


def _periods(
    judged: pd.DataFrame,
    cells: pd.DataFrame,
    open_blocks: set[tuple[str, int]],
    *,
    whole: str,
    classes: Mapping[str, str],
    rules: Rules,
) -> list[_Period]:
    """The cells of the blocks that are published, by period."""
    total = (whole, next(name for name, above in classes.items() if not above))
    visible = judged[pd.MultiIndex.from_frame(judged[["place", "level"]]).isin(sorted(open_blocks))]
    return [
        _Period.of(
            shown,
            cells[cells["period"] == name],
            _relations(shown, open_blocks, whole, classes),
            total=total,
            rules=rules,
        )
        for name, shown in visible.groupby("period")
    ]


def _together(
    periods: Mapping[str, _Period],
    over: Iterable[tuple[str, Sequence[str]]],
    figures: Mapping[str, Sequence[Relation]],
) -> tuple[_Period, list[Relation]]:
    """All periods as one, with what adds up over them, and the figures of all as that one takes them.

    A cell that is not there in a period did not change in it.
    """
    values = {(name, *cell): value for name, period in periods.items() for cell, value in period.values.items()}
    summed = []
    for name, parts in over:
        for place in sorted({cell[1:] for cell in values if cell[0] in {name, *parts}}):
            signs = {(each, *place): 1.0 if each == name else -1.0 for each in (name, *parts)}
            terms: dict[Cell, float] = {cell: sign for cell, sign in signs.items() if cell in values}
            summed.append(Relation(terms, 0.0, 0.0))
    first = next(iter(periods.values()))
    one = _Period(
        name=" + ".join(periods),
        values=values,
        relations=[*summed, *(each for name, period in periods.items() for each in _within(name, period.relations))],
        needs={(name, *cell): need for name, period in periods.items() for cell, need in period.needs.items()},
        contributions=pd.concat(
            [_named_cells(name, period.contributions) for name, period in periods.items()], ignore_index=True
        ),
        total=first.total,
        rules=first.rules,
    )
    return one, [each for name, said in figures.items() for each in _within(name, said)]


def _ends(told: pd.DataFrame) -> Iterator[tuple[Any, float, float]]:
    """Cells that are not safe with what they can be at least and at most."""
    unsafe = told[~told["safe"].astype(bool)]
    yield from zip(unsafe.index.tolist(), unsafe["low"].tolist(), unsafe["high"].tolist(), strict=True)


def _within(name: str, relations: Iterable[Relation]) -> Iterator[Relation]:
    """Relations with the period before each cell."""
    for each in relations:
        terms: dict[Any, float] = {(name, *cast("tuple[str, str]", cell)): w for cell, w in each.terms.items()}
        yield replace(each, terms=terms)


def _named_cells(name: str, contributions: pd.DataFrame) -> pd.DataFrame:
    """Contributions with the period before each cell."""
    cells = [(name, *cell) for cell in contributions["cell"]]
    return contributions.assign(cell=pd.Series(cells, index=contributions.index, dtype=object))


def _named(period: _Period, said: pd.DataFrame) -> str:
    """The first cell that is not safe, and how closely it can be bounded as a share of itself."""
    cell = said.index[~said["safe"]][0]
    value, row = period.values[cell], said.loc[[cell]].iloc[0]
    width = (row["high"] - row["low"]) / abs(value) if value else 0.0
    return f"{cell[0]}·{cell[1]} [±{width / 2:.1%}]"


def _refuse(contributions: pd.DataFrame, regions: Sequence[str], classes: Mapping[str, str]) -> None:
    if missing := [name for name in _COLUMNS if name not in contributions.columns]:
        raise InputError(f"贡献表缺少列：{'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}.")
    if contributions.empty:
        raise InputError("没有任何单位的贡献，无从审查。", "There is no contribution of any unit.")
    for name, known, zh in (("region", set(regions), "地区"), ("class", set(classes), "类别")):
        if unknown := sorted(set(contributions[name]) - known):
            raise InputError(
                f"贡献表中有未知的{zh}：{'、'.join(unknown)}。",
                f"Unknown {name}: {', '.join(unknown)}.",
                where=name,
            )


def _all_cells(contributions: pd.DataFrame, whole: str, classes: Mapping[str, str]) -> pd.DataFrame:
    """Contributions to every cell: each part and the whole, each class and all above it."""
    parts = contributions[contributions["region"] != whole]
    both = pd.concat([contributions, parts.assign(region=whole)], ignore_index=True)
    found = [both]
    while len(now := found[-1]):
        above = now["class"].map(classes)
        found.append(now.assign(**{"class": above})[above != ""])
    every = pd.concat(found, ignore_index=True)
    return every.groupby(["period", *_CELL, "unit"])["value"].sum().reset_index()


def cell_sums(contributions: pd.DataFrame, *, whole: str, classes: Mapping[str, str]) -> pd.Series:
    """What contributions add up to in every cell, by ``period, region, class``."""
    return _all_cells(contributions, whole, classes).groupby(["period", *_CELL])["value"].sum()


def _blocks(judged: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    unsafe = judged.groupby([*_CELL, "place", "level"])["unsafe"].any().reset_index()
    blocks = unsafe.groupby(["place", "level"])["unsafe"].agg(["size", "sum"]).reset_index()
    blocks = blocks.rename(columns={"size": "cells", "sum": "unsafe"})
    # A total is hidden or shown by itself; below it a block that is folded takes all finer ones with it.
    alone = (blocks["level"] > 0) & (blocks["unsafe"] > rules.fold * blocks["cells"])
    return blocks.assign(folded=alone.groupby(blocks["place"]).cummax())


def _keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["region"].astype(str), rows["class"].astype(str), strict=True))


def _place(region: str, whole: str) -> str:
    return "whole" if region == whole else "part"


def _level(name: str, classes: Mapping[str, str]) -> int:
    depth = 0
    while name := classes[name]:
        depth += 1
    return depth


def _relations(
    shown: pd.DataFrame, open_blocks: set[tuple[str, int]], whole: str, classes: Mapping[str, str]
) -> Iterator[Relation]:
    """What adds up among the blocks that are published: parts to the whole, classes to the class above."""
    for place, level in sorted(open_blocks):
        if place == "part" and ("whole", level) in open_blocks:
            table = shown[shown["level"] == level]
            yield from table_relations(table, dimensions=_CELL, hierarchies={"region": whole}, value="value")
        if level and (place, level - 1) in open_blocks:
            table = shown[(shown["place"] == place) & shown["level"].isin([level - 1, level])]
            there = set(table["class"])
            above: dict[Any, Any] = {name: over for name, over in classes.items() if {name, over} <= there}
            tree: Mapping[str, Any] = {"class": above}
            yield from table_relations(table, dimensions=_CELL, hierarchies=tree, value="value")
