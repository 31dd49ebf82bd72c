"""Revisions: why a figure changed between two releases, and how much figures of a kind tend to change.

Belongs here: the split of one revision by cause; the triangle of vintages and its summary. Does not belong here: what
is recomputed (the caller's ``evaluate``) and the comparable base of growth (comparable).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations, pairwise
from math import comb
from typing import Any, Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.series import named, readable
from indicators.vintage import VINTAGES

Evaluate = Callable[[dict[str, Any]], float]
FIRST_TO_LATEST: Final = "first to latest"


@typed
def split_revision(
    evaluate: Evaluate, old: Mapping[str, Any], new: Mapping[str, Any], order: Sequence[str]
) -> pd.Series:
    """The change of a figure split by the inputs that changed, in a fixed order: each step replays with one more new.

    The effect of an input is the figure with it and all before it new and all later ones old, less the figure before
    it became new. Effects sum to the whole change: whole numbers exactly, and what rounding of floats leaves goes to
    the largest effect. Another order gives other effects, hence it is fixed and published.

    Args:
        evaluate: makes the figure from the inputs by name; must always give the same for the same inputs.
        old: inputs of the earlier release, by name.
        new: inputs of the later one, the same names.
        order: all names, in the order of the split.

    Returns:
        Effects in the figure's unit, by input name, in ``order``.

    Raises:
        InputError: names that differ between ``old``, ``new`` and ``order`` or are there twice; a figure that is not
            finite. Names are given.

    Source: methods, growth, contribution, revision: T13.
    """
    _refuse_other_names(old, new, order)
    inputs = dict(old)
    figures = [_figure(evaluate, inputs, "old")]
    for name in order:
        inputs[name] = new[name]
        figures.append(_figure(evaluate, inputs, name))
    effects = pd.Series(
        [after - before for before, after in pairwise(figures)], index=pd.Index(order, name="input"), dtype="float64"
    )
    return _exact(effects, figures[-1] - figures[0])


@typed
def shapley_revision(
    evaluate: Evaluate, old: Mapping[str, Any], new: Mapping[str, Any], order: Sequence[str]
) -> pd.Series:
    """The same split averaged over all orders, as a check on how much the published order matters.

    Takes 2ⁿ evaluations for n inputs. Arguments, result and errors are those of ``split_revision``.

    Source: Shapley 1953; methods, growth, contribution, revision.
    """
    _refuse_other_names(old, new, order)
    count = len(order)
    figures = {
        some: _figure(
            evaluate, {name: new[name] if name in some else old[name] for name in order}, "、".join(sorted(some))
        )
        for size in range(count + 1)
        for some in map(frozenset, combinations(order, size))
    }
    effects = pd.Series(0.0, index=pd.Index(order, name="input"))
    for some, figure in figures.items():
        for name in set(order) - some:
            effects[name] += (figures[some | {name}] - figure) / (count * comb(count - 1, len(some)))
    return _exact(effects, figures[frozenset(order)] - figures[frozenset()])


@typed
def revision_triangle(
    frame: pd.DataFrame, *, period: str = "period", vintage: str = "vintage", value: str = "value"
) -> pd.DataFrame:
    """Vintages of one figure as a triangle: a row per period, a column per vintage.

    Args:
        frame: one row per period and vintage. Vintages are days, or the names flash, preliminary, final, census.
        period: column of periods.
        vintage: column of vintages.
        value: column of values, one unit and definition.

    Returns:
        Values, periods and vintages in time order, missing where a period was not published.

    Raises:
        InputError: a column is missing, a period or vintage is blank or both are there twice, or a value is not finite.
    """
    if absent := [column for column in (period, vintage, value) if column not in frame.columns]:
        raise InputError(f"缺少列：{named(absent)}。", f"Columns are missing: {named(absent)}.")
    numbers = readable(frame[value])
    bad = np.isinf(numbers) | (numbers.isna() & frame[value].notna()) | frame[[period, vintage]].isna().any(axis=1)
    if bad.any():
        rows = named(frame.index[bad])
        raise InputError(
            f"时期或版次未填，或数值非有限：{rows}。", f"No period or vintage, or not finite, in rows {rows}."
        )
    if (twice := frame.duplicated([period, vintage])).any():
        rows = named(frame.loc[twice, [period, vintage]].astype(str).agg(" ".join, axis=1).unique())
        raise InputError(f"同一时期与版次有多行：{rows}。", f"Several rows for one period and vintage: {rows}.")
    triangle = frame.assign(**{value: numbers}).pivot(index=period, columns=vintage, values=value).sort_index()
    if set(triangle.columns) <= set(VINTAGES):
        triangle = triangle[[name for name in VINTAGES if name in triangle.columns]]
    return triangle


@typed
def revision_summary(triangle: pd.DataFrame) -> pd.DataFrame:
    """Mean revision and mean absolute revision, from each estimate of a period to its next, and from first to latest.

    A mean revision far from 0 says that first estimates lean to one side; the mean absolute revision says how much a
    new figure can be trusted.

    Args:
        triangle: period × vintage, vintages in time order (``revision_triangle``).

    Returns:
        One row per step (``1 to 2`` is a period's first estimate to its second, …, ``first to latest``): ``count`` of
        periods, ``mean_revision``, ``mean_absolute_revision`` (both in the unit of the values) and
        ``relative_absolute_revision`` (the sum of absolute revisions over the sum of absolute later values).

    Raises:
        InputError: a value that is missing between two vintages of a period, or not finite; no period with two
            estimates. Periods and vintages are named.

    Source: OECD/Eurostat guidelines on revisions policy and analysis: MR, MAR, RMAR.
    """
    if triangle.empty:
        raise InputError("版次表为空。", "The triangle is empty.")
    triangle = readable(triangle.where(triangle.notna(), np.nan))
    known = triangle.notna()
    gaps = ~known & (known.cummax(axis=1) & known.iloc[:, ::-1].cummax(axis=1))
    if (bad := gaps | np.isinf(triangle.fillna(0.0))).any(axis=None):
        rows, columns = np.nonzero(bad.to_numpy())
        places = named(f"{row} {column}" for row, column in zip(bad.index[rows], bad.columns[columns], strict=True))
        raise InputError(f"版次中间缺值或非有限：{places}。", f"Missing between vintages or not finite: {places}.")
    # Each period's estimates moved to the left, so that column k holds its estimate k + 1.
    estimates = triangle.apply(lambda row: pd.Series(row.dropna().to_numpy()), axis=1)
    steps: dict[str, tuple[pd.Series, pd.Series]] = {
        f"{k} to {k + 1}": (estimates[k - 1], estimates[k]) for k in range(1, estimates.shape[1])
    }
    if not steps:
        raise InputError("没有任何时期有两个版次。", "No period has two vintages.")
    revised = estimates[estimates[1].notna()]
    steps[FIRST_TO_LATEST] = revised[0], revised.ffill(axis=1).iloc[:, -1]
    return pd.DataFrame({name: _summary(*step) for name, step in steps.items()}).T.astype({"count": "int64"})


def _summary(earlier: pd.Series, later: pd.Series) -> dict[str, float]:
    both = later.notna() & earlier.notna()
    revision, size = (later - earlier)[both], float(later[both].abs().sum())
    absolute = revision.abs()
    return {
        "count": int(both.sum()),
        "mean_revision": float(revision.mean()),
        "mean_absolute_revision": float(absolute.mean()),
        "relative_absolute_revision": float(absolute.sum()) / size if size else 0.0,
    }


def _exact(effects: pd.Series, change: float) -> pd.Series:
    """Effects that sum to the change; what rounding left goes to the largest that can hold it, never to one of 0."""
    for place in np.argsort(-effects.abs().to_numpy(), kind="stable")[: int((effects != 0).sum())]:
        if (rest := change - effects.sum()) == 0:
            break
        effects.iloc[place] += rest
    return effects


def _figure(evaluate: Evaluate, inputs: Mapping[str, Any], step: Hashable) -> float:
    figure = float(pd.to_numeric(evaluate(dict(inputs)), errors="coerce"))
    if not np.isfinite(figure):
        raise InputError(f"在“{step}”一步算出的数非有限。", f"The figure at step {step!r} is not finite.")
    return figure


def _refuse_other_names(old: Mapping[str, Any], new: Mapping[str, Any], order: Sequence[str]) -> None:
    if odd := sorted((set(old) ^ set(new)) | (set(old) ^ set(order))):
        raise InputError(
            f"old、new 与 order 的输入不一致：{named(odd)}。",
            f"Inputs differ between old, new and order: {named(odd)}.",
        )
    if len(order) != len(set(order)):
        twice = sorted({name for name in order if list(order).count(name) > 1})
        raise InputError(f"order 中有重复：{named(twice)}。", f"There twice in order: {named(twice)}.")
