"""How much of a rank is choice: Sobol' indices of the choices that an index rests on.

Belongs here: the uncertainty of ranks. Does not belong here: the uncertainty of coefficients (methods, uncertainty).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any, Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.composite.aggregation import How, known_mean, mean, positive
from indicators.composite.frames import Floats, refuse
from indicators.composite.index import build_index
from indicators.composite.normalisation import Method, normalise
from indicators.composite.tree import Tree

_CHUNK: Final = 2048
NORMALISATION: Final = "normalisation"
AGGREGATION: Final = "aggregation"


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Ranks under all choices, and what moves them.

    ``ranks``: unit × ``nominal, median, low, high, least, most`` (low and high: 5th and 95th percentile).
    ``shift``: factor × ``first, first_conf, total, total_conf`` for the mean absolute shift of ranks from nominal;
    ``first`` is the share of its variance that the factor explains alone, ``total`` with all its interactions.
    ``units``: ``unit, factor, first, total`` for each unit's own rank; 0 where the rank never moves.
    """

    ranks: pd.DataFrame
    shift: pd.DataFrame
    units: pd.DataFrame
    runs: int


def sensitivity(
    frame: pd.DataFrame,
    structure: pd.DataFrame,
    *,
    methods: Sequence[Method] = ("minmax", "rank"),
    hows: Sequence[How] = ("arithmetic", "geometric"),
    weight_spread: float = 0.25,
    direction: Mapping[str, int] | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    bounds: tuple[float, float] = (1, 100),
    samples: int = 256,
    seed: int = 20240101,
) -> Sensitivity:
    """Sobol' indices of ranks over the choice of scale, of mean, and over every weight within ± ``weight_spread``.

    The nominal index takes the first of ``methods`` and of ``hows`` and the weights as given. Every weight is drawn
    from ``w·(1 ± spread)``, independently, and re-scaled within its node.

    Args:
        frame: units × indicators as received.
        structure: ``code, parent, weight``.
        methods: scales to choose from; one makes it no factor.
        hows: means to choose from; one makes it no factor. Geometric needs positive scales (no z-scores).
        weight_spread: largest relative change of a weight; 0 leaves weights alone.
        direction: as ``normalise``.
        goalposts: as ``normalise``.
        bounds: as ``normalise``; the lower one above 0 for a geometric mean.
        samples: a power of two; ``samples × (factors + 2)`` indices are computed.
        seed: of the Sobol' sequence; the same seed gives the same numbers.

    Raises:
        InputError: nothing is left to choose, ``samples`` is no power of two, ``weight_spread`` is not in [0, 1), fewer
            than two units, or as the steps.

    Source: Saisana, Saltelli and Tarantola (2005), JRSS A 168; Saltelli et al. (2010) for the estimators (SALib).
    """
    tree = Tree.of(structure)
    _check(frame, samples, weight_spread)
    if odd := set(frame.columns) ^ set(tree.leaves):
        refuse(sorted(odd, key=str), "structure 的末级指标与表中指标不一致", "Leaves and columns differ in")
    scale = partial(normalise, frame[tree.leaves], direction=direction, goalposts=goalposts, bounds=bounds)
    scales = [scale(method=method) for method in methods]
    for how in hows:
        known_mean(how)
        for values in scales:
            positive(values, how)
    nominal = build_index(scales[0], structure, how=hows[0]).ranks()
    factors = _factors(tree, len(methods), len(hows), weight_spread)
    draws = _draws(len(factors), samples, seed)
    ranks = _ranks(
        tree, [values.to_numpy() for values in scales], hows, dict(zip(factors, draws.T, strict=True)), weight_spread
    )
    shift = np.abs(ranks - nominal.to_numpy()).mean(axis=1)
    first, *others = (_indices(factors, outcome) for outcome in (shift, *ranks.T))
    units = pd.concat([rows[["first", "total"]] for rows in others], keys=frame.index, names=["unit", "factor"])
    return Sensitivity(_summary(nominal, ranks), first, units.reset_index(), len(draws))


