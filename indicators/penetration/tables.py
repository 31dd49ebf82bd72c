"""Penetration from an input-output table: ``io_direct`` and ``io_complete``, for the years that have one.

Belongs here: the two rates under their definitions. Does not belong here: the analysis itself (input_output).
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from indicators.input_output import digital_penetration, technical_coefficients


def io_direct(flows: pd.DataFrame, output: pd.Series, digital: Iterable[object]) -> pd.DataFrame:
    """Share of digital sectors in what a sector uses directly: ``Σ_{i∈D} a_ij / Σ_i a_ij``.

    Args:
        flows: domestic intermediate flows, n × n.
        output: total output by sector.
        digital: labels of the digital sectors.

    Returns:
        One row per sector, labelled by it: ``sector, rate_io_direct, definition_id``.

    Raises:
        InputError: as ``technical_coefficients`` and ``digital_penetration``.

    Source: methods, penetration: io_direct.
    """
    return _named(digital_penetration(technical_coefficients(flows, output), digital), "io_direct")


def io_complete(flows: pd.DataFrame, output: pd.Series, digital: Iterable[object]) -> pd.DataFrame:
    """The same of all that a sector uses, directly and through its suppliers: ``Σ_{i∈D} b_ij / Σ_i b_ij``.

    Args, Returns and Raises as ``io_direct``, with ``rate_io_complete``.

    Source: methods, penetration: io_complete.
    """
    coefficients = technical_coefficients(flows, output)
    return _named(digital_penetration(coefficients, digital, kind="complete"), "io_complete")


def _named(rates: pd.Series, definition: str) -> pd.DataFrame:
    return pd.DataFrame({"sector": rates.index, f"rate_{definition}": rates, "definition_id": definition}, rates.index)
