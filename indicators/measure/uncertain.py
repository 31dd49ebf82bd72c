"""Uncertainty said: what a total rests on, its interval, and which coefficient matters most.

Belongs here: the classes of the place that are split, by what. Does not belong here: the draws (uncertainty).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.measure import rows as make
from indicators.measure.core import CORE, NON_CORE, with_volume
from indicators.measure.evidence import Evidence
from indicators.measure.routes import VOLUME, VOLUME_FLAGGED
from indicators.quarter import Quarter
from indicators.uncertainty import METHODS, sensitivity, tornado

# Which level stands for the place, the city's own coefficients first; within a level the better ground wins.
_LEVELS: Final = ("city", "province", "nation", "county", "unit")
_PROVINCE: Final = {"province", "nation"}


def rows(evidence: Evidence, leaf: pd.DataFrame, quarter: Quarter) -> list[pd.DataFrame]:
    """Observation rows of the release quarter: what goes by volume, intervals, effects of ± 10 points.

    A class's effective coefficient is its core part over its value added in the place; its method is that of the
    coefficients of the place (city, else province), a coefficient handed down by the province counting as such.

    Args:
        evidence: what was known.
        leaf: full-span cells.
        quarter: the release quarter.
    """
    cells = leaf[leaf["quarter"] == str(quarter)]
    core = cells[cells["de"] != NON_CORE]
    frame = pd.DataFrame({"region": [evidence.place], "class": CORE, "quarter": str(quarter), "span": "cumulative"})
    return [
        *_volume(evidence, frame, core),
        *_coefficients(evidence, frame.assign(estimated=True), cells, core, quarter),
    ]


def _volume(evidence: Evidence, frame: pd.DataFrame, core: pd.DataFrame) -> list[pd.DataFrame]:
    """How much of the core and of its growth goes by volume indicators: by the table of routes, not by returns."""
    on = core["factor_level"].isin({VOLUME, VOLUME_FLAGGED})
    if not on.any():
        return []
    cells = with_volume(evidence, core)
    mine = cells[on.to_numpy()]
    values = {
        "core_volume_share": make.ratio(pd.Series([mine["va"].sum()]), pd.Series([cells["va"].sum()])),
        "core_volume_pull": make.ratio(
            pd.Series([(mine["volume"] - mine["base"]).sum()]), pd.Series([cells["base"].sum()])
        ),
        "core_volume_classes": pd.Series([float(mine["gbt"].nunique())]),
    }
    shown = frame.assign(estimated=bool(mine["estimated"].any()))
    return [make.own_rows(shown, value, name, "rate_method") for name, value in values.items()]


def _coefficients(
    evidence: Evidence, frame: pd.DataFrame, cells: pd.DataFrame, core: pd.DataFrame, quarter: Quarter
) -> list[pd.DataFrame]:
    """What rests on coefficients: intervals, effects of ten points more or less, the share on experts' word."""
    methods = _methods(evidence, quarter)
    split = core["gbt"].isin(methods)
    if not split.any():
        return []
    whole = cells.groupby("gbt")[["va", "base"]].sum()
    parts = core[split].groupby(["gbt", "de"], as_index=False)["va"].sum()
    vectors = parts.assign(
        now=parts["gbt"].map(whole["va"]), base=parts["gbt"].map(whole["base"]), method=parts["gbt"].map(methods)
    )
    vectors = vectors[(vectors["now"] > 0) & (vectors["va"] >= 0)]
    vectors = vectors.assign(k=(vectors["va"] / vectors["now"]).clip(upper=1.0))
    kept = split & core["gbt"].isin(vectors["gbt"])
    fixed, fixed_base = (float(core.loc[~kept, name].sum()) for name in ("va", "base"))
    expert = float(core.loc[core["gbt"].map(methods) == "expert", "va"].sum())
    return [
        make.own_rows(
            frame, make.ratio(pd.Series([expert]), pd.Series([core["va"].sum()])), "core_expert_share", "rate_method"
        ),
        *_intervals(frame, vectors, fixed, fixed_base, _imputation(evidence, core)),
        *_effects(frame, vectors),
    ]


def _methods(evidence: Evidence, quarter: Quarter) -> dict[str, str]:
    """Split class → method of its coefficients in the place."""
    table = evidence.coefficients
    if table.empty:
        return {}
    valid = table[(table["valid_from"] <= quarter.last_day) & (quarter.last_day < table["valid_to"])]
    ranked = valid.assign(
        rank=valid["level"].map(_LEVELS.index), ground=valid["method"].map(METHODS.index)
    ).sort_values(["rank", "ground", "gbt"], kind="stable")
    best = ranked.drop_duplicates("gbt")
    said = best["method"].where(~best["level"].isin(_PROVINCE), "province")
    return dict(zip(best["gbt"], said, strict=True))


def _imputation(evidence: Evidence, core: pd.DataFrame) -> npt.NDArray[np.float64] | None:
    """By draw, what imputed core value added of the full span changes by; None where nothing is imputed.

    A survey that reports a month late is carried to the full span as its imputed value added was.
    """
    if evidence.resampled.empty:
        return None
    change, va = (evidence.resampled.pivot(index="draw", columns="sector", values=name) for name in ("change", "va"))
    imputed = core.groupby("sector")["imputed"].sum()
    full = (change / va.where(va != 0)).mul(imputed, axis=1).fillna(0.0)
    return np.asarray(full.sort_index().sum(axis=1), dtype="float64")


def _intervals(
    frame: pd.DataFrame,
    vectors: pd.DataFrame,
    fixed: float,
    fixed_base: float,
    imputation: npt.NDArray[np.float64] | None,
) -> list[pd.DataFrame]:
    found = sensitivity(vectors, fixed=fixed, fixed_base=fixed_base, imputation=imputation)
    return [
        make.own_rows(frame, pd.Series([value]), f"core_{name}", str(mode), form=form)
        for mode, row in found.iterrows()
        for name, value, form in (
            ("value_added_low", row["low"], ("current", "none")),
            ("value_added_high", row["high"], ("current", "none")),
            ("growth_low", row["growth_low"], ("current", "comparable")),
            ("growth_high", row["growth_high"], ("current", "comparable")),
        )
    ]


def _effects(frame: pd.DataFrame, vectors: pd.DataFrame) -> list[pd.DataFrame]:
    table = tornado(vectors).reset_index()
    shown = frame.drop(columns="class").merge(table[["gbt"]].rename(columns={"gbt": "class"}), how="cross")
    return [make.own_rows(shown, table[name], "core_coefficient_effect", f"{name}_10") for name in ("minus", "plus")]
