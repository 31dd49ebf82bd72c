"""What a release is called, and the level that its pages carry.

Belongs here: the words that every product of a release says about itself. Does not belong here: how it is cut (cut).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from indicators.quarter import Quarter
from indicators.vintage import FLASH, PRELIMINARY
from pipelines.release.figures import VINTAGES

# Until disclosure control stands, nothing leaves the house: aggregates before suppression, stamped internal.
LEVEL: Final = "L2"
STAMP: Final = "内部"


@dataclass(frozen=True)
class Issue:
    """One release: its name, quarter, the day whose knowledge it rests on, its vintage, level and stamp."""

    name: str
    quarter: Quarter
    as_of: dt.date
    vintage: str = PRELIMINARY
    level: str = LEVEL
    stamp: str = STAMP

    @property
    def vintage_zh(self) -> str:
        """快报 or 初步, as every page says it."""
        return VINTAGES[self.vintage]

    @property
    def period(self) -> str:
        """The quarter's name as it stands in a title; a flash says so."""
        return self.quarter.label() + (f"，{self.vintage_zh}" if self.vintage == FLASH else "")
