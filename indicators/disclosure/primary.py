"""Which cells would give a respondent away by themselves, and how far an attacker must be kept from them.

Belongs here: the rules on the contributions of one cell (count, dominance, p %) and the protection a cell needs. Does
not belong here: what cells say together (audit) and what to hide (protect).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError
from indicators.disclosure.exact import Rate, Whole, fraction, needed, quotient, roomy, rows, whole

MEASURED: Final = "measured"
MIN_COUNT: Final = 3
DOMINANCE: Final[tuple[tuple[int, Rate], ...]] = ((1, 0.85), (2, 0.90))
P_PERCENT: Final = 0.10


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules on one cell; None, or no pair, switches a rule off.

    Attributes:
        min_count: fewest disclosure units.
        dominance: pairs (n, k): the n largest may not reach the share k.
        p_percent: the second largest may not come closer to the largest than this share of it.
    """

    min_count: int | None
    dominance: tuple[tuple[int, Fraction], ...]
    p_percent: Fraction | None

    @classmethod
    def of(cls, min_count: int | None, dominance: Sequence[tuple[int, Rate]] | None, p_percent: Rate | None) -> Rules:
        """The rules as ``primary`` takes them.

        Raises:
            InputError: a number that makes no rule.
        """
        pairs = tuple((n, fraction(k)) for n, k in dominance or ())
        share = None if p_percent is None else fraction(p_percent)
        sound = (min_count is None or min_count >= 1) and all(n >= 1 and 0 < k <= 1 for n, k in pairs)
        if not sound or (share is not None and share < 0):
            raise InputError(
                "判定规则无效：最少单位数与 n 须为正整数，0 < k ≤ 1，p 不为负。",
                "No rule: min_count and n must be positive whole numbers, 0 < k ≤ 1, p not negative.",
            )
        return cls(min_count, pairs, share)

    def asked(self, count: Any, total: Any, top: Mapping[int, Any]) -> Iterator[tuple[str, Any, Any, int]]:
        """Each rule: its name, whether it fires, and the protection it asks for as numerator and denominator.

        Whole numbers go in and are only multiplied, so that the limit itself is met exactly.

        Args:
            count: disclosure units in the cell; a number, or an array of one per cell, as all that follows.
            total: X, the sum of their absolute values.
            top: n → x₁+…+x_n, at least for every n of ``depths``.
        """
        share = self.p_percent or Fraction(0)
        if self.min_count is not None:
            yield "count", (count > 0) & (count < self.min_count), share.numerator * total, share.denominator
        for n, k in self.dominance:
            over = k.denominator * top[n] - k.numerator * total
            yield f"dominance_{n}", (count > 0) & (over >= 0), over, k.numerator
        if self.p_percent is not None:
            missing = share.numerator * top[1] - share.denominator * (total - top[2])
            yield "p_percent", (count > 0) & (missing > 0), missing, share.denominator

    @property
    def depths(self) -> list[int]:
        """How many of the largest contributions are looked at together."""
        return sorted({1, 2, *(n for n, _ in self.dominance)})

    @property
    def factor(self) -> int:
        """No number in ``asked`` is further from zero than this many times X."""
        shares = [*(k for _, k in self.dominance), *([] if self.p_percent is None else [self.p_percent])]
        return max((share.numerator + share.denominator for share in shares), default=1)


def primary(
    contributions: pd.DataFrame,
    *,
    by: str | Sequence[str],
    unit: str,
    value: str,
    group: str | None = None,
    kind: str | None = None,
    min_count: int | None = MIN_COUNT,
    dominance: Sequence[tuple[int, Rate]] | None = DOMINANCE,
    p_percent: Rate | None = P_PERCENT,
) -> pd.DataFrame:
    """Primary rules on the contributions of each cell, compared exactly.

    Contributions are first summed per disclosure unit; x₁ ≥ x₂ ≥ … are the absolute values of these sums, X is theirs.
    A cell is unsafe when it has fewer than ``min_count`` disclosure units, when x₁+…+x_n ≥ k·X for a pair of
    ``dominance``, or when X − x₁ − x₂ < p·x₁. So three zeros are unsafe (0 ≥ k·0); a cell without units is a structural
    zero, and safe.

    Protection is how far above and below the cell's value an attacker's interval must reach: p·x₁ − (X − x₁ − x₂) for
    p %, (x₁+…+x_n)/k − X for dominance, p·X for the count (0 where there is no p). The largest of the rules that fire
    holds; it can be 0.

    Args:
        contributions: rows of units, with the columns named below; several rows of a unit in a cell are added. A row
            without a unit, its value 0 or missing, only says that the cell exists.
        by: the columns that make a cell.
        unit: column that identifies a unit.
        value: column of numbers, in any unit, signed; integers stay integers.
        group: column of the enterprise group, which takes the unit's place where it is known.
        kind: column that says where a value comes from; only ``measured`` counts: an allocated or imputed mass
            protects nobody.
        min_count: fewest disclosure units; None for none.
        dominance: pairs (n, k); None for none.
        p_percent: share p; None for none.

    Returns:
        One row per cell, labelled by it (a tuple when there are several ``by`` columns), in their order: the ``by``
        columns, ``value`` (signed sum of what was measured), ``count`` (disclosure units), ``unsafe``, ``reason`` (the
        rules that fire: ``count``, ``dominance_1``, …, ``p_percent``, joined by ``+``; empty when safe), ``protection``
        (in the unit of ``value``).

    Raises:
        InputError: a column, a unit, a ``by`` value or a number is missing (rows are named), or a rule is none.

    Source: methods, disclosure control; Hundepool et al., Statistical Disclosure Control (2012), chapter 4.
    """
    rules = Rules.of(min_count, dominance, p_percent)
    keys = [by] if isinstance(by, str) else list(by)
    needed(contributions, [*keys, unit, value, *(name for name in (group, kind) if name)], "contributions")
    counted = counts(contributions, unit=unit, value=value, kind=kind)
    codes, table = numbered(contributions, keys)
    form = whole(contributions.loc[counted, value])
    who = holders(contributions[counted], unit=unit, group=group)
    verdicts = judged(codes[counted], who.to_numpy(), form, cells=len(table), rules=rules)
    labels = table[keys[0]].tolist() if len(keys) == 1 else list(table.itertuples(index=False, name=None))
    return pd.concat([table, verdicts], axis=1).set_axis(pd.Index(labels))


