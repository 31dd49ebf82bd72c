"""From a sample to the whole: design weights by expansion, calibrated by a separate or a combined ratio.

Belongs here: Horvitz-Thompson weights of a stratified sample. Does not belong here: values of units that did not report
(ratio of means).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype

from classification.errors import InputError
from indicators.estimation.frames import check_columns, columns_of, complete, places, refuse

_IN, _OUT, _DEAD = "I", "O", "D"


def horvitz_thompson(
    frame: pd.DataFrame,
    *,
    by: str | Sequence[str],
    sampled: str,
    period: str | None = None,
    adjustment: str | None = None,
    h: str | None = None,
    out_of_scope_full: bool | None = None,
    auxiliary: str | None = None,
    calibration_group: str | Sequence[str] | None = None,
    value: str | None = None,
) -> pd.DataFrame:
    """Design weights and calibration factors of a stratified sample, and the total that they give.

    ``a₀ = N/n``; with births and deaths ``a = a₀·(1 + h·(D + O₁)/(n − D − O₂))``, D and O the sampled units found dead
    and out of scope, ``O₁ = O₂ = O`` if ``out_of_scope_full``, else ``O₁ = 0``. ``g = Σ_U x / Σ_s a₀·x`` within the
    stratum (separate ratio) or within the calibration group (combined ratio). Without an auxiliary this is plain
    expansion, the Horvitz-Thompson estimator ``Σ y/π`` with ``π = n/N``.

    Args:
        frame: one row per unit of the population.
        by: column or columns of the stratum.
        sampled: column that is true for units in the sample.
        period: column of the period, if there are several; every stratum and group is taken within it.
        adjustment: column of I (in scope), D (dead) or O (out of scope, with ``out_of_scope_full`` given) of sampled
            units; I for the others. With ``h``.
        h: column of the weight of births for deaths, one per stratum: true or 1 where new units make up for dead ones,
            false or 0 where not. With ``adjustment``.
        out_of_scope_full: whether units out of scope count on both sides of the adjustment, or below only.
        auxiliary: column of x, known for the whole population; makes it ratio estimation.
        calibration_group: column or columns of the group of a combined ratio; strata lie within groups.
        value: column of y, read for sampled units in scope; adds ``estimate = Σ a·g·y``.

    Returns:
        One row per stratum in order: ``period`` and ``by`` columns, the calibration group, ``population, sample,
        unadjusted_design_weight, design_weight``, and where asked for ``calibration_factor, estimate``.

    Raises:
        InputError: a column is missing or a key blank; ``sampled`` is not true or false; markers are others, or not I
            outside the sample; ``adjustment`` without ``h`` or the reverse; h is not one per stratum, or negative; a
            stratum has no sampled unit, or none alive where h asks for it; an auxiliary or a value is blank, or the
            auxiliary of a group's sample does not sum to a positive number; a stratum lies in two groups. Rows are
            named by their label.

    Source: Horvitz and Thompson (1952), JASA 47; Cochran (1977), chapter 6; ONS, statistical methods library,
    estimation.
    """
    once = [] if period is None else [period]
    strata = list(dict.fromkeys([*once, *columns_of(by)]))
    grouping = None if calibration_group is None else columns_of(calibration_group)
    _check_choices(adjustment, h, out_of_scope_full, auxiliary, grouping)
    optional = [name for name in (adjustment, h, auxiliary, value, *(grouping or [])) if name is not None]
    check_columns(frame, [*strata, sampled, *optional])
    units = pd.DataFrame({"stratum": places(frame, strata), "sampled": _flags(frame, sampled)})
    weights = _design(frame, units, sampled)
    if adjustment is not None and h is not None:
        found = units.assign(marker=frame[adjustment].to_numpy(), births=complete(frame, h))
        _check_markers(frame, found, adjustment, h, out=out_of_scope_full is not None)
        weights["design_weight"] *= _births_for_deaths(frame, found, weights["sample"], adjustment, out_of_scope_full)
    keys = frame[strata].set_axis(units.index).groupby(units["stratum"]).first()
    result = keys if grouping is None else keys.join(_groups(frame, units, grouping))
    result = result.join(weights)
    if auxiliary is not None:
        cells = units["stratum"] if grouping is None else pd.Series(places(frame, [*once, *grouping]))
        result["calibration_factor"] = _calibration(frame, units, cells, weights, auxiliary)
    if value is not None:
        factor = result.get("calibration_factor", 1.0)
        result["estimate"] = _sample_sum(frame, units, adjustment, value) * result["design_weight"] * factor
    return result.rename_axis(None).sort_values(strata, kind="stable").reset_index(drop=True)


def _check_choices(
    adjustment: str | None, h: str | None, out_of_scope_full: bool | None, auxiliary: str | None, group: object
) -> None:
    if (adjustment is None) != (h is None):
        raise InputError("adjustment 与 h 须同时给出或都不给。", "adjustment and h go together.")
    if out_of_scope_full is not None and adjustment is None:
        raise InputError("out_of_scope_full 需要 adjustment 与 h。", "out_of_scope_full needs adjustment and h.")
    if group is not None and auxiliary is None:
        raise InputError("calibration_group 需要 auxiliary。", "calibration_group needs auxiliary.")


def _flags(frame: pd.DataFrame, column: str) -> np.ndarray:
    if not is_bool_dtype(frame[column]):
        refuse(frame, ~frame[column].isin([0, 1]), column, "须为真或假", "must be true or false")
    refuse(frame, frame[column].isna(), column, "未填", "is blank")
    return np.asarray(frame[column], dtype=bool)


def _design(frame: pd.DataFrame, units: pd.DataFrame, sampled: str) -> pd.DataFrame:
    """Counts and plain design weights by stratum."""
    flags = units.groupby("stratum")["sampled"]
    refuse(frame, flags.transform("sum") == 0, sampled, "在该层没有样本单位", "is true for no unit of the stratum")
    population, sample = flags.count(), flags.sum()
    plain = population / sample
    columns = {"population": population, "sample": sample, "unadjusted_design_weight": plain, "design_weight": plain}
    return pd.DataFrame(columns).astype({"population": "int64", "sample": "int64"})


def _check_markers(frame: pd.DataFrame, units: pd.DataFrame, adjustment: str, h: str, *, out: bool) -> None:
    allowed = [_IN, _DEAD, _OUT] if out else [_IN, _DEAD]
    wrong = ~units["marker"].isin(allowed)
    refuse(frame, wrong, adjustment, f"只能是 {'、'.join(allowed)}", f"must be one of {', '.join(allowed)}")
    outside = ~units["sampled"] & (units["marker"] != _IN)
    refuse(frame, outside, adjustment, "样本外单位只能是 I", "must be I outside the sample")
    refuse(frame, units["births"] < 0, h, "为负", "is negative")
    several = units.groupby("stratum")["births"].transform("nunique") > 1
    refuse(frame, several, h, "在同一层内不唯一", "is not one in its stratum")


def _births_for_deaths(
    frame: pd.DataFrame, units: pd.DataFrame, sample: pd.Series, adjustment: str, full: bool | None
) -> pd.Series:
    """What the weight of each stratum is multiplied by: ``1 + h·(D + O₁)/(n − D − O₂)``."""
    share = units.groupby("stratum")["births"].first()
    dead, out = ((units["marker"] == word).groupby(units["stratum"]).sum() for word in (_DEAD, _OUT))
    alive = sample - dead - out
    nobody = units["stratum"].isin(share.index[(share > 0) & (alive == 0)])
    refuse(frame, nobody, adjustment, "在该层没有存活的样本单位", "leaves nobody alive in the stratum")
    lost = dead + out if full else dead
    return 1 + share * lost / alive.where(alive > 0, 1)


def _groups(frame: pd.DataFrame, units: pd.DataFrame, grouping: list[str]) -> pd.DataFrame:
    """The calibration group of each stratum."""
    groups = pd.Series(places(frame, grouping))
    several = groups.groupby(units["stratum"]).transform("nunique") > 1
    refuse(frame, several, "、".join(grouping), "使同一层落入两个校准组", "puts a stratum into two groups")
    return frame[grouping].set_axis(units.index).groupby(units["stratum"]).first()


def _calibration(
    frame: pd.DataFrame, units: pd.DataFrame, cells: pd.Series, weights: pd.DataFrame, auxiliary: str
) -> pd.Series:
    """The calibration factor of each stratum: population over expanded sample, within its cell."""
    x = pd.Series(complete(frame, auxiliary), index=units.index)
    expanded = x * units["stratum"].map(weights["unadjusted_design_weight"]) * units["sampled"]
    below = expanded.groupby(cells).transform("sum")
    refuse(frame, ~(below > 0), auxiliary, "样本合计不为正", "does not sum to a positive number over the sample")
    factor = x.groupby(cells).transform("sum") / below
    return factor.groupby(units["stratum"]).first()


def _sample_sum(frame: pd.DataFrame, units: pd.DataFrame, adjustment: str | None, value: str) -> pd.Series:
    """Sum of the values of sampled units in scope, by stratum."""
    counted = units["sampled"] if adjustment is None else units["sampled"] & (frame[adjustment].to_numpy() == _IN)
    y = pd.Series(complete(frame[counted.to_numpy()], value), index=units.index[counted])
    return y.groupby(units.loc[counted, "stratum"]).sum().reindex(units["stratum"].unique(), fill_value=0.0)
