"""Growth on the comparable base (同口径), and the bridge from last year's published figure to that base.

Belongs here: which unit counts with what base in which cell, and why. Does not belong here: rates of ready-made
series (growth) and the split of a revision between two releases (revisions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.series import readable

CAUSES: Final = ("revised", "entered", "new", "exit", "recode_in", "recode_out", "move_in", "move_out", "merger")
# A change in one of these columns is a move of the unit; a change in any other is a recode.
PLACES: Final = ("region", "county", "town")


@dataclass(frozen=True)
class ComparableGrowth:
    """Growth on the comparable base.

    Attributes:
        cells: one row per cell, labelled by it (a tuple when there are several ``by`` columns): the ``by`` columns,
            ``current``, ``base_comparable``, ``base_published`` and ``growth`` (fraction; missing where the
            comparable base is zero or negative).
        bridge: ``<by>, cause, value``: per cell the causes sum to ``base_comparable − base_published``. A cause is
            listed where a unit gave rise to it, also with value 0.
    """

    cells: pd.DataFrame
    bridge: pd.DataFrame


@typed
def comparable_growth(
    current: pd.DataFrame,
    previous: pd.DataFrame,
    *,
    by: str | Sequence[str],
    unit: str = "unit",
    value: str = "value",
    base: str = "base",
    successors: Mapping[str, str] | None = None,
    places: Sequence[str] = PLACES,
) -> ComparableGrowth:
    """Growth of this period's units against the same units a year ago, in this period's class and county.

    The set is ``current``. A unit's base is the 上年同期 on its return; where that is missing, its accepted return of
    last year plus those of the units merged into it; else 0. Units that are gone are in neither side.

    Every unit takes part in the bridge from last year's published figure to that base by exactly one of these ways:

    ==========  ======================================================================  ==============================
    cause       the unit                                                                adds
    ==========  ======================================================================  ==============================
    revised     was there last year (itself or through a merger) and now reports        base − last year's value, in
                another 上年同期                                                         its present cell
    entered     was not surveyed last year and reports a 上年同期 (crossed the threshold) its base
    new         was not surveyed and has no 上年同期 or 0 (new-born)                      0
    exit        was there last year, is gone and has no heir that reports                − last year's value
    recode_*    is in another class                                                     ∓ last year's value
    move_*      is in another place (a change in one of ``places``)                     ∓ last year's value
    merger      was absorbed by a unit that reports                                     − its last year's value in its
                                                                                        old cell, + the same in the
                                                                                        heir's present cell
    ==========  ======================================================================  ==============================

    A unit that changes class and place is first recoded where it was and then moved, so that by class alone only
    recodes are seen and by place alone only moves. A heir's recode, move and revision are its own; when it reports a
    上年同期 that does not contain the absorbed unit, the difference shows under revised.

    Args:
        current: this period's accepted returns: ``unit``, the ``by`` columns, ``value``, ``base`` (may be missing).
        previous: last year's accepted returns of the same period: ``unit``, the ``by`` columns as they were, ``value``.
        by: the columns that make a cell.
        unit: column that identifies a unit.
        value: column of values (any money unit, the same in both frames).
        base: column of 上年同期 in ``current``.
        successors: absorbed unit → its heir; chains are followed.
        places: names of ``by`` columns that are places.

    Raises:
        InputError: a column, class or value is missing, a unit is there twice, an absorbed unit still reports, or
            successors run in a circle; rows or units are named, values never.

    Source: methods, growth: comparable base (同口径).
    """
    keys = [by] if isinstance(by, str) else list(by)
    now = _checked(current, "current", columns=[unit, *keys, value, base], numeric=[value, base])
    then = _checked(previous, "previous", columns=[unit, *keys, value], numeric=[value])
    heirs = _heirs(then[unit], set(now[unit]), successors or {})

    own = now.merge(then.rename(columns={value: "_last", **{k: f"_was_{k}" for k in keys}}), on=unit, how="left")
    then = then.assign(_heir=then[unit].map(heirs))
    absorbed = then.groupby("_heir")[value].sum()
    own["_taken"] = own[unit].map(absorbed).astype("float64").fillna(0.0)
    own["_surveyed"] = own["_last"].notna() | own[unit].isin(absorbed.index)
    restated = own["_last"].fillna(0.0) + own["_taken"]
    own["_base"] = own[base].fillna(restated)

    parts = [
        _stayed(own, keys),
        _arrived(own, keys),
        *_shifted(own[own["_last"].notna()], keys, [key for key in keys if key in places]),
        *_merged(then, own, keys, unit, value),
        _gone(then, set(now[unit]), keys, unit, value),
    ]
    bridge = _bridge(parts, keys)
    return ComparableGrowth(_cells(own, then, bridge, keys, value), bridge)


def _checked(frame: pd.DataFrame, name: str, *, columns: list[str], numeric: list[str]) -> pd.DataFrame:
    unit = columns[0]
    if missing := [column for column in columns if column not in frame.columns]:
        raise InputError(f"{name} 缺少列：{'、'.join(missing)}。", f"{name} lacks columns {', '.join(missing)}.")
    for column in [column for column in columns if column not in numeric[1:]]:
        if (empty := frame[column].isna()).any():
            rows = "、".join(str(label) for label in frame.index[empty][:5])
            raise InputError(f"{name} 的“{column}”缺值。", f"{name}: {column!r} is missing.", where=f"第 {rows} 行")
    if (twice := frame[unit].duplicated()).any():
        units = "、".join(str(code) for code in frame.loc[twice, unit].unique()[:5])
        raise InputError(f"{name} 中单位重复：{units}。", f"{name}: units there twice: {units}.")
    numbers = {column: readable(frame[column]) for column in numeric}
    for column, series in numbers.items():
        if (bad := np.isinf(series) | (series.isna() & frame[column].notna())).any():
            rows = "、".join(str(label) for label in frame.index[bad][:5])
            raise InputError(
                f"{name} 的“{column}”不是有限的数。", f"{name}: {column!r} is infinite.", where=f"第 {rows} 行"
            )
    return frame[columns].assign(**numbers).reset_index(drop=True)


def _heirs(last: pd.Series, reporting: set[object], successors: Mapping[str, str]) -> dict[object, object]:
    """Absorbed unit of last year → the reporting unit that took it over; units without such an heir are left out."""
    if still := sorted(str(code) for code in successors if code in reporting):
        raise InputError(
            f"单位已被吸收合并却仍有本期报表：{'、'.join(still[:5])}。",
            f"Absorbed units still report: {', '.join(still[:5])}.",
        )
    found: dict[object, object] = {}
    for code in last:
        heir, seen = code, {code}
        while (following := successors.get(heir)) is not None:
            if following in seen:
                raise InputError(f"合并关系成环：{following}。", f"Successors run in a circle at {following}.")
            seen.add(following)
            heir = following
        if heir != code and heir in reporting:
            found[code] = heir
    return found


def _stayed(own: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    rows = own[own["_surveyed"]]
    change = rows["_base"] - rows["_last"].fillna(0.0) - rows["_taken"]
    return rows[keys].assign(cause="revised", value=change)[change != 0]


def _arrived(own: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    rows = own[~own["_surveyed"]]
    return rows[keys].assign(cause=np.where(rows["_base"] != 0, "entered", "new"), value=rows["_base"])


def _shifted(own: pd.DataFrame, keys: list[str], places: list[str]) -> list[pd.DataFrame]:
    """Recodes at the old place, then moves in the new class."""
    was = own[[f"_was_{key}" for key in keys]].set_axis(keys, axis=1)
    between = own[keys].assign(**{key: was[key] for key in places})
    steps = []
    for cause, start, end in (("recode", was, between), ("move", between, own[keys])):
        changed = (start != end).any(axis=1)
        last = own.loc[changed, "_last"]
        steps.append(start[changed].assign(cause=f"{cause}_out", value=-last))
        steps.append(end[changed].assign(cause=f"{cause}_in", value=last))
    return steps


def _merged(
    then: pd.DataFrame, own: pd.DataFrame, keys: list[str], unit: str, value: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = then[then["_heir"].notna()]
    homes = own.set_index(unit)[keys].loc[rows["_heir"].tolist()].reset_index(drop=True)
    return (
        rows[keys].assign(cause="merger", value=-rows[value]),
        homes.assign(cause="merger", value=rows[value].to_numpy()),
    )


def _gone(then: pd.DataFrame, reporting: set[object], keys: list[str], unit: str, value: str) -> pd.DataFrame:
    rows = then[~then[unit].isin(reporting) & then["_heir"].isna()]
    return rows[keys].assign(cause="exit", value=-rows[value])


def _bridge(parts: list[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=[*keys, "cause", "value"]).astype({"value": "float64"})
    rows = pd.concat(filled, ignore_index=True)
    rows["cause"] = pd.Categorical(rows["cause"], categories=list(CAUSES), ordered=True)
    sums = rows.groupby([*keys, "cause"], observed=True)["value"].sum().reset_index()
    return sums.sort_values([*keys, "cause"], ignore_index=True).astype({"cause": "str"})


def _cells(own: pd.DataFrame, then: pd.DataFrame, bridge: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    sides = [
        own.groupby(keys)[[value, "_base"]].sum().set_axis(["current", "base_comparable"], axis=1),
        then.groupby(keys)[value].sum().rename("base_published"),
        bridge.groupby(keys).size().rename("_listed"),
    ]
    cells = pd.concat([side for side in sides if len(side)], axis=1).fillna(0.0).sort_index()
    cells = cells.reindex(columns=["current", "base_comparable", "base_published"], fill_value=0.0)
    comparable = cells["base_comparable"]
    cells["growth"] = cells["current"] / comparable.where(comparable > 0) - 1
    labels = cells.index
    return cells.reset_index(names=keys).set_axis(labels.set_names([None] * labels.nlevels))
