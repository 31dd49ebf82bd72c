"""The clock of the house: one time zone, so that the day a file came and the day it is read as of are the same day.

A server set to another zone would otherwise call a file of this morning one of tomorrow for eight hours a day.
"""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

TIMEZONE: Final = "Asia/Shanghai"
_ZONE: Final = ZoneInfo(TIMEZONE)


def now() -> dt.datetime:
    """This moment, in the time zone of the house."""
    return dt.datetime.now(_ZONE)


def today() -> dt.date:
    """The day it is in the time zone of the house: the last on which anything can be known."""
    return day_of(now())


def day_of(moment: dt.datetime) -> dt.date:
    """The day that it is at a moment of any time zone, in that of the house."""
    return moment.astimezone(_ZONE).date()


def stamp() -> str:
    """This moment to the second, as logs keep it: ``2024-01-20T09:30:00+08:00``."""
    return now().isoformat(timespec="seconds")
