"""The composite index 数字经济发展指数 in a report: sentence, ranked picture, table, how stable the ranks are.

Belongs here: what is said and shown of the indicators ``development_*``. Does not belong here: how they are computed
(indicators.measure.development).
"""

from __future__ import annotations

from typing import Any, Final

from indicators.measure.development import AGGREGATION
from pipelines.release import charts
from pipelines.release.charts import ACCENT
from pipelines.release.cited import Said, cite, cite_whole, percent, said
from pipelines.release.display import decimal, shown
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import Figure, Figures, Span, count, ranks
from pipelines.release.tables import Cell, Row, Table

_INDEX: Final = "development_index"
_LEADING: Final = "expert"
_WEIGHTINGS: Final = {"expert": "专家权重", "equal": "等权", "entropy": "熵权"}
# A sentence names no more counties.
_NAMED: Final = 5
_UNOFFICIAL: Final = "未见任何官方公布的城市指数权重；权重、上下限值以方案所列文号为准，换文号、换基年即为另一指数。"

_RANGE: Final = "位次区间为权重和合成方式任意变动时位次分布的中间九成；全市按同一把尺子量，不排位次。"


def latest(f: Figures) -> Span | None:
    """The last year of which there is an index."""
    return next(reversed(f.periods(_INDEX, _LEADING, "annual")), None)


def of_development(f: Figures) -> list[str]:
    """The index of the place and of the first counties, how it moved, how far ranks agree under other weights."""
    span = latest(f)
    whole = f.get(_INDEX, _LEADING, span) if span else None
    if span is None or whole is None:
        return []
    before = _before(f, span)
    moved = f"，上年为{cite_whole(shown(before).text, before)}" if before else ""
    order = ranks((code, figure) for code, figure in _counties(f, span, _LEADING).items())
    found = _counties(f, span, _LEADING)
    first = "、".join(
        f"{f.regions[code]}（{cite_whole(shown(found[code]).text, found[code])}）"
        for code in sorted(order, key=lambda code: (order[code], code))[:3]
    )
    agreement = "、".join(
        f"{_WEIGHTINGS[name]}与专家权重的名次一致程度（肯德尔τ）为{cite_whole(shown(figure).text, figure)}"
        for name in ("equal", "entropy")
        if (figure := f.get("development_rank_agreement", name, span))
    )
    return said(
        f"{span.label}{f.city.name}数字经济发展指数为{cite_whole(shown(whole).text, whole)}{moved}；"
        f"按县（市、区），居前的是{first}。",
        f"{agreement}。" if agreement else "",
        _moved_by(f, span),
        _unmeasured(f, span),
    )


def _before(f: Figures, span: Span) -> Figure | None:
    """The index a year before, if it is of the same base year: two bases are two indices."""
    bases = [f.get("development_base_year", "scheme", one) for one in (span, span.year_before)]
    if not all(bases) or len({base.value for base in bases if base}) > 1:
        return None
    return f.get(_INDEX, _LEADING, span.year_before)


def _moved_by(f: Figures, span: Span) -> str:
    found = {
        cls: figure
        for cls in f.classes("development_sensitivity", "sensitivity", span)
        if (figure := f.get("development_sensitivity", "sensitivity", span, cls=cls))
    }
    moving = sorted((cls for cls in found if found[cls].value > 0), key=lambda cls: -found[cls].value)
    if not moving:
        return ""
    first = moving[0]
    return (
        f"各项权重在上下四分之一内任意变动、算术与几何平均任选时，名次变动最多由“{f.name('index', first)}”引起"
        f"（方差的{percent(found[first])}%，含交互）。"
    )


def development(f: Figures) -> Table | None:
    """Index and rank of each county and of the place under three weightings, the range of ranks, and the pillars."""
    span = latest(f)
    if span is None:
        return None
    pillars = [row["code"] for row in _scheme(f, span) if row["parent"] and not row["indicator"]]
    order = {name: ranks(_counties(f, span, name).items()) for name in _WEIGHTINGS}

    def cells(code: str) -> tuple[Cell, ...]:
        index: list[Cell] = []
        for name in _WEIGHTINGS:
            figure = f.cell(_INDEX, name, span, region=code)
            place = count(order[name][code], *figure.origins) if figure and code in order[name] else None
            index += [figure, place]
        ends = [f.get(f"development_rank_{end}", "sensitivity", span, region=code) for end in ("low", "high")]
        below = [f.get(_INDEX, _LEADING, span, region=code, cls=cls) for cls in pillars]
        return (*index, *ends, *below)

    rows = [Row(f.city.name, cells(f.city.code), total=True)]
    rows += [Row(county.name, cells(county.code), indent=1) for county in f.city.counties]
    head = [text for name in _WEIGHTINGS.values() for text in (name, "位次")]
    return Table(
        "T17",
        f"{span.label}数字经济发展指数，分县（市、区）",
        "单位：指数、位",
        ("地区", *head, "位次区间低", "位次区间高", *(f.name("index", cls) for cls in pillars)),
        tuple(rows),
        (
            _documents(f, span),
            _RANGE,
            *filter(None, (_unmeasured(f, span),)),
            _UNOFFICIAL,
        ),
    )


