"""What a release is called, and the level that its pages carry.

Belongs here: the words that every product of a release says about itself. Does not belong here: how it is cut (cut).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from indicators.observation import OURS
from indicators.quarter import Quarter
from indicators.vintage import FLASH, PRELIMINARY
from pipelines.release.figures import VINTAGES

# A release is what stands before disclosure control: it stays in the house.
LEVEL: Final = "L2"
PUBLIC: Final = "L0"
FIGURE: Final = f"核心产业增加值（{OURS}）"
PUBLISHED: Final = "核心产业增加值（公布数）"
SPREAD: Final = {"L2": "不得转发或公布。", "L1": "只供专班使用，不得公布。", "L0": ""}
STAMPS: Final = {"L2": "内部", "L1": "专班使用", "L0": "公开"}


@dataclass(frozen=True)
class Issue:
    """One release: its name, quarter, the day whose knowledge it rests on, its vintage, level and stamp.

    Attributes:
        figure: what every page names: the core's value added, and that it is a monitoring estimate.
        terms: what disclosure control did, in words: pairs of a heading and its text; nothing in a release itself.
    """

    name: str
    quarter: Quarter
    as_of: dt.date
    vintage: str = PRELIMINARY
    level: str = LEVEL
    stamp: str = STAMPS[LEVEL]
    terms: tuple[tuple[str, str], ...] = ()
    figure: str = FIGURE

    @property
    def spread(self) -> str:
        """To whom a page may go on."""
        return SPREAD[self.level]

    @property
    def vintage_zh(self) -> str:
        """快报 or 初步, as every page says it."""
        return VINTAGES[self.vintage]

    @property
    def period(self) -> str:
        """The quarter's name as it stands in a title; a flash says so."""
        return self.quarter.label() + (f"，{self.vintage_zh}" if self.vintage == FLASH else "")
