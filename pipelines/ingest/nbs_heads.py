"""The header row of the national bureau's export: which cell says 指标 or 地区, and which period heads which column.

Belongs here: recognising that row. Does not belong here: the rows below (``nbs``), the words of a period (``periods``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.periods import Period, parse_period
from pipelines.ingest.texts import normal, render

_INDICATOR: Final = frozenset({"指标", "指标名称"})
_REGION: Final = frozenset({"地区", "地区名称", "省份", "省市"})
_OPENINGS: Final = frozenset(name[0] for name in _INDICATOR | _REGION)
_UNIT: Final = frozenset({"单位", "计量单位"})


@dataclass
class Head:
    """A header row: where labels, units and periods stand, how wide it is, and where it has no head right of them."""

    row: int
    indicator: int | None
    region: int | None
    unit: int | None
    periods: dict[int, tuple[Period, str]]
    width: int
    blank: tuple[int, ...]

    @property
    def label(self) -> int:
        """The column of the row labels."""
        return self.region if self.indicator is None else self.indicator  # type: ignore[return-value]


def _find(cells: list[str], names: frozenset[str]) -> int | None:
    return next((i for i, cell in enumerate(cells) if cell in names), None)


def find_head(row: list[Any], number: int) -> Head | None:
    """The header in a row, or None. A head that begins like a year but is no period refuses the file.

    Raises:
        RefusalError: a column head is no period.
    """
    if not any(isinstance(cell, str) and cell.strip()[:1] in _OPENINGS for cell in row):
        return None
    texts = [(render(cell) or "").strip() for cell in row]
    cells = [normal(text) for text in texts]
    indicator, region, unit = (_find(cells, names) for names in (_INDICATOR, _REGION, _UNIT))
    if indicator is None and region is None:
        return None
    periods: dict[int, tuple[Period, str]] = {}
    bad = ""
    for i, text in enumerate(texts):
        if i in {indicator, region, unit} or not text:
            continue
        if period := parse_period(text):
            periods[i] = (period, text)
        elif text[:1].isdigit():
            bad = bad or text
    if not periods:
        return None
    if bad:
        raise RefusalError(
            "bad_period",
            f"表头“{bad}”不是可识别的时期（如 2022年第一季度、2023年12月、2023年）。",
            f"The head {bad!r} is no period (such as 2022年第一季度, 2023年12月, 2023年).",
            row=number + 1,
            column=bad,
        )
    width = max(i for i, text in enumerate(texts) if text) + 1
    start = min(i for i in (indicator, region) if i is not None)
    blank = tuple(i for i in range(start, len(texts)) if not texts[i])
    return Head(number, indicator, region, unit, periods, width, blank)
