"""The quarter as a value: text like ``2023Q4``, arithmetic, and the names that Chinese statistics give to spans.

Belongs here: everything that follows from the calendar alone. Does not belong here: what a run or a partition is.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from classification.errors import InputError

_FORM: Final = re.compile(r"(\d{4})Q([1-4])")
CUMULATIVE_NAMES: Final = {1: "一季度", 2: "上半年", 3: "前三季度", 4: "全年"}


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, ordered and hashable."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read ``2023Q4``; anything else is refused.

        Raises:
            InputError: the text is not a quarter.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise InputError(
                f"“{text}”不是季度，请写成 2023Q4 的形式。", f"{text!r} is not a quarter; write it like 2023Q4."
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of_date(cls, day: dt.date) -> Quarter:
        """The quarter in which a day lies."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def of_months(cls, year: int, month: int, *, lag: int = 0) -> Quarter:
        """The quarter that a cumulative return for months 1…``month`` stands for, given the survey's lag in months.

        Raises:
            InputError: that many months end no quarter of this survey.
        """
        number, rest = divmod(month + lag, 3)
        if rest or not 1 <= number <= 4:
            raise InputError(f"1—{month}月不是季末累计期。", f"months 1-{month} do not end a quarter.")
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    def __add__(self, quarters: int) -> Quarter:
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def __sub__(self, quarters: int) -> Quarter:
        return self + -quarters

    @property
    def first_day(self) -> dt.date:
        """The first day of the quarter."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> dt.date:
        """The last day of the quarter."""
        return (self + 1).first_day - dt.timedelta(days=1)

    @property
    def cumulative_name(self) -> str:
        """The official name of the span from January to the end of this quarter: 一季度, 上半年, 前三季度, 全年."""
        return CUMULATIVE_NAMES[self.number]

    def label(self, span: str = "cumulative") -> str:
        """A Chinese label: ``2023年前三季度`` for a cumulative span, ``2023年第三季度`` for a single quarter."""
        if span == "cumulative":
            return f"{self.year}年{self.cumulative_name}"
        return f"{self.year}年第{'一二三四'[self.number - 1]}季度"


def quarters_between(first: Quarter, last: Quarter) -> list[Quarter]:
    """All quarters from ``first`` to ``last``, both included; empty when ``last`` lies before ``first``."""
    count = (last.year - first.year) * 4 + last.number - first.number + 1
    return [first + i for i in range(max(count, 0))]
