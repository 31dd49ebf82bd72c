"""Reconciliation: values moved as little as possible so that they add up to what is known of their totals.

Belongs here: raking by generalised least squares, and the shapes in which totals are given. Does not belong here:
adding-up over time (benchmarking) and rounding (rounding).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.series import named

# A constraint is met when it misses its total by less than this share of what goes into it.
_MET: Final = 1e-9
# Directions weaker than this, against the strongest, are repetitions of others (the margins of one table).
_REDUNDANT: Final = 1e-12
# A frame with one of these columns names the totals of each cell, rather than holding coefficients.
_CELL_COLUMNS: Final = ("cell", "series")


@typed
def rake(
    values: pd.Series | Mapping[Any, float],
    constraints: Any,
    *,
    alterability: pd.Series | Mapping[Any, float] | float | None = None,
) -> pd.Series:
    """Values that meet linear constraints, each moved in proportion to its size and alterability.

    ``x = s + VA'(AVA')⁺(g − As)``, ``V = diag(c·|s|)``: the least ``Σ(x−s)²/(c·|s|)``. One total over positive values
    is met by proration. Zeros stay zero; ``c = 0`` fixes a value; a larger c takes more of the correction. Constraints
    may repeat each other, as both margins of a table do.

    Args:
        values: by cell, any unit, any sign, any labels (tuples for several dimensions).
        constraints: one of

            * a frame with one row per constraint, a column per cell holding coefficients (absent or missing = 0), and
              one column more, of any name, holding the totals;
            * a pair ``(A, g)``: coefficients as such a frame, or as an array in the order of ``values``, and totals;
            * ``(coefficients, total)`` pairs in a list, or in a mapping by name; coefficients are a mapping, a series,
              or just the cells to be added;
            * a long frame ``constraint, cell, total`` and, where not all are 1, ``coefficient``;
            * a frame ``cell, total1, total2, …`` (or ``series`` for ``cell``) that names for each cell the totals of
              which it is part; totals are cells of ``values`` themselves and stay unless given an alterability.
        alterability: c by cell, 1 where it is not given; or one number for all.

    Returns:
        The reconciled values, labelled and ordered as ``values``; ``factors`` shows by how much each one moved.

    Raises:
        InputError: constraints that contradict each other or what is fixed; a cell that is not among the values;
            values, coefficients, totals or alterabilities that are missing or, for the last, negative. Constraints or
            cells are named.

    Source: Statistics Canada, G-Series (TSRAKING); Dagum and Cholette 2006, ch. 12; methods, public functions.
    """
    start = _finite(pd.Series(values), "数值 values")
    system = _system(constraints, start.index)
    matrix, cells = system.coefficients.to_numpy(), start.to_numpy()
    scale = np.sqrt(_alterability(alterability, start.index, system.fixed) * np.abs(cells))
    gaps = system.totals.to_numpy() - matrix @ cells
    # The least w with A·√V·w = gaps; rows of length one, so that large totals do not hide small ones.
    rows = matrix * scale
    lengths = np.sqrt((rows**2).sum(axis=1))
    lengths[lengths == 0] = 1.0
    least = np.linalg.lstsq(rows / lengths[:, None], gaps / lengths, rcond=_REDUNDANT)[0]
    moved = cells + scale * least
    _refuse_unmet(system, moved, cells)
    return pd.Series(moved, index=start.index, name=start.name)


@typed
def factors(values: pd.Series, reconciled: pd.Series) -> pd.Series:
    """What each value was multiplied by: reconciled over original, 1 where the original is zero (and so stayed zero).

    Raises:
        InputError: the cells differ or are there twice, or a value is missing; cells are named.
    """
    if len(odd := values.index.symmetric_difference(reconciled.index)):
        raise InputError(f"调整前后的单元不一致：{named(odd)}。", f"Cells differ before and after: {named(odd)}.")
    before, after = _finite(values, "数值 values"), _finite(reconciled, "调整后 reconciled")
    return (after.reindex(before.index) / before.where(before != 0)).fillna(1.0).rename("factor")


@dataclass(frozen=True)
class _System:
    """Constraints in one shape: coefficients (constraint × cell, named both ways), totals, cells fixed by default."""

    coefficients: pd.DataFrame
    totals: pd.Series
    fixed: pd.Index


def _system(constraints: Any, cells: pd.Index) -> _System:
    fixed = cells[:0]
    if isinstance(constraints, pd.DataFrame):
        if {"constraint", "cell", "total"} <= set(constraints.columns):
            return _system(_long(constraints), cells)
        column = next((name for name in _CELL_COLUMNS if name in constraints.columns and name not in cells), None)
        if column is None:
            coefficients, totals = _wide(constraints, cells)
        else:
            coefficients, fixed = _memberships(constraints, column, cells)
            totals = pd.Series(0.0, index=coefficients.index)
    elif isinstance(constraints, tuple) and len(constraints) == 2 and np.ndim(constraints[0]) == 2:
        coefficients, totals = _pair(*constraints, cells)
    else:
        coefficients, totals = _listed(constraints, cells)
    if coefficients.empty:
        raise InputError("没有约束。", "There are no constraints.")
    _refuse_unknown(coefficients.columns, cells)
    coefficients = coefficients.reindex(columns=cells)
    coefficients = coefficients.where(coefficients.notna(), 0.0)
    for label, row in coefficients.iterrows():
        _finite(row, f"约束“{label}”的系数 coefficients")
    return _System(coefficients.astype("float64"), _finite(totals, "约束合计 totals"), fixed)


def _wide(frame: pd.DataFrame, cells: pd.Index) -> tuple[pd.DataFrame, pd.Series]:
    extra = [column for column in frame.columns if column not in cells]
    if len(extra) != 1:
        raise InputError(
            f"约束表除单元列外须恰有一列合计，现有：{named(extra) or '无'}。",
            f"Beside its cells a frame of constraints needs one column of totals, it has: {named(extra) or 'none'}.",
        )
    return frame.drop(columns=extra), frame[extra[0]]


def _long(frame: pd.DataFrame) -> dict[Hashable, tuple[dict[Hashable, float], float]]:
    found: dict[Hashable, tuple[dict[Hashable, float], float]] = {}
    for name, rows in frame.groupby("constraint", sort=False):
        if rows["total"].nunique(dropna=False) > 1 or rows["cell"].duplicated().any():
            raise InputError(
                f"约束“{name}”有不同的合计或重复的单元。", f"Constraint {name}: several totals, or a cell there twice."
            )
        weights = rows["coefficient"] if "coefficient" in rows else pd.Series(1.0, index=rows.index)
        found[name] = dict(zip(rows["cell"], weights, strict=True)), rows["total"].iloc[0]
    return found


def _pair(coefficients: Any, totals: Any, cells: pd.Index) -> tuple[pd.DataFrame, pd.Series]:
    if not isinstance(coefficients, pd.DataFrame):
        array = np.asarray(coefficients, dtype="float64")
        if array.shape[1] != len(cells):
            raise InputError(
                f"系数矩阵有 {array.shape[1]} 列，单元有 {len(cells)} 个。",
                f"The matrix has {array.shape[1]} columns for {len(cells)} cells.",
            )
        coefficients = pd.DataFrame(array, columns=cells)
    aims = (
        totals
        if isinstance(totals, pd.Series)
        else pd.Series(np.ravel(totals), index=coefficients.index[: np.size(totals)])
    )
    if len(aims) != len(coefficients) or set(aims.index) != set(coefficients.index):
        raise InputError(
            f"系数有 {len(coefficients)} 行，合计有 {len(aims)} 个，须一一对应。",
            f"{len(coefficients)} rows of coefficients and {len(aims)} totals must match.",
        )
    return coefficients, aims.reindex(coefficients.index)


def _listed(constraints: Any, cells: pd.Index) -> tuple[pd.DataFrame, pd.Series]:
    pairs = dict(constraints if isinstance(constraints, Mapping) else enumerate(constraints, start=1))
    rows, totals = {}, {}
    for name, (coefficients, total) in pairs.items():
        rows[name] = _coefficients(coefficients, cells)
        totals[name] = total
    table = pd.DataFrame.from_dict(rows, orient="index") if rows else pd.DataFrame()
    return table, pd.Series(totals, dtype="float64")


def _coefficients(given: Any, cells: pd.Index) -> dict[Hashable, float]:
    if isinstance(given, (Mapping, pd.Series)):
        return dict(given.items())
    alone = isinstance(given, str) or (isinstance(given, tuple) and given in cells)
    added: Iterable[Hashable] = [given] if alone else given
    return dict.fromkeys(added, 1.0)


def _memberships(frame: pd.DataFrame, column: str, cells: pd.Index) -> tuple[pd.DataFrame, pd.Index]:
    long = frame.melt(id_vars=column, value_name="total").dropna(subset="total")
    table = pd.crosstab(long["total"], long[column]).astype("float64")
    _refuse_unknown(table.index, cells)
    return table.sub(
        pd.DataFrame(np.eye(len(table)), index=table.index, columns=table.index), fill_value=0.0
    ), table.index


def _alterability(given: Any, cells: pd.Index, fixed: pd.Index) -> Any:
    coefficients = pd.Series(1.0, index=cells)
    coefficients[fixed] = 0.0
    if isinstance(given, (Mapping, pd.Series)):
        own = _finite(pd.Series(given), "可调系数 alterability")
        _refuse_unknown(own.index, cells)
        coefficients[own.index] = own
    elif given is not None:
        coefficients[:] = float(given)
    if (bad := ~((coefficients >= 0) & (coefficients < np.inf))).any():
        labels = named(cells[bad])
        raise InputError(f"可调系数须为非负数：{labels}。", f"Alterability must not be negative: {labels}.")
    return coefficients.to_numpy()


def _refuse_unmet(system: _System, moved: Any, cells: Any) -> None:
    matrix, totals = system.coefficients.to_numpy(), system.totals.to_numpy()
    size = np.abs(totals) + np.abs(matrix) @ np.maximum(np.abs(cells), np.abs(moved))
    if (bad := np.abs(matrix @ moved - totals) > _MET * size).any():
        labels = named(system.coefficients.index[bad])
        raise InputError(
            f"约束不能满足：{labels}；它们彼此矛盾，或所含单元已固定或为零。",
            f"Constraints cannot be met: {labels}; they contradict each other, or their cells are fixed or zero.",
        )


def _refuse_unknown(labels: pd.Index, cells: pd.Index) -> None:
    if unknown := [label for label in labels if label not in cells]:
        raise InputError(
            f"约束或可调系数中的单元不在数值中：{named(unknown)}。",
            f"Cells that are not among the values: {named(unknown)}.",
        )


def _finite(series: pd.Series, name: str) -> pd.Series:
    if series.index.has_duplicates or series.empty:
        twice = named(series.index[series.index.duplicated()].unique()) or "∅"
        raise InputError(f"{name} 为空或标签重复：{twice}。", f"{name}: empty, or labels there twice: {twice}.")
    numbers = pd.to_numeric(series, errors="coerce").astype("float64")
    if (bad := ~np.isfinite(numbers.to_numpy())).any():
        labels = named(series.index[bad])
        raise InputError(f"{name} 缺值或非有限：{labels}。", f"{name}: missing or not finite: {labels}.")
    return numbers
