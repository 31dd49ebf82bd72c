"""The national bureau's export: indicators or regions down, periods across, titles above, notes below.

Belongs here: that layout and the names it uses, as a pure function of rows. Does not belong here: which industry an
indicator means (``accounts.py``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.notes import is_note, source_of, texts_of
from pipelines.ingest.periods import Period, parse_period
from pipelines.ingest.texts import normal, parse_number, render

if TYPE_CHECKING:
    import pandas as pd

_INDICATOR: Final = frozenset({"指标", "指标名称"})
_REGION: Final = frozenset({"地区", "地区名称", "省份", "省市"})
_UNIT: Final = frozenset({"单位", "计量单位"})
_MEASURE: Final = re.compile(
    r"(当季值|当期值|当月值|本月值|本期值|累计值|期末值|上年同期值|累计同比增长|累计同比|累计增长|累计增速|"
    r"当季同比|当月同比|同比增长|同比增速|当季增长|环比增长|环比|增速)$"
)
_PRICE: Final = re.compile(r"(不变价|可比价格?|现价|当年价格?|名义)(\d{4})?(?:年价格?)?")
_BASE: Final = re.compile(r"(?:[上去]年(?:同[期月季]|同季度)?|上月|上季度?|\d{4}年?)=100")
# Brackets that belong to a name and are no unit: (M2), (不含农户), (11行业合计).
_NO_UNIT: Final = re.compile(r"[A-Za-z]+\d*|.*(?:不含|包括|含|口径|合计|以上|以下|其中|除).*|\d.*")
_TAIL: Final = re.compile(r"\(([^()]*)\)$")
_TITLE: Final = re.compile(r"\s*(数据库|指标|时间|地区|单位|计量单位)\s*[:：]\s*(.*)", re.DOTALL)
TEXTS: Final = (
    "subject", "indicator", "measure", "unit", "base", "price", "region_name", "period", "span", "value",
)  # fmt: skip


class Name(NamedTuple):
    """An indicator's name taken apart: 国内生产总值 | 当季值 | 亿元 | base (上年同期=100) | price (不变价2020)."""

    indicator: str
    measure: str = ""
    unit: str = ""
    base: str = ""
    price: str = ""


@dataclass
class NbsTable:
    """One export: whether indicators or regions stand in the rows, the long series, and what frames them.

    ``series`` has ``row`` (from 1), ``column`` (the period's head as written) and the text columns ``subject`` (row
    label as received), ``indicator``, ``measure``, ``unit``, ``base``, ``price``, ``region_name``, ``period``,
    ``span`` and ``value`` (null where the cell is empty).
    """

    subject: str
    series: pa.Table
    titles: dict[str, str]
    notes: list[str]
    source: str


def split_name(text: str) -> Name:
    """Take an indicator's name apart, whichever brackets and underscores it uses."""
    rest = "".join(unicodedata.normalize("NFKC", text).split())
    unit = base = price = measure = ""
    while True:
        if match := _TAIL.search(rest):
            inner, rest = match[1], rest[: match.start()]
            if _BASE.fullmatch(inner):
                base = inner
            elif _PRICE.fullmatch(inner):
                price = inner
            elif not unit and not _NO_UNIT.fullmatch(inner):
                unit = inner
            else:
                rest = f"{rest}({inner})"
                break
        elif (match := _MEASURE.search(rest)) and not measure and match.start() > 0:
            measure, rest = match[1], rest[: match.start()].removesuffix("_")
        elif "_" in rest and _PRICE.fullmatch(rest.rpartition("_")[2]):
            rest, _, price = rest.rpartition("_")
        else:
            break
    return Name(rest.strip("_"), measure, unit, base, price)


@dataclass
class _Head:
    """A header row: where labels, units and periods stand."""

    row: int
    indicator: int | None
    region: int | None
    unit: int | None
    periods: dict[int, tuple[Period, str]]

    @property
    def label(self) -> int:
        """The column of the row labels."""
        return self.region if self.indicator is None else self.indicator  # type: ignore[return-value]


@dataclass
class _Draft:
    """What has been gathered while going down the rows."""

    titles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    source: str = ""
    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in ("row", "column", *TEXTS)})


def _find(cells: list[str], names: frozenset[str]) -> int | None:
    return next((i for i, cell in enumerate(cells) if cell in names), None)


def _head(row: list[Any], number: int) -> _Head | None:
    """The header in a row, or None. A head that begins like a year but is no period refuses the file.

    Raises:
        RefusalError: a column head is no period.
    """
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
    return _Head(number, indicator, region, unit, periods)


