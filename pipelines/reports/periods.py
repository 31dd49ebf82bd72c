"""Weeks, months and quarters of reporting: which days one is about, and on which days it can be told.

Belongs here: naming periods and holding a day of knowledge to them. Does not belong here: what is said of a period.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.ledgers.board import Cycle
from pipelines.workspace import City

Kind = Literal["weekly", "monthly", "quarterly"]
TITLES: Final[dict[str, str]] = {"weekly": "周汇报", "monthly": "月调度", "quarterly": "季总结"}
_FORMS: Final = {"weekly": "2023-W43", "monthly": "2023-10", "quarterly": "2023Q4"}
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """What a report is about.

    Attributes:
        kind: weekly, monthly or quarterly.
        name: 2023-W43, 2023-10 or 2023Q4; names the folder.
        label: its Chinese name.
        since: the day before its first one.
        until: its last day.
        first: the first day of knowledge on which it can be told.
        last: the last one; later days belong to later reports.
        due: the day of knowledge of a report that names none.
    """

    kind: Kind
    name: str
    label: str
    since: dt.date
    until: dt.date
    first: dt.date
    last: dt.date
    due: dt.date

    def known_on(self, day: dt.date) -> dt.date:
        """A day of knowledge, held to the period.

        Raises:
            InputError: the period cannot be told on that day.
        """
        if not self.first <= day <= self.last:
            span = f"{self.first} 起" if self.last == dt.date.max else f"{self.first} 至 {self.last}"
            raise InputError(
                f"{self.label}{TITLES[self.kind]}的数据截止日应为 {span}，不能是 {day}。请改 --as-of 或时期。",
                f"The {self.kind} report of {self.name} cannot be told as known on {day}.",
                where=self.name,
            )
        return day


def period(kind: Kind, text: str, city: City, limits: Mapping[str, float], *, last: dt.date, today: dt.date) -> Period:
    """The period that a text means.

    Args:
        kind: of which kind.
        text: its name, a day in it, or '' for the latest that can be told.
        city: says on which day a quarter's release is due.
        limits: thresholds of dispatch; a month is cut off some days after its end.
        last: the last day on which anything of the ledgers was received.
        today: the latest month is one that had been cut off by this day.

    Raises:
        InputError: the text is neither.
    """
    if kind == "weekly":
        return _week(text, last)
    if kind == "monthly":
        return _month(text, limits, min(last + limits["cut_off_days"] * _DAY, today))
    return _quarter(text, city, limits)


def _week(text: str, last: dt.date) -> Period:
    if named := re.fullmatch(r"(\d{4})-W(\d{2})", text):
        try:
            monday = dt.date.fromisocalendar(int(named[1]), int(named[2]), 1)
        except ValueError:
            raise _unknown("weekly", text) from None
    else:
        day = _day("weekly", text) if text else last
        monday = day - dt.timedelta(days=day.weekday())
    sunday, (year, week, _) = monday + 6 * _DAY, monday.isocalendar()
    return Period("weekly", f"{year}-W{week:02d}", f"{year}年第{week}周", monday - _DAY, sunday, monday, sunday, sunday)


def _month(text: str, limits: Mapping[str, float], known: dt.date) -> Period:
    if named := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
        cycle = Cycle(int(named[1]), int(named[2]))
    elif text:
        day = _day("monthly", text)
        cycle = Cycle(day.year, day.month)
    else:
        # The last month that had been cut off: the one before, or, early in a month, the one before that.
        end = (known - (limits["cut_off_days"] - 1) * _DAY).replace(day=1) - _DAY
        cycle = Cycle(end.year, end.month)
    cut, first = cycle.cut_off(limits), dt.date(cycle.year, cycle.month, 1)
    label = f"{cycle.year}年{cycle.month}月"
    after = cycle.next.cut_off(limits) - _DAY
    return Period("monthly", str(cycle), label, first - _DAY, cycle.last_day, cut, after, cut)


def _quarter(text: str, city: City, limits: Mapping[str, float]) -> Period:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        day = _day("quarterly", text)
        text = str(Quarter(day.year, (day.month + 2) // 3))
    quarter = Quarter.parse(text or city.last_quarter)
    cut = Cycle(quarter.year, 3 * quarter.number).cut_off(limits)
    since, due = quarter.first_day - _DAY, city.release_date(quarter)
    return Period(
        "quarterly", str(quarter), quarter.label("quarter"), since, quarter.last_day, cut, dt.date.max, max(cut, due)
    )


def _day(kind: Kind, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _unknown(kind, text) from None


def _unknown(kind: Kind, text: str) -> InputError:
    return InputError(
        f"“{text}”不是{TITLES[kind]}的时期：请写成 {_FORMS[kind]}，或其中一日，如 2023-10-27。",
        f"{text!r} names no period of a {kind} report; write {_FORMS[kind]}, or a day in it.",
    )
