"""Periods as files state them: in their names, their titles and their column heads.

Belongs here: reading a period from text and holding two statements against each other. Does not belong here: which
quarters a workspace covers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import Form
from pipelines.ingest.texts import normal

_NUMERALS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_QUARTERS: Final = {"上半年": 2, "前三季度": 3, "前二季度": 2, "前两季度": 2, "前四季度": 4}
_YEAR: Final = r"((?:19|20)\d{2})"
_QUARTER: Final = re.compile(_YEAR + r"(?:年第?([一二三四1-4])季度?|年?-?q([1-4]))")
_FIRST_QUARTERS: Final = re.compile(
    _YEAR + "年(?:(" + "|".join(_QUARTERS) + ")|第?[一1](?:季度?)?(?:-|至)第?([二三四2-4])季度?)"
)
_MONTHS: Final = re.compile(_YEAR + r"年1(?:月份?)?(?:-|至)(\d{1,2})月份?")
_MONTH: Final = re.compile(_YEAR + r"(?:年(\d{1,2})月份?|[-./](\d{1,2})|m(\d{1,2})|(0[1-9]|1[0-2]))")
_DAY: Final = re.compile(_YEAR + r"-(\d\d)-\d\d")  # how a spreadsheet keeps a head that was typed as a month
_SUM: Final = re.compile(r"\(?累计\)?$")
_ANNUAL: Final = re.compile(_YEAR + r"(?:年|年度|年全年|a)?")
_TITLE_MONTH: Final = re.compile(_YEAR + r"年(\d{1,2})月(?!\d*\d日)(?![-至])")
_TITLE_YEAR: Final = re.compile(_YEAR + r"年")


@dataclass(frozen=True, slots=True)
class Period:
    """A period as a column head states it: ``2023Q4``, ``2023-12`` or ``2023``; ``span`` '' when it says none."""

    text: str
    kind: str  # quarter | month | annual
    cumulative: bool = False


def _month_period(year: str, month: str, *, cumulative: bool) -> Period | None:
    number = int(month)
    return Period(f"{year}-{number:02d}", "month", cumulative) if 1 <= number <= 12 else None


def parse_period(text: str) -> Period | None:
    """The period that a column head names, or None when it names none."""
    folded = normal(text)
    rest = _SUM.sub("", folded)
    summed = rest != folded
    if match := _QUARTER.fullmatch(rest):
        number = int(match[3]) if match[3] else _NUMERALS[match[2]]
        return Period(f"{match[1]}Q{number}", "quarter", cumulative=summed)
    if match := _FIRST_QUARTERS.fullmatch(rest):
        number = _QUARTERS[match[2]] if match[2] else _NUMERALS[match[3]]
        return Period(f"{match[1]}Q{number}", "quarter", cumulative=True)
    if match := _MONTHS.fullmatch(rest):
        return _month_period(match[1], match[2], cumulative=True)
    if match := _MONTH.fullmatch(rest) or _DAY.fullmatch(rest):
        return _month_period(match[1], next(part for part in match.groups()[1:] if part), cumulative=summed)
    if match := _ANNUAL.fullmatch(rest):
        return Period(match[1], "annual")
    return None


@dataclass(frozen=True, slots=True)
class Stated:
    """The period that a file name states: year, and months or quarter where the form has them."""

    year: int | None = None
    months: int | None = None
    number: int | None = None

    def quarter(self, form: Form) -> tuple[Quarter, int] | None:
        """The quarter that a file stands for, and the months it cumulates; None for a form of many periods.

        A survey that lags may also have reported full months in earlier years; both ends of quarter are understood.

        Raises:
            RefusalError: the months end no quarter of this survey.
        """
        if form.period == "none" or self.year is None:
            return None
        if self.number is not None:
            return Quarter(self.year, self.number), 3 * self.number
        month = self.months or 0
        lag = 0 if month % 3 == 0 else form.lag
        try:
            return Quarter.of_months(self.year, month, lag=lag), month
        except InputError as fault:
            raise RefusalError(
                "no_quarter",
                f"文件名中的累计期有误：{fault.zh}请按“年份＋1-月份”更正文件名。",
                f"The span in the file name is wrong: {fault.en} Correct the name.",
            ) from None


def stated(form: Form, file_name: str) -> Stated | None:
    """What a file name states under a form's pattern, or None when the name is not of that form."""
    match = form.regex.search(file_name)
    if match is None:
        return None
    parts = {key: int(text) for key, text in match.groupdict().items() if text}
    return Stated(parts.get("year"), parts.get("month"), parts.get("quarter"))


def check_title(expected: Stated, titles: list[str], *, sheet: str) -> None:
    """Hold the period in a sheet's title against the one in the file name.

    Raises:
        RefusalError: the two disagree.
    """
    if expected.year is None:
        return
    text = normal(" ".join(titles))
    found = _title_claims(expected, text)
    if found and not any(claim == (expected.year, expected.months, expected.number) for claim in found):
        named, titled = _said(expected.year, expected.months, expected.number), "、".join(_said(*one) for one in found)
        raise RefusalError(
            "period_conflict",
            f"文件名与表内标题所写的报告期不一致：文件名是{named}，标题是{titled}；请核对后改正其中一处。",
            f"The file name says {named}, the title inside {titled}: correct one of them.",
            sheet=sheet,
        )


def _said(year: int, months: int | None, number: int | None) -> str:
    """A period as titles write it."""
    if months is not None:
        return f"{year}年1—{months}月" if months > 1 else f"{year}年1月"
    return f"{year}年{number}季度" if number is not None else f"{year}年"


def _title_claims(expected: Stated, text: str) -> Sequence[tuple[int, int | None, int | None]]:
    """What the title says, at the precision at which the file name speaks."""
    if expected.months is not None:
        found = _MONTHS.findall(text) or _TITLE_MONTH.findall(text)
        return [(int(y), int(m), None) for y, m in found]
    if expected.number is not None:
        return [(int(y), None, _NUMERALS[a or b]) for y, a, b in _QUARTER.findall(text)]
    return [(int(y), None, None) for y in _TITLE_YEAR.findall(text)]
