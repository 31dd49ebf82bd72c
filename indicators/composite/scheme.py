"""A scheme: scales and weights taken in a base year and kept, so that the index of later years moves for its own sake.

Belongs here: freezing and measuring with what was frozen. Does not belong here: the single steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from classification.errors import InputError
from indicators.composite.aggregation import How
from indicators.composite.frames import numbers, refuse
from indicators.composite.index import CompositeIndex, Step, build_index
from indicators.composite.normalisation import normalise
from indicators.composite.outliers import Treatment, logged, treat_outliers
from indicators.composite.tree import Tree
from indicators.composite.weights import entropy_weights, with_leaf_weights

Weighting = Literal["given", "equal", "entropy"]


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """What stays as it was in the base year: structure with weights, goalposts, directions, logs, means.

    ``logs`` holds the least and the largest value of each indicator that is logged; its goalposts are in logs.
    ``document`` is the number of the document that sets the scheme.
    """

    base_year: int
    document: str
    weighting: Weighting
    structure: pd.DataFrame
    goalposts: Mapping[str, tuple[float, float]]
    direction: Mapping[str, int]
    logs: Mapping[str, tuple[float, float]]
    treatments: tuple[Treatment, ...]
    bounds: tuple[float, float]
    how: How | Mapping[str, How]

    def measure(self, frame: pd.DataFrame) -> CompositeIndex:
        """The index of a year on the scales and weights of the base year; values beyond the goalposts are cut to them.

        Args:
            frame: units × indicators of that year.

        Raises:
            InputError: as ``normalise`` and ``build_index``.
        """
        values = numbers(frame)
        settings = {"base_year": self.base_year, "document": self.document, "goalposts": self.goalposts}
        transformed = values.copy()
        for code, ends in self.logs.items():
            if code in values:
                transformed[code] = logged(values[code].clip(*ends), *ends)
        scaled = normalise(
            transformed, method="goalposts", direction=self.direction, goalposts=self.goalposts, bounds=self.bounds
        )
        steps = (Step("received", {}, values), Step("transformed", {"logs": self.logs, **settings}, transformed))
        return build_index(scaled, self.structure, how=self.how, steps=steps)


def freeze_scheme(
    frame: pd.DataFrame,
    structure: pd.DataFrame,
    *,
    base_year: int,
    document: str,
    weighting: Weighting = "given",
    direction: Mapping[str, int] | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    treat: bool = False,
    bounds: tuple[float, float] = (0, 1),
    how: How | Mapping[str, How] = "arithmetic",
) -> Scheme:
    """Take scales and weights from the frame of a base year.

    Args:
        frame: units × indicators of the base year.
        structure: ``code, parent, weight``.
        base_year: the year of the frame; a new one makes a new scheme, and the two indices are not joined.
        document: number of the document that sets the scheme; an index without one is nobody's.
        weighting: ``given`` in the structure; ``equal`` within each node; ``entropy`` over the leaves.
        direction: as ``normalise``.
        goalposts: fixed ones by indicator; the others are the least and the largest value of the base year, after
            treatment.
        treat: whether outliers are treated first (``treat_outliers``).
        bounds: as ``normalise``.
        how: as ``build_index``.

    Raises:
        InputError: ``document`` is blank, ``weighting`` another word, or as the steps.

    Source: OECD/JRC Handbook (2008), step 5: scales that last over the years of comparison.
    """
    if not document.strip():
        raise InputError("缺少方案文号 document。", "The number of the scheme's document is missing.")
    values, given, tree = numbers(frame), dict(goalposts or {}), Tree.of(structure)
    if unknown := [code for code in given if code not in values.columns]:
        refuse(unknown, "goalposts 中的指标不在表中", "Goalposts of indicators that are not there")
    loose = [code for code in values.columns if code not in given]
    treated = treat_outliers(values[loose]) if treat and loose else values[loose]
    treatments = treated.attrs.get("treatments", ())
    ends = {code: (float(values[code].min()), float(values[code].max())) for code in loose}
    logs = {found.code: ends[found.code] for found in treatments if found.how == "log"}
    posts = {code: (float(treated[code].min()), float(treated[code].max())) for code in loose} | given
    prepared = values.copy()
    prepared[loose] = treated
    scaled = normalise(prepared, method="goalposts", direction=direction, goalposts=posts, bounds=bounds)
    weighted = _weighted(structure, tree, scaled, weighting)
    build_index(scaled, weighted, how=how)
    return Scheme(
        base_year, document, weighting, weighted, posts, dict(direction or {}), logs, treatments, bounds, how
    )  # fmt: skip


def _weighted(structure: pd.DataFrame, tree: Tree, scaled: pd.DataFrame, weighting: Weighting) -> pd.DataFrame:
    if weighting == "given":
        return structure[["code", "parent", "weight"]].copy()
    if weighting == "equal":
        return structure[["code", "parent"]].assign(weight=1.0)
    if weighting == "entropy":
        return with_leaf_weights(structure, entropy_weights(scaled[tree.leaves]))
    raise InputError(f"未知的赋权方式“{weighting}”。", f"Unknown weighting {weighting!r}: given, equal or entropy.")
