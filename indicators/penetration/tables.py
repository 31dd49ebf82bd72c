"""Penetration from an input-output table: ``io_direct`` and ``io_complete``, for the years that have one.

Belongs here: the two rates under their definitions. Does not belong here: the analysis itself (input_output).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import pandas as pd

from indicators.arguments import typed
from indicators.input_output import digital_penetration, technical_coefficients

Groups = Mapping[str, Iterable[object]]


@typed
def io_direct(
    flows: pd.DataFrame, output: pd.Series, digital: Iterable[object], *, groups: Groups | None = None
) -> pd.DataFrame:
    """Share of digital sectors in what a sector uses directly: ``Σ_{i∈D} a_ij / Σ_i a_ij``.

    Args:
        flows: domestic intermediate flows, n × n.
        output: total output by sector.
        digital: labels of the digital sectors.
        groups: groups of sectors by name, which may overlap; a group's rate is the sum of its sectors' numerators over
            that of their denominators, each taken as often as the sector's output. Default: every sector by itself.

    Returns:
        One row per sector or group, labelled by it: ``sector, rate_io_direct, definition_id``.

    Raises:
        InputError: as ``technical_coefficients`` and ``digital_penetration``.

    Source: methods, penetration: io_direct.
    """
    return _rate(flows, output, digital, groups, "direct")


@typed
def io_complete(
    flows: pd.DataFrame, output: pd.Series, digital: Iterable[object], *, groups: Groups | None = None
) -> pd.DataFrame:
    """The same of all that a sector uses, directly and through its suppliers: ``Σ_{i∈D} b_ij / Σ_i b_ij``.

    Args, Returns and Raises as ``io_direct``, with ``rate_io_complete``.

    Source: methods, penetration: io_complete.
    """
    return _rate(flows, output, digital, groups, "complete")


def _rate(
    flows: pd.DataFrame,
    output: pd.Series,
    digital: Iterable[object],
    groups: Groups | None,
    kind: Literal["direct", "complete"],
) -> pd.DataFrame:
    a = technical_coefficients(flows, output)
    weights = None
    if groups is not None:
        members = {name: output.index.isin(list(sectors)) for name, sectors in groups.items()}
        weights = pd.DataFrame({name: output.where(inside, 0) for name, inside in members.items()})
    rates = digital_penetration(a, digital, kind=kind, weights=weights)
    return pd.DataFrame(
        {"sector": rates.index, f"rate_io_{kind}": rates, "definition_id": f"io_{kind}"}, index=rates.index
    )
