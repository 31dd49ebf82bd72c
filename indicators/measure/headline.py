"""The headline figures of core value added: level and growth, of the core everywhere and of the place's divisions.

Belongs here: which figures they are, for when they are made many times over. Does not belong here: what else a release
says of the same cells (core, scope, benchmarked).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.core import CORE, growth
from indicators.measure.evidence import Evidence
from indicators.measure.levels import by_class, cumulative, with_place
from indicators.measure.parts import GROWN

COLUMNS: Final = [
    *("indicator", "definition_id", "period", "span", "region", "class", "value", "unit", "price_basis", "base"),
    "vintage",
]
_DIVISIONS: Final = ("01", "02", "03", "04")


def rows(evidence: Evidence, cells: pd.DataFrame, definition: str) -> pd.DataFrame:
    """The headline figures of the released quarters among some cells, cumulative.

    Args:
        evidence: what was known.
        cells: what the figures of the definition add up (``core_cells``), of whole years.
        definition: ``rate_method``, ``full_scope`` or ``benchmarked``.

    Returns:
        ``COLUMNS``: levels, and where growth is taken on the definition that at current prices and, where there are
        price indices, at constant ones.
    """
    if cells.empty:
        return pd.DataFrame(columns=COLUMNS)
    member, grows = evidence.membership, "base" in cells.columns
    classes = member[(member["scheme"] == "digital") & member["class"].isin([CORE, *_DIVISIONS])]
    values = ["va", *(("base", "volume") if grows else ())]
    # Whether a figure is estimated is not told here.
    marked = cells.assign(estimated=False, vintage=cells.get("vintage", evidence.vintage))
    sums = with_place(by_class(marked, classes, values), evidence.place, values)
    now = evidence.released(cumulative(sums[(sums["class"] == CORE) | (sums["region"] == evidence.place)], values))
    vintages = marked.drop_duplicates("quarter").set_index("quarter")["vintage"]
    now = now.assign(vintage=now["quarter"].map(vintages))
    found = {("core_value_added", "current", "none"): now["va"]}
    for price, of in GROWN.items():
        if grows and (price == "current" or not evidence.prices.empty):
            found["core_growth", price, "comparable"] = growth(now[of], now["base"])
    parts = [
        make.own_rows(now, value, name, definition, form=(price, base)) for (name, price, base), value in found.items()
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS]
