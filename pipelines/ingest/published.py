"""Published figures: single numbers of other bodies, held against the catalogue before they are let in.

Belongs here: the row of the form WB01, its unit, and what the catalogue allows for it, so that no row stops a release
later. Does not belong here: what follows from a published figure (``indicators.measure.published``).
"""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from indicators.catalogue import HUNDREDTHS, Indicator, indicators
from indicators.observation import OURS
from pipelines.contracts import contract
from pipelines.ingest.rows import Row, Typed, finish, type_rows
from pipelines.ingest.texts import normal
from pipelines.ingest.words import ANSWERS, BASES, PRICE_BASES, SPANS, STATUSES, VINTAGES
from pipelines.workspace import City

_PREFIXES: Final = {"": 1, "千": 1_000, "万": 10_000, "百万": 1_000_000, "亿": 100_000_000, "万亿": 10**12}
# Units that stand with a multiple: 万人 is 10,000 人, 亿条 is 100,000,000 条.
_MULTIPLE: Final = {
    prefix + unit: (factor, unit) for prefix, factor in _PREFIXES.items() for unit in "元人家个户项条台"
}
_ALSO: Final = {"个百分点": "百分点"}  # what a unit is also called


def core_published(published: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:  # noqa: ARG001 - called as all are
    """Figures of other bodies (contract ``core_published``), and the rows set aside.

    Every figure comes out in the unit in which the catalogue stores its indicator: % and 百分点 as fractions (比率:
    0.012 is 1.2 % of a share, 1.2 points of a pull), 万元 and 亿元 as yuan, 万人 as 人, 亿条 as 条. What the
    catalogue does not know, or not in this unit, span, price basis or base, is set aside here.
    """
    typed = Typed()
    type_rows(published, "published", _published, typed)
    terms = contract("core_published")
    return finish(typed, terms.schema, terms.key)


def _published(row: Row) -> dict[str, Any]:
    span = row.word("span", SPANS)
    entry = _entry(row)
    price_basis, base = row.word("price_basis", PRICE_BASES), row.word("base", BASES)
    _check_form(row, entry, span, (price_basis, base))
    return {
        "indicator": entry.id,
        "definition_id": entry.definition_id,
        "region": row.code("region", r"\d{6}", "六位地区代码", "six digits"),
        "class": row.text("class"),
        "period": row.period("period", span),
        "span": span,
        "value": float(_value(row, entry)),
        "unit": entry.unit,
        "price_basis": price_basis,
        "base": base,
        "vintage": row.word("vintage", VINTAGES),
        "status": row.word("status", STATUSES),
        "authority": _authority(row),
        "note": row.text("note"),
        "assumed": _assumed(row, entry),
        "known_from": row.cells["received_at"],
        "source": row.cells["file"],
    }


def _entry(row: Row) -> Indicator:
    """The catalogue's entry of a row; one that it does not know is named with the nearest that it does."""
    shape = r"[a-z][a-z0-9_]*"
    name = row.code("indicator", shape, "小写英文指标代码", "a lower-case identifier")
    definition = row.code("definition_id", shape, "小写英文口径代码", "a lower-case identifier")
    found = indicators().get((name, definition))
    if found is not None:
        return found
    names = {entry.id: entry.name_zh for entry in indicators().values()}
    if name in names:
        known = [entry.definition_id for entry in indicators().values() if entry.id == name]
        raise row.fail(
            "definition_id",
            "unknown_definition",
            f"指标目录中该指标没有这一口径；已有的口径：{'、'.join(known)}。",
            f"The catalogue does not have this definition of the indicator; it has {', '.join(known)}.",
        )
    near = difflib.get_close_matches(name, names, n=1)
    raise row.fail(
        "indicator",
        "unknown_indicator",
        "指标目录中没有该指标"
        + (f"，最接近的是 {near[0]}（{names[near[0]]}）" if near else "")
        + "；请按指标目录更正。",
        "The catalogue has no such indicator" + (f"; the nearest is {near[0]}." if near else "."),
    )


def _check_form(row: Row, entry: Indicator, span: str, form: tuple[str, str]) -> None:
    """Refuse a span, or a pair of price basis and base, under which the catalogue does not keep the indicator."""
    if span not in entry.spans:
        spans = "、".join(entry.spans)
        raise row.fail(
            "span",
            "not_in_catalogue",
            f"该指标只收以下时期类型：{spans}。",
            f"The catalogue keeps this indicator for these spans only: {spans}.",
        )
    if form not in entry.forms:
        forms = "、".join("＋".join(pair) for pair in entry.forms)
        raise row.fail(
            "price_basis",
            "not_in_catalogue",
            f"该指标的“价格＋基数”只能是：{forms}。",
            f"The catalogue keeps this indicator in these price bases and bases only: {forms}.",
        )


def _value(row: Row, entry: Indicator) -> Decimal:
    """A value in the unit in which the catalogue stores its indicator."""
    said = normal(row.need("unit"))
    unit, number = _ALSO.get(said, said), row.number("value")
    if unit in HUNDREDTHS and unit == entry.display_unit:
        value, base = number / 100, entry.unit
    else:
        factor, base = _MULTIPLE.get(unit, (1, unit))
        value = number * factor
    if base != entry.unit:
        stored = () if entry.display_unit in HUNDREDTHS else (entry.unit,)
        shown = "、".join(dict.fromkeys((*stored, entry.display_unit)))
        raise row.fail(
            "unit",
            "unknown_unit",
            f"计量单位不能换算为该指标的单位；指标目录中该指标以 {shown} 计。",
            f"The unit cannot be converted; the catalogue has this indicator in {shown}.",
        )
    return value


def _assumed(row: Row, entry: Indicator) -> bool:
    """Whether the year is ours, because the publisher gave none; only a measured rate of another body may say so."""
    assumed = bool(row.text("assumed")) and row.word("assumed", ANSWERS) == "yes"
    if assumed and entry.definition_id != "external":
        raise row.fail(
            "assumed",
            "not_in_catalogue",
            "只有外部测算数（external）的时期可以推定。",
            "Only the period of a figure under the definition external may be assumed.",
        )
    return assumed


def _authority(row: Row) -> str:
    """Who published a figure; it cannot be this system, whose own figures would stand under the same key."""
    authority = row.need("authority")
    if authority == OURS:
        raise row.fail(
            "authority",
            "own_figure",
            f"“{OURS}”是本系统测算数的专用名称，外部公布数请写明发布机关。",
            f"{OURS} marks this system's own figures; name the body that published this one.",
        )
    return authority
