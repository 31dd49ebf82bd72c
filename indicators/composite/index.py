"""The index: normalised indicators aggregated from the bottom to the top, with a memory of how.

Belongs here: levels, coverage, the result. Does not belong here: scales (normalisation) and where they come from
(scheme).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from indicators.composite.aggregation import How, known_mean, mean, positive
from indicators.composite.frames import numbers, refuse
from indicators.composite.tree import Tree


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step on the way to an index: its name, what was set, and the frame it gave."""

    name: str
    settings: Mapping[str, Any]
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class CompositeIndex:
    """An index with every level and every step that led to it.

    ``scores``: unit × node, in the order of the structure, leaves included. ``coverage``: unit × node, the share of the
    weight below a node that rests on values (1 = complete). ``weights``: per code its parent, its share there
    (``weight``) and in the whole index (``effective``). ``steps``: from the first frame to the scores.
    """

    root: str
    scores: pd.DataFrame
    coverage: pd.DataFrame
    weights: pd.DataFrame
    steps: tuple[Step, ...]

    def ranks(self, node: str | None = None) -> pd.Series:
        """Ranks of the units at a node, 1 = best; equal scores share the better rank, units without a score none."""
        return self.scores[node or self.root].rank(method="min", ascending=False)


def build_index(
    normalised: pd.DataFrame,
    structure: pd.DataFrame,
    *,
    how: How | Mapping[str, How] = "arithmetic",
    steps: tuple[Step, ...] = (),
) -> CompositeIndex:
    """Aggregate normalised indicators from the bottom to the top; nothing is normalised or turned round here.

    Args:
        normalised: units × leaves of the structure, more meaning better.
        structure: ``code, parent, weight``; one root with a blank parent. Weights count within a node; missing values
            are left out and the weights beside them re-scaled, at every level.
        how: the mean at every node, or by node (others arithmetic).
        steps: what was done before, to be remembered.

    Returns:
        The index; ``.scores`` holds every node.

    Raises:
        InputError: as for any frame of indicators; the structure does not hold; its leaves and the columns differ; a
            value is not positive under a geometric mean; a unit has no value at all. Codes or units are named.

    Source: OECD/JRC Handbook (2008), steps 6 and 10.
    """
    values, tree = numbers(normalised), Tree.of(structure)
    if odd := set(values.columns) ^ set(tree.leaves):
        refuse(sorted(odd, key=str), "structure 的末级指标与表中指标不一致", "Leaves and columns differ in")
    means = _means(how, tree)
    scores = {leaf: values[leaf] for leaf in tree.leaves}
    coverage = {leaf: values[leaf].notna().astype("float64") for leaf in tree.leaves}
    for node in tree.upwards:
        members = tree.children[node]
        below, share = pd.DataFrame({code: scores[code] for code in members}), _shares(tree, members)
        positive(below.loc[:, (share > 0).to_numpy()], means[node])
        scores[node] = pd.Series(mean(below.to_numpy(), share.to_numpy(), means[node]), index=values.index)
        coverage[node] = pd.DataFrame({code: coverage[code] for code in members}) @ share
    if (empty := scores[tree.root].isna()).any():
        refuse(values.index[empty.to_numpy()], "单位没有任何有权重的指标数值", "No value of any weight for")
    found = pd.DataFrame({code: scores[code] for code in tree.codes})
    covered = pd.DataFrame({code: coverage[code] for code in tree.codes})
    remembered = (*steps, Step("normalised", {}, values), Step("aggregated", {"how": means}, found))
    return CompositeIndex(tree.root, found, covered, _weights(tree), remembered)


def _means(how: How | Mapping[str, How], tree: Tree) -> dict[str, How]:
    """The mean of each node."""
    if isinstance(how, str):
        known_mean(how)
        return dict.fromkeys(tree.upwards, how)
    if unknown := [node for node in how if node not in tree.children]:
        refuse(unknown, "how 中的节点没有下级指标", "Means of nodes that have nothing below")
    for word in how.values():
        known_mean(word)
    return {node: how.get(node, "arithmetic") for node in tree.upwards}


def _shares(tree: Tree, members: list[str]) -> pd.Series:
    return pd.Series({code: tree.weight[code] for code in members})


def _weights(tree: Tree) -> pd.DataFrame:
    effective = {tree.root: 1.0}
    for node in reversed(tree.upwards):
        for code in tree.children[node]:
            effective[code] = effective[node] * tree.weight[code]
    rows = {
        "parent": [tree.parent.get(code) for code in tree.codes],
        "weight": [tree.weight.get(code, np.nan) for code in tree.codes],
        "effective": [effective[code] for code in tree.codes],
    }
    return pd.DataFrame(rows, index=pd.Index(tree.codes, name="code"))