def _factors(tree: Tree, methods: int, hows: int, spread: float) -> list[str]:
    """What is drawn: the scale, the mean, and each weight that is not all or nothing within its node."""
    loose = [_weight(code) for code in tree.codes if 0 < tree.weight.get(code, 0.0) < 1] if spread else []
    factors = [NORMALISATION] * (methods > 1) + [AGGREGATION] * (hows > 1) + loose
    if not factors:
        raise InputError("没有可变的选择：标准化、合成方式和权重都已固定。", "Nothing is left to choose.")
    return factors


def _weight(code: str) -> str:
    return f"weight {code}"


def _check(frame: pd.DataFrame, samples: int, weight_spread: float) -> None:
    if len(frame) < 2:
        raise InputError("排名至少需要两个单位。", "Ranks need at least two units.")
    if not isinstance(samples, Integral) or samples < 2 or samples & (samples - 1):
        raise InputError("samples 须为 2 的幂。", "samples must be a power of two.")
    if not 0 <= weight_spread < 1:
        raise InputError("weight_spread 须在 [0, 1) 内。", "weight_spread must be in [0, 1).")


def _draws(factors: int, samples: int, seed: int) -> Floats:
    from SALib.sample import sobol

    drawn: Floats = sobol.sample(_problem(factors), samples, calc_second_order=False, seed=seed)
    return drawn


def _problem(factors: int) -> dict[str, Any]:
    return {"num_vars": factors, "names": [str(n) for n in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _ranks(tree: Tree, scales: list[Floats], hows: Sequence[How], drawn: Mapping[str, Floats], spread: float) -> Floats:
    """Ranks of every draw (rows) and unit (columns), 1 = best."""
    from scipy.stats import rankdata

    runs = len(next(iter(drawn.values())))
    nothing = np.zeros(runs)
    scale = (drawn.get(NORMALISATION, nothing) * len(scales)).astype(int)
    how = (drawn.get(AGGREGATION, nothing) * len(hows)).astype(int)
    middle = nothing + 0.5
    factor = {code: 1 + spread * (2 * drawn.get(_weight(code), middle) - 1) for code in tree.weight}
    ranks = np.empty((runs, len(scales[0])))
    for which, values in enumerate(scales):
        for mean_at, word in enumerate(hows):
            chosen = np.flatnonzero((scale == which) & (how == mean_at))
            for rows in np.array_split(chosen, len(chosen) // _CHUNK + 1):
                scores = _root(tree, values, word, {code: factor[code][rows] for code in factor}, len(rows))
                ranks[rows] = rankdata(-scores, method="min", axis=1)
    return ranks


def _root(tree: Tree, values: Floats, how: How, factor: Mapping[str, Floats], runs: int) -> Floats:
    """Root scores, runs × units, for the weights of each run."""
    scores = {leaf: np.broadcast_to(values[:, place], (runs, len(values))) for place, leaf in enumerate(tree.leaves)}
    for node in tree.upwards:
        members = tree.children[node]
        below = np.stack([scores[code] for code in members], axis=-1)
        weights = np.stack([tree.weight[code] * factor[code] for code in members], axis=-1)
        scores[node] = mean(below, weights[:, None, :], how)
    return scores[tree.root]


def _indices(factors: list[str], outcome: Floats) -> pd.DataFrame:
    """First-order and total indices of an outcome; 0 throughout where it never moves."""
    from SALib.analyze import sobol

    columns = {"first": "S1", "first_conf": "S1_conf", "total": "ST", "total_conf": "ST_conf"}
    if np.ptp(outcome) == 0:
        return pd.DataFrame(0.0, index=pd.Index(factors), columns=list(columns))
    found = sobol.analyze(_problem(len(factors)), outcome, calc_second_order=False, seed=1)
    return pd.DataFrame({name: found[key] for name, key in columns.items()}, index=pd.Index(factors))


def _summary(nominal: pd.Series, ranks: Floats) -> pd.DataFrame:
    low, median, high = np.percentile(ranks, [5, 50, 95], axis=0)
    rows = {
        "nominal": nominal,
        "median": median,
        "low": low,
        "high": high,
        "least": ranks.min(axis=0),
        "most": ranks.max(axis=0),
    }
    return pd.DataFrame(rows, index=nominal.index)
