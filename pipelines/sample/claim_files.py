"""The ledger of key firms of the synthetic city: ZD01, one file a quarter, with the class that each firm claims.

Belongs here: which firms claim what, right and wrong. Does not belong here: the check (classification).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from classification import load_standard
from indicators.quarter import Quarter
from pipelines.sample.firm_files import Sent, identity, received_on
from pipelines.sample.layout import Dress, headers, write_text
from pipelines.sample.planted import Row
from pipelines.sample.profile import STARRED, classes
from pipelines.sample.universe import Universe

# How many firms of a starred class, of another core class and of none the ledger holds.
_SIZES: Final = (6, 12, 6)
_WRONG: Final = "010101"


def write_claims(universe: Universe, inbox: Path, quarter: Quarter) -> Sent:
    """Write ZD01 of a quarter: most firms claim what their code says; some claim nothing, another class, or wrongly."""
    klass, county = universe.klass(quarter), universe.county(quarter)
    header = headers("claim", 0)
    rows: list[Row] = []
    for turn, place in enumerate(_places(universe, quarter)):
        row = identity(universe, place, klass[place], county[place])
        rows.append(row | {"digital": _claimed(str(row["gbt"]), turn)})
    name = f"ZD01_重点企业申报归类_{quarter.year}年{quarter.number}季度.csv"
    look = Dress(f"{quarter.year}年{quarter.number}季度重点企业申报归类", (), encoding="utf-8-sig")
    write_text(inbox / name, look, list(header.values()), [[row[column] for column in header] for row in rows])
    return Sent(name, received_on(quarter, day=19), "数字经济专班", source="企业申报")


def _places(universe: Universe, quarter: Quarter) -> list[int]:
    """The first firms by code of each kind that report for the quarter."""
    gbt = classes().gbt[universe.klass(quarter)]
    starred, core = np.isin(gbt, STARRED), np.isin(gbt, list(load_standard().core_classes))
    order = np.argsort(universe.units.code, kind="stable")
    found: list[int] = []
    for kind, size in zip((starred, core & ~starred, ~core), _SIZES, strict=True):
        found += order[(universe.reporting(quarter) & kind)[order]][:size].tolist()
    return found


def _claimed(gbt: str, turn: int) -> str:
    """The class that follows from the code; every fourth firm claims nothing or, in turn, one of another kind."""
    right = load_standard().core_of(gbt)
    if turn % 4 != 1:
        return right[0] if right else ""
    return "" if turn % 8 == 1 and right else _WRONG
