"""Large, medium, small and micro firms: the bureau's limits of 2017 by GB/T class.

Belongs here: the table of limits (统计上大中小微型企业划分办法（2017）) and which line of it a class falls under. Does
not belong here: a firm, which the engine alone sees.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from classification.standard import load_standard

if TYPE_CHECKING:
    import pyarrow as pa

SIZES: Final = ("large", "medium", "small", "micro", "unsized")
_ITEMS: Final = ("staff", "revenue", "assets")
_LIMITS: Final = tuple(f"{item}_{size}" for item in _ITEMS for size in SIZES[:3])
# Money stands in 万元 in the table, in yuan everywhere else.
_YUAN: Final = 10_000


@cache
def size_limits() -> dict[str, dict[str, int | None]]:
    """The limits by four-digit GB/T class: persons for staff, yuan for revenue and assets, None where not asked.

    A class falls under the line with its longest prefix; classes that the method does not cover (railways, finance,
    own real estate, education, health, government) are absent.

    Source: 国家统计局, 《统计上大中小微型企业划分办法（2017）》, 国统字〔2017〕213号.
    """
    text = (files(__package__) / "codes" / "size_2017.csv").read_text(encoding="utf-8")
    lines = {code: row for row in csv.DictReader(text.splitlines()) for code in row["codes"].split(";")}
    found = {}
    for record in load_standard().gbt.values():
        if record.level == "class":
            row = next((lines[record.code[:n]] for n in (3, 2) if record.code[:n] in lines), None)
            if row is not None:
                found[record.code] = {name: _limit(name, row[name]) for name in _LIMITS}
    return found


def size_table() -> pa.Table:
    """``size_limits`` for registration in an engine: ``gbt`` and the limits, one row per class."""
    import pyarrow as pa

    limits = size_limits()
    columns: dict[str, object] = {"gbt": pa.array(list(limits), pa.string())}
    for name in _LIMITS:
        columns[name] = pa.array([row[name] for row in limits.values()], pa.int64())
    return pa.table(columns)


def _limit(name: str, text: str) -> int | None:
    if not text:
        return None
    return int(text) * (1 if name.startswith("staff") else _YUAN)
