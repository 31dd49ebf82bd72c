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
from indicators.monitored import BESIDE, DEFINITION, items
from indicators.observation import OURS
from pipelines.contracts import contract
from pipelines.ingest.rows import CellError, Row, Typed, finish, type_rows
from pipelines.ingest.texts import normal
from pipelines.ingest.words import ANSWERS, BASES, PRICE_BASES, SPANS, STATUSES, VINTAGES
from pipelines.workspace import City

_PREFIXES: Final = {"": 1, "千": 1_000, "万": 10_000, "百万": 1_000_000, "亿": 100_000_000, "万亿": 10**12}
# Units that stand with a multiple: 万人 is 10,000 人, 亿条 is 100,000,000 条.
_UNITS: Final = ("元", "人", "家", "个", "户", "项", "条", "台", "吨", "千瓦")
_MULTIPLE: Final = {prefix + unit: (factor, unit) for prefix, factor in _PREFIXES.items() for unit in _UNITS}
# What makes one series of figures, and the order in which they came to be known.
_SERIES: Final = ("indicator", "region", "class", "span", "authority")
_IN_TURN: Final = ("known_from", "period", "indicator", "region", "value")
_ALSO: Final = {"个百分点": "百分点"}  # what a unit is also called


def core_published(published: pa.Table, city: City) -> tuple[pa.Table, pa.Table]:  # noqa: ARG001 - called as all are
    """Figures of other bodies (contract ``core_published``), and the rows set aside.

    Every figure comes out in the unit in which the catalogue stores its indicator: % and 百分点 as fractions (比率:
    0.012 is 1.2 % of a share, 1.2 points of a pull), 万元 and 亿元 as yuan, 万人 as 人, 亿条 as 条. What the
    catalogue does not know, or not in this unit, span, price basis or base, is set aside here; and so is a
    department's figure outside the catalogue's bounds (a rate above 100 %), or a count that fell without a word of why.
    """
    typed = Typed()
    type_rows(published, "published", _published, typed)
    _set_fallen_aside(typed)
    terms = contract("core_published")
    return finish(typed, terms.schema, terms.key)


def _published(row: Row) -> dict[str, Any]:
    span = row.word("span", SPANS)
    entry = _entry(row)
    price_basis, base = row.word("price_basis", PRICE_BASES), row.word("base", BASES)
    _refuse_alone(row, entry)
    _check_form(row, entry, span, (price_basis, base))
    value = _bounded(row, entry, "value", _value(row, entry, "value"))
    return {
        "indicator": entry.id,
        "definition_id": entry.definition_id,
        "region": row.code("region", r"\d{6}", "六位地区代码", "six digits"),
        "class": row.text("class"),
        "period": row.period("period", span),
        "span": span,
        "value": float(value),
        "unit": entry.unit,
        "price_basis": price_basis,
        "base": base,
        "vintage": row.word("vintage", VINTAGES),
        "status": row.word("status", STATUSES),
        "authority": _authority(row),
        "note": row.text("note"),
        "assumed": _assumed(row, entry),
        "target": _target(row, entry),
        "rank": _rank(row, entry),
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


def _refuse_alone(row: Row, entry: Indicator) -> None:
    """Refuse a target, completion or rank in a row of its own: they come beside their figure, or follow from it."""
    if entry.id in BESIDE:
        raise row.fail(
            "indicator",
            "not_in_catalogue",
            "目标和位次请填在该监测指标一行的“年度目标”“全省位次”栏，完成率由系统计算。",
            "Targets and ranks stand in the row of their figure; completion is computed.",
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


def _value(row: Row, entry: Indicator, name: str) -> Decimal:
    """A value, or a target, in the unit in which the catalogue stores its indicator."""
    said = normal(row.need("unit"))
    unit, number = _ALSO.get(said, said), row.number(name)
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


def _bounded(row: Row, entry: Indicator, name: str, value: Decimal) -> Decimal:
    """A department's figure within the catalogue's bounds; figures that others have published stay as they are."""
    low, high = entry.minimum, entry.maximum
    if entry.definition_id == DEFINITION and ((low is not None and value < low) or (high is not None and value > high)):
        raise row.fail(
            name,
            "range",
            "超出该指标的可取范围（数量不小于 0，比率不大于 100%），请核实。",
            "Outside what the indicator can be: a count is not below 0, a rate not above 100 %.",
        )
    return value


def _target(row: Row, entry: Indicator) -> float | None:
    """The year's target in the stored unit, which departments give beside their figure; None where there is none."""
    if not _beside(row, entry, "target"):
        return None
    target = _bounded(row, entry, "target", _value(row, entry, "target"))
    if target <= 0:
        raise row.fail("target", "range", "年度目标应大于 0；没有目标的请留空。", "A target is above zero, or empty.")
    return float(target)


def _rank(row: Row, entry: Indicator) -> int | None:
    """The rank in the province; None where there is none."""
    if not _beside(row, entry, "rank"):
        return None
    rank = row.number("rank")
    if rank < 1 or rank != int(rank):
        raise row.fail("rank", "range", "全省位次应为正整数。", "A rank is a whole number from 1 on.")
    return int(rank)


def _beside(row: Row, entry: Indicator, name: str) -> bool:
    """Whether target or rank is filled in, which only a department's figure has."""
    if row.text(name) and entry.definition_id != DEFINITION:
        raise row.fail(
            name,
            "not_in_catalogue",
            "只有部门监测数（department）可填年度目标和全省位次。",
            "Only figures under the definition department have a target and a rank.",
        )
    return bool(row.text(name))


def _set_fallen_aside(typed: Typed) -> None:
    """Set aside what counts up and came lower than for the period before, as known then, without a note of why."""
    last: dict[tuple[str, ...], dict[str, float]] = {}
    pairs = list(zip(typed.rows, typed.sources, strict=True))
    kept = []
    for values, source in sorted(pairs, key=lambda pair: [str(pair[0][name]) for name in _IN_TURN]):
        item = items().get(values["indicator"]) if values["definition_id"] == DEFINITION else None
        within = item.series(values["period"]) if item and values["span"] != "quarter" else None
        if within is not None:
            known = last.setdefault((*(values[name] for name in _SERIES), within), {})
            before = max((period for period in known if period < values["period"]), default="")
            if before and values["value"] < known[before] and not values["note"]:
                typed.put_aside(source, _fallen(source, before))
                continue
            known[values["period"]] = values["value"]
        kept.append((values, source))
    typed.rows, typed.sources = [values for values, _ in kept], [source for _, source in kept]


def _fallen(row: Row, before: str) -> CellError:
    return row.fail(
        "value",
        "fallen",
        f"累计数或总量小于 {before} 的数；确有减少的，请在说明中写明原因。",
        f"A count that only grows is below that of {before}; where it did fall, say why in the note.",
    )


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
