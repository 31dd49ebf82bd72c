"""Monitored items: the figures that departments report, how often they are due, and where they stand in a chain.

Belongs here: what a department's figure is beyond its line of the catalogue (``monitored.csv``); the classes under
which its target, completion and rank stand. Does not belong here: name, unit, department, direction (catalogue);
values and targets, which come with the form WB01.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd

from classification import labels
from classification.errors import InputError
from indicators.catalogue import Indicator, indicators
from indicators.dispatch.lights import legend

DEFINITION: Final = "department"
SCHEME: Final = "monitored"
TARGET, COMPLETION, RANK = "annual_target", "target_completion", "provincial_rank"
BESIDE: Final = frozenset({TARGET, COMPLETION, RANK})
# What a figure counts: since the beginning of the year, what there is at the end, a share or density, a list's length.
KINDS: Final = ("flow", "stock", "rate", "list")
FREQUENCIES: Final = ("quarterly", "annual")


@dataclass(frozen=True, slots=True)
class Item:
    """One monitored figure: its line of the catalogue, and when it is due.

    ``kind`` is one of ``KINDS``, ``frequency`` of ``FREQUENCIES``, ``link`` the link of the hydrogen chain
    (制、储、运、加、用、发电), '' outside it.
    """

    id: str
    kind: str
    frequency: str
    link: str

    @property
    def entry(self) -> Indicator:
        """Name, unit, block (``topic``), department (``source``) and direction."""
        return indicators()[self.id, DEFINITION]

    def series(self, period: str) -> str | None:
        """Within what a count may not fall: everything, the year of a period; None where it may."""
        return {"stock": "", "flow": period[:4]}.get(self.kind)


@cache
def items() -> dict[str, Item]:
    """The monitored items by id, in the order of the table.

    Raises:
        InputError: an item is not in the catalogue under ``department``, one there is no item, or a word is unknown.
    """
    with (files(__package__) / "monitored.csv").open(encoding="utf-8") as file:
        found = [Item(**row) for row in csv.DictReader(file)]
    return checked(found)


def checked(found: list[Item]) -> dict[str, Item]:
    """The items by id, or the error that ``items`` gives."""
    known = {name for name, definition in indicators() if definition == DEFINITION and name not in BESIDE}
    odd = {item.id for item in found} ^ known
    odd |= {item.id for item in found if item.kind not in KINDS or item.frequency not in FREQUENCIES}
    if odd:
        raise InputError(
            f"监测指标表与指标目录不一致，或用词不在可填范围内：{'、'.join(sorted(odd))}。",
            f"Monitored items do not agree with the catalogue, or hold an unknown word: {', '.join(sorted(odd))}.",
            where="monitored.csv",
        )
    return {item.id: item for item in found}


@cache
def target_definitions() -> dict[tuple[str, str], str]:
    """Unit and display unit of an item → the definition under which a target in it is kept."""
    return {(entry.unit, entry.display_unit): entry.definition_id for entry in indicators().values()
            if entry.id == TARGET}  # fmt: skip


def class_labels() -> pd.DataFrame:
    """Names of every class that an observation may have: of the standards, the monitored items, the lights of dispatch.

    Returns:
        Frame ``scheme, class, name_zh, name_en, level, parent`` (``classification.labels``).
    """
    mine = [
        {"scheme": SCHEME, "class": item.id, "name_zh": item.entry.name_zh, "name_en": item.entry.name_en, "level": 1,
         "parent": ""}
        for item in items().values()
    ]  # fmt: skip
    lit = [
        {"scheme": "light", "class": row["light"], "name_zh": f"{row['symbol']}{row['word']}", "name_en": row["en"],
         "level": 1, "parent": ""}
        for row in legend().to_dict("records")
    ]  # fmt: skip
    return pd.concat([labels(), pd.DataFrame([*mine, *lit])], ignore_index=True)