def parse(rows: list[list[Any]]) -> NbsTable:
    """Read an export. The header row is the one that says 指标 or 地区 beside periods, wherever it stands.

    Args:
        rows: the cells of one sheet, row by row, as text or as a spreadsheet gives them.

    Raises:
        RefusalError: there is no header, nothing below it, or a column head that is no period.
    """
    draft = _Draft()
    head: _Head | None = None
    kind = ""
    noting = False
    for number, row in enumerate(rows):
        texts = texts_of(row)
        if not texts:
            continue
        found = None if noting else _head(row, number)
        if found:
            head, kind = found, "indicator" if found.indicator is not None else "region"
        elif head is None:
            _title(texts, draft)
        elif is_note(texts[0]) or (noting and len(texts) == 1):
            noting = True
            draft.notes.append(" ".join(texts))
            draft.source = source_of(texts[0]) or draft.source
        else:
            _data(row, number, head, draft)
    if head is None:
        raise RefusalError(
            "no_header",
            "没有找到表头行：应有一格为“指标”或“地区”，同一行其余各格为时期。",
            "No header row: one cell must say 指标 or 地区, the others of that row periods.",
        )
    if not draft.columns["row"]:
        raise RefusalError("empty_table", "只有表头，没有数据行。", "A header but no rows.")
    schema = pa.schema([("row", pa.int64()), ("column", pa.string()), *((name, pa.string()) for name in TEXTS)])
    return NbsTable(kind, pa.table(draft.columns, schema=schema), draft.titles, draft.notes, draft.source)


def _title(texts: list[str], draft: _Draft) -> None:
    """Keep a line above the header: 数据库, 指标, 时间, 地区 by name, others as notes."""
    match = _TITLE.match("".join(texts))
    if match:
        draft.titles.setdefault(match[1], match[2].strip())
    elif is_note(texts[0]):
        draft.source = source_of(texts[0]) or draft.source
        draft.notes.append(" ".join(texts))
    else:
        draft.titles.setdefault("标题", " ".join(texts))


def _cell(row: list[Any], position: int | None) -> str | None:
    return render(row[position]) if position is not None and position < len(row) else None


def _data(row: list[Any], number: int, head: _Head, draft: _Draft) -> None:
    """One row below the header becomes one long row per period."""
    subject = (_cell(row, head.label) or "").strip()
    title = draft.titles.get("指标", "")
    name = split_name(subject if head.indicator is not None else title)
    unit = name.unit or (_cell(row, head.unit) or "").strip() or draft.titles.get("计量单位", "")
    unit = unit or draft.titles.get("单位", "")
    region = (_cell(row, head.region) or "").strip() if head.region is not None else draft.titles.get("地区", "")
    for position, (period, text) in head.periods.items():
        value = _cell(row, position)
        values = (
            number + 1, text, subject, name.indicator, name.measure, unit, name.base, name.price, region,
            period.text, _span(period, name.measure), value if value and value.strip() else None,
        )  # fmt: skip
        for column, item in zip(draft.columns.values(), values, strict=True):
            column.append(item)


def _span(period: Period, measure: str) -> str:
    """Quarter, cumulative, month or annual: what the measure says, else what the head says."""
    if period.kind == "annual":
        return "annual"
    if period.cumulative or measure.startswith("累计"):
        return "cumulative"
    return period.kind


def read_nbs(path: str | Path) -> pd.DataFrame:
    """Read an export of the national bureau (CSV, XLS, XLSX) in a guarded child process, for notebooks.

    Returns:
        One row per indicator, region and period: ``indicator, measure, unit, region, period, span, value``; ``value``
        is a float, NaN where the cell is empty or a dash.

    Raises:
        RefusalError: the file cannot be read as such an export, or a cell holds something that is no number.
    """
    from pipelines.ingest.guard import read_files

    [result] = read_files([(Path(path), "nbs", None)])
    if result.refusal is not None:
        fault = result.refusal
        raise RefusalError(fault.code, fault.zh, fault.en, sheet=fault.sheet, row=fault.row, column=fault.column)
    frame: pd.DataFrame = result.table.to_pandas()
    frame["value"] = [
        _float(text, sheet, row, column)
        for text, sheet, row, column in zip(
            result.table["value"].to_pylist(), frame["sheet"], frame["row"], frame["column"], strict=True
        )
    ]
    frame = frame.rename(columns={"region_name": "region"})
    return frame[["indicator", "measure", "unit", "region", "period", "span", "value"]]


def _float(text: str | None, sheet: str, row: int, column: str) -> float:
    try:
        number = parse_number(text)
    except ValueError:
        raise RefusalError(
            "not_a_number", "单元格不是数字。", "The cell is not a number.", sheet=sheet, row=row, column=column
        ) from None
    return float("nan") if number is None else float(number)
