"""What a publication says, as interval relations on one vector of cells: ``low ≤ Σ coefficient·cell ≤ high``.

Belongs here: the relation and how tables, rounded figures, growth, shares, pulls and ranks become relations. Does not
belong here: what an attacker makes of them (audit).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.disclosure.exact import named, needed, rows
from indicators.rounding import from_unit, round_half_away
from indicators.series import readable

Cell = Hashable
Kind = Literal["level", "growth", "share", "pull", "contribution"]
# {parent: children}, {child: parent}, or the code of the total.
Tree = Mapping[Any, Any] | Hashable
_HALF: Final = Decimal("0.5")
# Sums of floats may miss by this share of their terms.
_NOISE: Final = 1e-13


@dataclass(frozen=True, slots=True)
class Relation:
    """One thing a reader knows: ``low ≤ Σ coefficient·cell ≤ high``.

    Attributes:
        terms: cell → coefficient.
        low: least value of the sum, may be −inf.
        high: greatest value, may be +inf; an additive table has ``low == high``.
        figure: label of the published figure that says it, if it can still be withheld; None for what holds in any
            case: additivity, and what was already published.

    Raises:
        InputError: no terms, a number that is none, or ``low > high``.
    """

    terms: Mapping[Cell, float]
    low: float
    high: float
    figure: Hashable | None = None

    def __post_init__(self) -> None:
        sound = all(math.isfinite(coefficient) for coefficient in self.terms.values())
        if not self.terms or not sound or not self.low <= self.high or math.inf in (self.low, -self.high):
            raise InputError(
                "关系式无效：须有系数有限的单元格，且下限不大于上限。",
                "No relation: it needs cells with finite coefficients, and low ≤ high.",
                where=named(self.terms),
            )


def table_relations(
    cells: pd.DataFrame,
    *,
    dimensions: str | Sequence[str],
    hierarchies: Mapping[str, Tree | list[Tree]],
    value: str,
) -> list[Relation]:
    """The equalities of an additive table: along each dimension, a parent is the sum of its children.

    Args:
        cells: one row per cell, totals included: the ``dimensions`` and ``value``. A child that is not there is a
            structural zero; a parent that is not there says nothing.
        dimensions: the columns that make a cell; a cell is named by their values, a tuple when there are several.
        hierarchies: dimension → its tree: ``{parent: [children]}``, or ``{child: parent}``, or just the code of the
            total of all other codes; a list of trees where one total is broken down in several ways (linked tables). A
            dimension without one adds up to nothing.
        value: column of numbers (exact, not rounded: rounded figures are ``published_relation``).

    Returns:
        One relation per parent cell and dimension, parents in the order of the tree, then cells in their order.

    Raises:
        InputError: a column or a value is missing, a cell is there twice, a dimension is unknown, a tree runs in a
            circle, or a parent is not the sum of its children (cells are named).

    Source: methods, disclosure control.
    """
    names = [dimensions] if isinstance(dimensions, str) else list(dimensions)
    needed(cells, [*names, value], "cells")
    if unknown := [name for name in hierarchies if name not in names]:
        raise InputError(f"没有这些维度：{'、'.join(unknown)}。", f"No such dimensions: {', '.join(unknown)}.")
    keys = list(cells[names].itertuples(index=False, name=None))
    if (bad := (cells[names].isna().any(axis=1) | ~np.isfinite(readable(cells[value]))).to_numpy()).any():
        raise InputError(
            "单元格的标识或数值缺失，或数值非有限。",
            "A cell's key or value is missing, or not finite.",
            where=rows(cells.index, bad),
        )
    values = dict(zip(keys, cells[value].tolist(), strict=True))
    if len(values) < len(keys):
        twice = cells[names][cells.duplicated(names)].itertuples(index=False, name=None)
        raise InputError("单元格重复。", "A cell is there twice.", where=named(twice))
    found: list[Relation] = []
    for name, trees in hierarchies.items():
        for tree in trees if isinstance(trees, list) else [trees]:
            for parent, children in _families(tree, cells[name], name).items():
                found += _sums(values, names.index(name), parent, children)
    return found


def _sums(
    values: Mapping[tuple[Hashable, ...], float], place: int, parent: Hashable, children: Sequence[Hashable]
) -> Iterator[Relation]:
    for cell, total in values.items():
        if cell[place] != parent:
            continue
        beside = ((*cell[:place], child, *cell[place + 1 :]) for child in children)
        parts = [part for part in beside if part in values]
        terms = [total, *(-values[part] for part in parts)]
        if not abs(math.fsum(terms)) <= _NOISE * math.fsum(map(abs, terms)):
            raise InputError(
                "合计不等于各部分之和。", "A total is not the sum of its parts.", where=named([_label(cell)])
            )
        yield Relation({_label(cell): 1.0} | {_label(part): -1.0 for part in parts}, 0.0, 0.0)


def _label(cell: tuple[Hashable, ...]) -> Cell:
    return cell if len(cell) > 1 else cell[0]


def _families(tree: Tree, codes: pd.Series, name: str) -> dict[Hashable, list[Hashable]]:
    """Parent → children, whichever way the tree was written."""
    if not isinstance(tree, Mapping):
        return {tree: [code for code in codes.unique().tolist() if code != tree]}
    families: dict[Hashable, list[Hashable]] = {}
    for key, other in tree.items():
        if isinstance(other, (list, tuple, set, frozenset)):
            families.setdefault(key, []).extend(other)
        elif other is not None and other == other:  # noqa: PLR0124 — a missing parent (NaN) is the root
            families.setdefault(other, []).append(key)
    _no_circle(families, name)
    return families


def _no_circle(families: Mapping[Hashable, Iterable[Hashable]], name: str) -> None:
    above = {child: parent for parent, children in families.items() for child in children}
    for start, first in above.items():
        seen, code = {start}, first
        while code in above:
            if code in seen:
                raise InputError(f"“{name}”的层级成环。", f"The tree of {name!r} runs in a circle.", where=str(code))
            seen.add(code)
            code = above[code]


def published_relation(
    kind: Kind,
    figure: float | Decimal,
    cell: Cell,
    *,
    unit: str = "",
    decimals: int,
    base: Cell | None = None,
    total: Cell | None = None,
    total_base: Cell | None = None,
    label: Hashable | None = None,
) -> tuple[Relation, ...]:
    """What a rounded figure says: the value is within half a unit of its last place.

    ================  ==========================================  ============================
    ``kind``          the figure is                               takes
    ================  ==========================================  ============================
    ``level``         cell
    ``growth``        (cell − base) / base                        ``base``
    ``share``         cell / total                                ``total``
    ``pull``          (cell − base) / total_base                  ``base, total_base``
    ``contribution``  (cell − base) / (total − total_base)        ``base, total, total_base``
    ================  ==========================================  ============================

    A ratio becomes two relations, one for each end, true because such figures are only published over a positive
    denominator (a base that is not positive gives words, see ``growth_words``).

    Args:
        kind: as above.
        figure: the figure in its display unit, 12.3 for 12.3 亿元 or 12.3 %; rounded if it is not yet.
        cell: the cell it is about.
        unit: display unit of the figure (亿元, %, 百分点, …); nothing for the unit of the cells.
        decimals: places after the point that are shown.
        base: the cell of the base period.
        total: the cell of the total.
        total_base: the cell of the total in the base period.
        label: name of the figure, for ``protect`` to withhold it; None if it is public already.

    Raises:
        InputError: the figure is not finite, an argument its kind needs is missing or one is too many.
    """
    top, bottom = _quotient(kind, cell, base, total, total_base)
    shown, half = round_half_away(Decimal(str(figure)), decimals), _HALF.scaleb(-decimals)
    low, high = (float(from_unit(end, unit)) for end in (shown - half, shown + half))
    if not bottom:
        return (Relation(top, low, high, label),)
    return (
        Relation(_minus(top, bottom, low), 0.0, math.inf, label),
        Relation(_minus(top, bottom, high), -math.inf, 0.0, label),
    )


def published_rank(
    cells: Sequence[Cell], *, by: Mapping[Cell, float] | None = None, label: Hashable | None = None
) -> list[Relation]:
    """What a ranking says: each cell is at least the next.

    Args:
        cells: from first to last.
        by: for a ranking by ratio, cell → the public number it is divided by (last year's published level).
        label: name of the ranking, for ``protect`` to withhold it.

    Raises:
        InputError: fewer than two cells, or a divisor is missing or not positive.
    """
    weights = {cell: 1.0 if by is None else 1.0 / _divisor(by, cell) for cell in cells}
    if len(weights) < 2 or len(weights) < len(cells):
        raise InputError("排名须有至少两个不同的单元格。", "A ranking needs two different cells.", where=named(cells))
    return [Relation({high: weights[high], low: -weights[low]}, 0.0, math.inf, label) for high, low in pairwise(cells)]


def _divisor(by: Mapping[Cell, float], cell: Cell) -> float:
    divisor = by.get(cell, math.nan)
    if not (math.isfinite(divisor) and divisor > 0):
        raise InputError("排名的基数缺失或不为正。", "A divisor is missing or not positive.", where=named([cell]))
    return divisor


def _quotient(
    kind: Kind, cell: Cell, base: Cell | None, total: Cell | None, total_base: Cell | None
) -> tuple[dict[Cell, float], dict[Cell, float]]:
    """Terms of numerator and denominator; no denominator for a level."""
    shape: dict[str, tuple[set[str], dict[Cell, float], dict[Cell, float]]] = {
        "level": (set(), {cell: 1.0}, {}),
        "growth": ({"base"}, {cell: 1.0, base: -1.0}, {base: 1.0}),
        "share": ({"total"}, {cell: 1.0}, {total: 1.0}),
        "pull": ({"base", "total_base"}, {cell: 1.0, base: -1.0}, {total_base: 1.0}),
        "contribution": (
            {"base", "total", "total_base"},
            {cell: 1.0, base: -1.0},
            {total: 1.0, total_base: -1.0},
        ),
    }
    given = {"base": base, "total": total, "total_base": total_base}
    takes, top, bottom = shape.get(kind, (None, {}, {}))
    if takes != {name for name, other in given.items() if other is not None}:
        raise InputError(
            f"“{kind}”的参数不符：见 published_relation 的表。",
            f"{kind!r} takes other arguments: see the table of published_relation.",
            where=named([cell]),
        )
    return top, bottom


def _minus(top: Mapping[Cell, float], bottom: Mapping[Cell, float], ratio: float) -> dict[Cell, float]:
    """``top − ratio·bottom`` without the terms that vanish."""
    terms = {cell: top.get(cell, 0.0) - ratio * bottom.get(cell, 0.0) for cell in {**top, **bottom}}
    return {cell: coefficient for cell, coefficient in terms.items() if coefficient}
