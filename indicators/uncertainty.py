"""敏感性区间: how far a total may lie from what is published when the coefficients that split classes are uncertain.

Belongs here: draws of coefficients by the quality of their source, and the table of ± 10 points. Does not belong here:
which classes a place has and by what they are split (measure).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError
from indicators.series import named

# The grounds of a coefficient, the better first.
METHODS: Final = ("reidentified", "census", "survey", "expert")
DRAWS: Final = 10_000
SEED: Final = 20_210_601
MODES: Final = ("independent", "correlated")
SHIFT: Final = 0.1
_BOUNDS: Final = (2.5, 97.5)


@cache
def half_widths() -> pd.Series:
    """δ by the method of a coefficient, as a fraction (``uncertainty.csv``)."""
    with (files("indicators") / "uncertainty.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file).set_index("method")["half_width"].astype("float64")


def sensitivity(
    vectors: pd.DataFrame,
    *,
    fixed: float = 0.0,
    fixed_base: float = 0.0,
    imputation: npt.ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """The 95 % interval of a total and of its growth over draws of the coefficients.

    Each coefficient is drawn from a triangular distribution on ``k ± δ``, δ by the method of its source, clipped to 0
    and 1; a class whose coefficients then exceed 1 is scaled back to 1. All are drawn once independently and once with
    one common draw (every expert errs the same way). The same draws hold for the period and its base.

    Args:
        vectors: ``gbt, k, method, now, base``, a row per class and digital class: the coefficient, how it was found,
            and the value added of the whole class now and a year ago (yuan).
        fixed: what of the total rests on no coefficient (yuan).
        fixed_base: the same a year ago.
        imputation: by draw, what the total changes by when residuals of the respondents are resampled for what is
            imputed (yuan); by default nothing is imputed. A year ago is a return, so it changes no base.
        draws: how many.
        seed: of PCG64; the same seed gives the same bytes.

    Returns:
        By mode (independent, correlated): ``low, high`` (yuan), ``growth_low, growth_high`` (fractions; missing where a
        base is not positive).

    Raises:
        InputError: a column is missing; a method without a δ; k outside 0 to 1; not one change per draw. Classes are
            named.

    Source: methods, uncertainty.
    """
    k, widths = _checked(vectors)
    change = np.zeros(draws) if imputation is None else np.asarray(imputation, dtype="float64")
    if change.shape != (draws,) or not np.isfinite(change).all():
        raise InputError(f"推算的抽样须为{draws}个数。", f"imputation must hold {draws} finite numbers, one per draw.")
    generator = np.random.Generator(np.random.PCG64(seed))
    classes, at = np.unique(vectors["gbt"].to_numpy(dtype=str), return_inverse=True)
    now, base = (vectors[name].to_numpy(dtype="float64") for name in ("now", "base"))
    found = {}
    for mode in MODES:
        unit = generator.triangular(-1.0, 0.0, 1.0, (draws, len(k) if mode == "independent" else 1))
        drawn = np.clip(k + unit * widths, 0.0, 1.0)
        sums = np.zeros((draws, len(classes)))
        np.add.at(sums.T, at, drawn.T)
        drawn /= np.maximum(sums, 1.0)[:, at]
        level, level_base = fixed + change + drawn @ now, fixed_base + drawn @ base
        growth = np.where(level_base > 0, level / np.where(level_base > 0, level_base, 1.0) - 1, np.nan)
        found[mode] = [*np.percentile(level, _BOUNDS), *np.percentile(growth, _BOUNDS)]
    columns = ["low", "high", "growth_low", "growth_high"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns).rename_axis("mode")


def tornado(vectors: pd.DataFrame, *, shift: float = SHIFT) -> pd.DataFrame:
    """By how much the total changes when a class's coefficients together are ``shift`` higher or lower.

    The class's total is clipped to 0 and 1, its digital classes move in proportion; the classes that matter most come
    first.

    Args:
        vectors: as of ``sensitivity``.
        shift: in fractions; 0.1 is ten points.

    Returns:
        ``gbt`` (index), ``k`` (the class's total), ``minus, plus`` (yuan), ordered by their distance.
    """
    k, _ = _checked(vectors)
    frame = vectors.assign(k=k)
    total = frame.groupby("gbt", sort=True)["k"].sum()
    whole = frame.groupby("gbt", sort=True)["now"].first().astype("float64")
    moved = {
        name: (np.clip(total + sign * shift, 0.0, 1.0) - total) * whole for name, sign in (("minus", -1), ("plus", 1))
    }
    table = pd.DataFrame({"k": total, **moved})
    order = (table["plus"] - table["minus"]).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order]


def _checked(vectors: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coefficients and half widths as arrays."""
    if missing := [name for name in ("gbt", "k", "method", "now", "base") if name not in vectors.columns]:
        raise InputError(f"缺少列：{'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}.")
    k = vectors["k"].to_numpy(dtype="float64")
    if (bad := ~((k >= 0) & (k <= 1))).any():
        classes = named(sorted(set(vectors.loc[bad, "gbt"])))
        raise InputError(f"系数须在 0 与 1 之间：{classes}。", f"Coefficients must lie in 0 to 1: {classes}.")
    widths = vectors["method"].map(half_widths())
    if (unknown := widths.isna()).any():
        classes = named(sorted(set(vectors.loc[unknown, "gbt"])))
        raise InputError(f"系数的方法没有误差范围：{classes}。", f"No half width for the method of {classes}.")
    return k, widths.to_numpy(dtype="float64")
