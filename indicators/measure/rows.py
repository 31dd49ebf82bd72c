"""From numbers to observation rows: what the catalogue says, what is ours, and how finely a value is kept.

Belongs here: filling in the attributes. Does not belong here: any formula.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from indicators.catalogue import indicator
from indicators.observation import OURS

_DIGITS: Final = {"元": 2, "元/人": 2, "比率": 12, "倍": 12, "指数": 12}


def own_rows(
    frame: pd.DataFrame, value: pd.Series, name: str, definition: str, *, form: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Observation rows of an own indicator; without a vintage of their own they take that of the release's figures.

    Args:
        frame: ``region, class, span, estimated``, ``quarter`` (or ``period``) and perhaps ``vintage``.
        value: the value of each row; rows without one are left out.
        name: indicator.
        definition: its definition.
        form: price basis and base, when the catalogue allows several.
    """
    entry = indicator(name, definition)
    price_basis, base = form or entry.forms[0]
    kept = value.notna() & np.isfinite(value.astype("float64"))
    rows = frame[kept]
    period = rows["period"] if "period" in rows.columns else rows["quarter"]
    own = {"vintage": rows["vintage"]} if "vintage" in rows.columns else {}
    return pd.DataFrame(own | {
        "indicator": name,
        "definition_id": definition,
        "period": period,
        "span": rows["span"],
        "region": rows["region"],
        "class": rows["class"],
        "value": quantised(value[kept], entry.unit),
        "unit": entry.unit,
        "price_basis": price_basis,
        "base": base,
        "status": np.where(rows["estimated"], "E", "P"),
        "authority": OURS,
        "release_level": entry.release_level,
    })  # fmt: skip


def quantised(values: pd.Series, unit: str) -> pd.Series:
    """Values as finely as they are kept: money to 0.01 yuan, rates to 10⁻¹²; counts as they are; never −0."""
    digits = _DIGITS.get(unit)
    numbers = values.astype("float64")
    return numbers if digits is None else numbers.round(digits) + 0.0


def ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """``part / whole`` where the whole is positive, missing elsewhere."""
    return part / whole.where(whole > 0)
