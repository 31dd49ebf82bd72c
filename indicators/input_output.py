"""Input-output analysis: coefficients, the Leontief inverse, multipliers and what the digital sectors weigh in them.

Belongs here: what follows from a square input-output table. Does not belong here: reading a table, and the penetration
rates made of these (penetration).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.series import named

Floats = npt.NDArray[np.float64]
# The inverse is not trusted once the smallest singular value is this far below the largest.
_SINGULAR: Final = 1e-12
# An inverse of non-negative coefficients must not be negative by more than rounding.
_NEGATIVE: Final = -1e-9


@typed
def technical_coefficients(flows: pd.DataFrame, output: pd.Series) -> pd.DataFrame:
    """Direct input coefficients ``a_ij = z_ij / x_j``.

    Args:
        flows: intermediate flows in one money unit, n × n, from the sector of the row to that of the column; the same
            labels on both sides. Of a table that tells imports apart, the domestic flows.
        output: total output by sector, n, in the same unit.

    Returns:
        n × n, in the order of ``flows``' columns. A sector without output has zero coefficients.

    Raises:
        InputError: labels differ or repeat, a value is missing, an output is negative, or a sector without output has
            inputs; sectors are named.

    Source: Miller and Blair, Input-Output Analysis, 2nd ed., section 2.2.
    """
    table = _square(flows, "中间流量 flows")
    whole = _vector(output, table.columns, "总产出 output")
    if (negative := whole < 0).any():
        _refuse(whole.index[negative], "总产出为负", "Output is negative")
    if (bad := (whole == 0) & (table != 0).any()).any():
        _refuse(whole.index[bad], "总产出为零而中间投入不为零", "A sector without output has inputs")
    return _per_unit(table, whole)


@typed
def leontief_inverse(a: pd.DataFrame) -> pd.DataFrame:
    """Total requirements ``L = (I − A)⁻¹``: output of i for one unit of final demand for j.

    Args:
        a: technical coefficients, n × n, the same labels on both sides.

    Returns:
        n × n, in the order of ``a``'s columns.

    Raises:
        InputError: labels differ or repeat, a coefficient is missing, I − A is singular, or non-negative coefficients
            have an inverse with negative entries (the economy uses up more than it makes); the sectors at fault are
            named.

    Source: Miller and Blair, section 2.2; Hawkins and Simon (1949) for the second refusal.
    """
    coefficients = _square(a, "直接消耗系数 a")
    matrix = np.eye(len(coefficients)) - coefficients.to_numpy()
    _, sizes, right = np.linalg.svd(matrix)
    if sizes[-1] <= _SINGULAR * sizes[0]:
        weights = np.abs(right[-1])
        at_fault = np.flatnonzero(weights > 0.1 * weights.max())
        _refuse(coefficients.columns[at_fault], "I−A 奇异，完全需求系数不存在", "I − A is singular")
    inverse: Floats = np.linalg.inv(matrix)
    negative = np.flatnonzero(inverse.min(axis=0) < _NEGATIVE)
    if (coefficients.to_numpy() >= 0).all() and len(negative):
        _refuse(coefficients.columns[negative], "投入超过产出，完全需求系数为负", "Inputs exceed output in")
    return pd.DataFrame(inverse, index=coefficients.columns, columns=coefficients.columns)


@typed
def complete_consumption(a: pd.DataFrame) -> pd.DataFrame:
    """Complete consumption coefficients 完全消耗系数 ``B = (I − A)⁻¹ − I``.

    Args:
        a: technical coefficients, n × n.

    Returns:
        n × n, in the order of ``a``'s columns.

    Raises:
        InputError: as ``leontief_inverse``.

    Source: National Bureau of Statistics, notes to the input-output tables.
    """
    inverse = leontief_inverse(a)
    return inverse - np.eye(len(inverse))


@typed
def multipliers(a: pd.DataFrame, ratio: pd.Series | None = None) -> pd.Series:
    """What one unit of final demand for each sector sets off in all: ``m_j = Σ_i r_i·l_ij``.

    Args:
        a: technical coefficients, n × n.
        ratio: what a unit of output of each sector carries (value added, jobs, emissions); default 1, which gives
            simple output multipliers.

    Returns:
        Multipliers by sector, in the order of ``a``'s columns.

    Raises:
        InputError: as ``leontief_inverse``; the labels of ``ratio`` differ or a ratio is missing.

    Source: Miller and Blair, sections 6.2 and 6.3.
    """
    inverse = leontief_inverse(a)
    if ratio is None:
        return inverse.sum()
    weights = _vector(ratio, inverse.columns, "系数 ratio")
    return pd.Series(weights.to_numpy() @ inverse.to_numpy(), index=inverse.columns)


@typed
def digital_penetration(
    a: pd.DataFrame,
    digital: Iterable[object],
    *,
    kind: Literal["direct", "complete"] = "direct",
    weights: pd.DataFrame | None = None,
) -> pd.Series:
    """Share of digital sectors in the inputs of each sector: ``Σ_{i∈D} c_ij / Σ_i c_ij``.

    Args:
        a: technical coefficients, n × n, of the domestic table.
        digital: labels of the digital sectors.
        kind: ``direct`` takes c = a, ``complete`` c = (I − A)⁻¹ − I.
        weights: what each sector (row) weighs in each group of sectors (column), such as its output; the share of a
            group is then ``Σ_j w_jg Σ_{i∈D} c_ij / Σ_j w_jg Σ_i c_ij``. Default: every sector by itself.

    Returns:
        Fractions by sector, in the order of ``a``'s columns, or by group; 0 for one that uses no inputs.

    Raises:
        InputError: as ``leontief_inverse``; a coefficient is negative; ``kind`` is another word; no digital sector is
            given or one is not in the table; the labels of ``weights`` differ or a weight is missing or negative.

    Source: methods, penetration: io_direct and io_complete.
    """
    if kind not in ("direct", "complete"):
        raise InputError(
            f"kind 只能是 direct 或 complete，不是“{kind}”。", f"kind is direct or complete, not {kind!r}."
        )
    coefficients = _square(a, "直接消耗系数 a")
    if (bad := (coefficients < 0).any()).any():
        _refuse(coefficients.columns[bad], "消耗系数为负，不能计算比重", "Negative coefficients have no shares")
    # Requirements of non-negative coefficients are none themselves, but for rounding of the inverse.
    table = coefficients if kind == "direct" else complete_consumption(coefficients).clip(lower=0.0)
    if weights is not None:
        _same_labels(weights.index, table.columns, "权数与表的部门不一致", "Weights differ from the table in")
        if (bad := ~(weights >= 0).all()).any():
            _refuse(weights.columns[bad], "权数缺失或为负", "Weights are missing or negative for")
        table = table @ weights.astype("float64").reindex(table.columns)
    whole = table.sum()
    part = table.loc[_members(digital, table.index)].sum()
    return (part / whole.where(whole > 0)).where(whole > 0, 0.0)


@typed
def adb_core_gdp(
    flows: pd.DataFrame,
    output: pd.Series,
    value_added: pd.Series,
    final_demand: pd.Series,
    digital: Iterable[object],
) -> dict[str, float]:
    """Core digital GDP by the ADB's two-sided measure: what digital sectors earn, and what their products embody.

    ``M = v̂·L·ŷ``: value added of sector i in the final demand for sector j; v is value added per unit of output.

    Args:
        flows: domestic intermediate flows, n × n.
        output: total output by sector.
        value_added: value added by sector.
        final_demand: final demand for each sector's products (all uses but intermediate ones; may be negative).
        digital: labels of the digital sectors.

    Returns:
        ``backward``: Σ of the columns of M over the digital sectors (value added of all sectors in digital final
        products); ``forward``: Σ of its rows (value added of the digital sectors in all final products); ``double``:
        their block, counted in both; ``core = backward + forward − double``. In the unit of the table.

    Raises:
        InputError: as ``technical_coefficients`` and ``leontief_inverse``; a sector without output has value added;
            no digital sector is given or one is not in the table.

    Source: Asian Development Bank, Capturing the Digital Economy (2021), without its term for fixed capital.
    """
    a = technical_coefficients(flows, output)
    whole = _vector(output, a.columns, "总产出 output")
    earned = _vector(value_added, a.columns, "增加值 value_added")
    demand = _vector(final_demand, a.columns, "最终使用 final_demand")
    if (bad := (whole == 0) & (earned != 0)).any():
        _refuse(whole.index[bad], "总产出为零而增加值不为零", "A sector without output has value added")
    ratio = (earned / whole.where(whole != 0)).fillna(0.0)
    embodied = leontief_inverse(a).mul(ratio, axis=0).mul(demand, axis=1)
    members = _members(digital, a.columns)
    backward, forward = float(embodied[members].sum().sum()), float(embodied.loc[members].sum().sum())
    double = float(embodied.loc[members, members].sum().sum())
    return {"backward": backward, "forward": forward, "double": double, "core": backward + forward - double}


def _per_unit(table: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    return table.div(whole.where(whole != 0), axis=1).fillna(0.0)


def _square(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table as float64, its rows in the order of its columns."""
    columns = table.columns
    if not len(columns):
        raise InputError(f"“{name}”为空。", f"{name}: is empty.")
    for axis in (columns, table.index):
        if axis.has_duplicates:
            _refuse(axis[axis.duplicated()].unique(), f"“{name}”部门重复", f"{name}: sectors there twice")
    _same_labels(table.index, columns, f"“{name}”行与列的部门不一致", f"{name}: rows and columns differ in")
    numbers: pd.DataFrame = table.apply(pd.to_numeric, errors="coerce").astype("float64").reindex(columns)
    bad = np.flatnonzero(~np.isfinite(numbers.to_numpy()).all(axis=0))
    if len(bad):
        _refuse(columns[bad], f"“{name}”缺值或非有限", f"{name}: missing or not finite in columns")
    return numbers