def numbered(frame: pd.DataFrame, keys: Sequence[str]) -> tuple[npt.NDArray[Any], pd.DataFrame]:
    """The number of each row's cell, and the cells in the order of their numbers.

    Raises:
        InputError: a key is missing; rows are named.
    """
    if (empty := frame[list(keys)].isna().any(axis=1).to_numpy()).any():
        raise InputError("单元格的标识缺失。", "A cell's key is missing.", where=rows(frame.index, empty))
    codes = frame.groupby(list(keys), sort=True, observed=True).ngroup().to_numpy()
    _, first = np.unique(codes, return_index=True)
    return codes, frame[list(keys)].iloc[first].reset_index(drop=True)


def counts(contributions: pd.DataFrame, *, unit: str, value: str, kind: str | None) -> npt.NDArray[np.bool_]:
    """Which rows count: those of a unit, measured where ``kind`` says.

    Raises:
        InputError: a value that counts has no unit; rows are named.
    """
    lone = contributions[unit].isna()
    told = pd.Series(True, contributions.index) if kind is None else (contributions[kind] == MEASURED).fillna(False)
    some = contributions[value].notna() & (contributions[value] != 0)
    if (bad := (lone & told & some).to_numpy(dtype=bool)).any():
        raise InputError("有数值而无单位。", "A value has no unit.", where=rows(contributions.index, bad))
    return (told & ~lone).to_numpy(dtype=bool)


def holders(contributions: pd.DataFrame, *, unit: str, group: str | None) -> pd.Series:
    """The disclosure unit of each row: the group where it is known, else the unit."""
    units = contributions[unit].astype(object)
    if group is None:
        return units
    return units.where(contributions[group].isna(), contributions[group].astype(object))


def judged(codes: npt.NDArray[Any], who: npt.NDArray[Any], form: Whole, *, cells: int, rules: Rules) -> pd.DataFrame:
    """The verdict on cells 0, 1, … from rows of (cell, disclosure unit, whole number).

    Returns:
        ``value, count, unsafe, reason, protection`` by cell.
    """
    long = pd.DataFrame({"cell": codes, "who": pd.factorize(who)[0], "units": roomy(form.units, rules.factor)})
    sums = long.groupby(["cell", "who"], sort=True)["units"].sum().reset_index(level="cell")
    ranked = sums.assign(size=sums["units"].abs()).sort_values(["cell", "size"], ascending=[True, False])
    groups = ranked.groupby("cell")
    rank = groups.cumcount()

    def by_cell(column: pd.Series) -> npt.NDArray[Any]:
        return column.reindex(range(cells), fill_value=0).to_numpy()

    count, total = by_cell(groups.size()), by_cell(groups["size"].sum())
    top = {n: by_cell(ranked["size"].where(rank < n, 0).groupby(ranked["cell"]).sum()) for n in rules.depths}
    reasons: dict[str, npt.NDArray[np.bool_]] = {}
    protection = np.zeros(cells)
    for name, fires, asked, divisor in rules.asked(count, total, top):
        fired = np.asarray(fires, dtype=bool)
        reasons[name] = reasons.get(name, np.zeros(cells, dtype=bool)) | fired
        protection[fired] = np.maximum(protection[fired], quotient(asked[fired], divisor * form.scale))
    unsafe = np.logical_or.reduce([np.zeros(cells, dtype=bool), *reasons.values()])
    reason = np.full(cells, "", dtype=object)
    for name, fired in reasons.items():
        reason[fired] = reason[fired] + np.where(reason[fired] == "", "", "+") + name
    return pd.DataFrame({
        "value": form.numbers(by_cell(groups["units"].sum())),
        "count": count.astype("int64"),
        "unsafe": unsafe,
        "reason": pd.Series(reason, dtype="str"),
        "protection": protection,
    })  # fmt: skip
