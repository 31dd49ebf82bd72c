"""Weights: those that the data suggest, and how they enter a structure.

Belongs here: entropy weights. Does not belong here: the weights of a scheme (its structure), aggregation.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.composite.frames import numbers, refuse
from indicators.composite.tree import Tree

# A divergence below this is rounding of equal shares.
_NOTHING: Final = 1e-12


def entropy_weights(frame: pd.DataFrame) -> pd.Series:
    """Entropy weights 熵权: an indicator weighs the more, the more it tells units apart.

    ``p_ij = x_ij / Σ_i x_ij``, ``e_j = −Σ_i p_ij·ln p_ij / ln n`` (0·ln 0 = 0), ``w_j = (1 − e_j) / Σ_j (1 − e_j)``.

    Args:
        frame: units × indicators, at least two units, non-negative and complete; as a rule already normalised.

    Returns:
        Weights by indicator, summing to 1.

    Raises:
        InputError: as for any frame of indicators; a blank, a negative value, an indicator that sums to 0, a single
            unit, or no indicator that tells the units apart; indicators are named.

    Source: Hwang and Yoon (1981), Multiple Attribute Decision Making, section 3.1.
    """
    values = numbers(frame)
    for bad, zh, en in (
        (values.isna().any(), "熵权不接受缺值", "Entropy weights need complete indicators"),
        ((values < 0).any(), "熵权不接受负值", "Entropy weights need non-negative indicators"),
        (values.sum() == 0, "指标合计为零，不能计算熵权", "Indicators that sum to zero"),
    ):
        if bad.any():
            refuse(values.columns[bad.to_numpy()], zh, en)
    if len(values) < 2:
        raise InputError("熵权至少需要两个单位。", "Entropy weights need at least two units.")
    shares = (values / values.sum()).to_numpy()
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=0) / np.log(len(values))
    divergence = np.where(1 - entropy < _NOTHING, 0.0, 1 - entropy)
    if not divergence.sum() > 0:
        raise InputError(
            "各指标在单位间均无差异，不能计算熵权。", "No indicator tells the units apart: no entropy weights."
        )
    return pd.Series(divergence / divergence.sum(), index=values.columns, name="weight")


def with_leaf_weights(structure: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """A structure whose leaves have these weights and whose other nodes weigh what their leaves do.

    So the weight of a leaf in the whole index is its share in ``weights``, whatever the levels between.

    Args:
        structure: ``code, parent, weight``.
        weights: a weight for each leaf.

    Raises:
        InputError: the structure does not hold, or a leaf has no weight; codes are named.
    """
    tree = Tree.of(structure)
    if lacking := [leaf for leaf in tree.leaves if leaf not in weights.index]:
        refuse(lacking, "没有给出权重", "No weight for")
    found = {leaf: float(weights[leaf]) for leaf in tree.leaves}
    for node in tree.upwards:
        found[node] = sum(found[child] for child in tree.children[node])
    return pd.DataFrame({
        "code": tree.codes,
        "parent": [tree.parent.get(code) for code in tree.codes],
        "weight": [found[code] if code in tree.parent else None for code in tree.codes],
    })  # fmt: skip
