"""The structure of an index: which indicator belongs to which pillar, and how much it weighs there.

Belongs here: reading a structure and walking it. Does not belong here: any value of an indicator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.composite.frames import refuse


@dataclass(frozen=True, slots=True)
class Tree:
    """A structure as read: codes in its order, the parent of each, the children of each node, weights within a node.

    ``upwards`` are the nodes that have children, each after all below it; the last one is the root.
    """

    codes: list[str]
    parent: dict[str, str]
    children: dict[str, list[str]]
    weight: dict[str, float]
    upwards: list[str]

    @property
    def root(self) -> str:
        """The node above all."""
        return self.upwards[-1]

    @property
    def leaves(self) -> list[str]:
        """The codes without children, in the order of the structure."""
        return [code for code in self.codes if code not in self.children]

    @classmethod
    def of(cls, structure: pd.DataFrame) -> Tree:
        """Read ``code, parent, weight``; the root's parent is blank and its weight is not read.

        Raises:
            InputError: a column is missing, a code is blank or there twice, there is not exactly one root, a parent is
                not there, codes go round in a circle, or weights are missing, negative or sum to 0 within a node; codes
                are named.
        """
        if missing := [name for name in ("code", "parent", "weight") if name not in structure.columns]:
            raise InputError(f"structure 缺少列：{'、'.join(missing)}。", f"structure lacks {', '.join(missing)}.")
        codes = _codes(structure["code"])
        above = [None if pd.isna(parent) or parent == "" else parent for parent in structure["parent"]]
        parent = {code: up for code, up in zip(codes, above, strict=True) if up is not None}
        roots = [code for code in codes if code not in parent]
        if len(roots) != 1:
            refuse(roots or codes, "structure 须有且只有一个根（parent 为空），现有", "There must be one root, not")
        if orphans := [code for code, up in parent.items() if up not in codes]:
            refuse(orphans, "上级不在 structure 中", "The parent is not in structure for")
        children: dict[str, list[str]] = {}
        for code, up in parent.items():
            children.setdefault(up, []).append(code)
        upwards = _upwards(roots[0], children)
        if lost := [code for code in codes if code in children and code not in upwards]:
            refuse(lost, "structure 中有循环", "structure goes round in a circle at")
        if not children:
            refuse(roots, "structure 没有任何下级指标", "structure has nothing below")
        return cls(codes, parent, children, _weights(structure, codes, children), upwards)


def _codes(column: pd.Series) -> list[str]:
    if column.isna().any():
        raise InputError("structure 中 code 有空值。", "structure has a blank code.")
    if (twice := column[column.duplicated()]).size:
        refuse(twice.unique(), "structure 中代码重复", "Codes there twice")
    return list(column)


def _upwards(root: str, children: dict[str, list[str]]) -> list[str]:
    """The nodes with children, each after all below it."""
    downwards, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if node in children:
            downwards.append(node)
            waiting.extend(children[node])
    return downwards[::-1]


def _weights(structure: pd.DataFrame, codes: list[str], children: dict[str, list[str]]) -> dict[str, float]:
    """Weights within each node, summing to 1."""
    given = dict(zip(codes, pd.to_numeric(structure["weight"], errors="coerce").astype("float64"), strict=True))
    found: dict[str, float] = {}
    for node, members in children.items():
        if bad := [code for code in members if not (np.isfinite(given[code]) and given[code] >= 0)]:
            refuse(bad, "权重缺失或为负", "Weights are missing or negative for")
        whole = sum(given[code] for code in members)
        if not whole > 0:
            refuse([node], "下级权重合计为零", "The weights below sum to zero for")
        found |= {code: given[code] / whole for code in members}
    return found