def _vector(values: pd.Series, labels: pd.Index, name: str) -> pd.Series:
    """The values as float64 in the order of the labels."""
    if values.index.has_duplicates:
        _refuse(values.index[values.index.duplicated()].unique(), f"“{name}”部门重复", f"{name}: sectors there twice")
    _same_labels(values.index, labels, f"“{name}”与表的部门不一致", f"{name}: differs from the table in")
    numbers = pd.to_numeric(values, errors="coerce").astype("float64").reindex(labels)
    if (bad := ~np.isfinite(numbers)).any():
        _refuse(labels[bad], f"“{name}”缺值或非有限", f"{name}: missing or not finite for")
    return numbers


def _same_labels(found: pd.Index, wanted: pd.Index, zh: str, en: str) -> None:
    if odd := set(found) ^ set(wanted):
        _refuse(sorted(odd, key=str), zh, en)


def _members(digital: Iterable[object], labels: pd.Index) -> list[object]:
    wanted = {digital} if isinstance(digital, str) else set(digital)
    if not wanted:
        raise InputError("没有给出数字部门 digital。", "No digital sector is given.")
    if unknown := wanted - set(labels):
        _refuse(sorted(unknown, key=str), "表中没有这些数字部门", "Digital sectors that the table does not have")
    return [label for label in labels if label in wanted]


def _refuse(sectors: Iterable[object], zh: str, en: str) -> None:
    text = named(sectors)
    raise InputError(f"{zh}：{text}。", f"{en}: {text}.")