def weights(f: Figures) -> Table | None:
    """The scheme of the last year's base: each node with its indicator, weights under three schemes, goalposts."""
    span = latest(f)
    base = f.get("development_base_year", "scheme", span) if span else None
    if span is None or base is None:
        return None
    when = Span("annual", f"{base.value:.0f}")
    rows = tuple(
        Row(
            row["name_zh"],
            (
                *(f.get("development_weight", name, when, cls=row["code"]) for name in _WEIGHTINGS),
                f.get("development_sensitivity", "sensitivity", span, cls=row["code"]),
            ),
            indent=1 + bool(row["indicator"]),
        )
        for row in _scheme(f, span)
        if row["parent"]
    )
    mean = f.get("development_sensitivity", "sensitivity", span, cls=AGGREGATION)
    rows += (Row(f.name("index", AGGREGATION), (None, None, None, mean), indent=1),) if mean else ()
    head = ("指标", *(f"{name}（占总指数）" for name in _WEIGHTINGS.values()), "对名次变动的解释")
    return Table("T18", "数字经济发展指数的结构与权重", "单位：%", head, rows, (_documents(f, span),))


def development_bars(f: Figures) -> Exhibit | None:
    """Counties ranked by the index under the leading weights; the range of ranks beside each bar."""
    span = latest(f)
    found = _counties(f, span, _LEADING) if span else {}
    if span is None or len(found) < 2:
        return None
    order = ranks(found.items())
    ordered = sorted(order, key=lambda code: (order[code], code))
    records = []
    for code in ordered:
        ends = [f.get(f"development_rank_{end}", "sensitivity", span, region=code) for end in ("low", "high")]
        text = "—".join(shown(end).text for end in ends if end)
        label = f"{shown(found[code]).text}{f'（{text}位）' if text else ''}"
        records.append({
            "name": f.regions[code],
            "value": float(decimal(found[code])),
            "label": label,
            "colour": ACCENT,
            "cited": cite_whole(f"{f.regions[code]} {label}", found[code], *ends),
        })  # fmt: skip
    top = found[ordered[0]]
    title = Said(f"{span.label}{f.regions[ordered[0]]}的数字经济发展指数居首，为{cite(shown(top).text, top)}")
    alt = f"条形图：各县（市、区）数字经济发展指数，由大到小。{title}。"
    return Exhibit(
        title,
        f"{span.label}，专家权重，指数；括号内为权重和合成方式变动时的位次区间",
        (charts.drawing("development", alt, charts.ranked(records)),),
        development(f),
        f"{_documents(f, span)}{_UNOFFICIAL}",
    )


def _counties(f: Figures, span: Span, name: str) -> dict[str, Figure]:
    return {c.code: figure for c in f.city.counties if (figure := f.get(_INDEX, name, span, region=c.code))}


def _unmeasured(f: Figures, span: Span) -> str:
    """The counties that have no index, for some indicator of theirs has no value."""
    without = [c.name for c in f.city.counties if f.cell(_INDEX, _LEADING, span, region=c.code) is None]
    named = "、".join(without[:_NAMED])
    return f"{named}{'等' if len(without) > _NAMED else ''}有方案所列指标没有数值，不计算指数。" if without else ""


def _scheme(f: Figures, span: Span) -> list[dict[str, Any]]:
    """The rows of the scheme that a year is measured by, in its order."""
    base = f.get("development_base_year", "scheme", span)
    mine = [row for row in f.index_scheme if base and row["base_year"] == base.value]
    newest = max((row["known_from"] for row in mine), default=None)
    return [row for row in mine if row["known_from"] == newest]


def _documents(f: Figures, span: Span) -> str:
    named = dict.fromkeys(row["document"] for row in _scheme(f, span))
    return f"方案文号：{'、'.join(named)}；基年以方案为准，权重和上下限值不随年份变动。" if named else ""
