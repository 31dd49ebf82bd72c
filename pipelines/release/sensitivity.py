"""Which coefficient matters most: the effect of ten points, class by class, as a table, a chart and a sentence.

Belongs here: the tornado of the coefficients. Does not belong here: the effects (indicators.uncertainty), intervals
(estimates).
"""

from __future__ import annotations

from typing import Final

from pipelines.release import charts
from pipelines.release.cited import Said, cite, cite_whole, percent, said, yi
from pipelines.release.display import decimal
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import CORE, Figure, Figures, Number, Span
from pipelines.release.sentences import source, value
from pipelines.release.tables import Row, Table
from pipelines.release.wording import plain

_EFFECT: Final = "core_coefficient_effect"
_MINUS, _PLUS = "minus_10", "plus_10"
# How many bars are drawn; all classes stand in the table.
_DRAWN: Final = 8


def of_sensitivity(f: Figures, span: Span) -> list[str]:
    """What the coefficients leave open, in a sentence; nothing where no class is split."""
    ends = [
        f.get(f"core_value_added_{side}", mode, span, cls=CORE)
        for mode in ("independent", "correlated")
        for side in ("low", "high")
    ]
    share = f.get("core_expert_share", "rate_method", span, cls=CORE)
    if not all(ends) or share is None:
        return []
    low, high, lowest, highest = (yi(end) for end in ends if end)
    text = (
        f"{span.label}核心产业增加值的敏感性区间（95%）为{low}—{high}亿元；各系数同向偏离时为{lowest}—{highest}亿元。"
        f"依据专家系数拆分的部分占{percent(share)}%。"
    )
    return said(text)


def effects(f: Figures, span: Span) -> Table | None:
    """What core value added would be off by if a class's coefficients were ten points lower or higher."""
    whole = value(f, span)
    rows = [
        Row(f"{code} {f.name('partial', code)}", (minus, plus, _width(minus, plus, whole)))
        for code, minus, plus in _ordered(f, span)
    ]
    if not rows:
        return None
    return Table(
        "T1附2",
        "剥离系数低、高10个百分点的影响",
        "单位：亿元、%",
        ("行业小类", "低10个百分点", "高10个百分点", "两者之差占核心产业"),
        tuple(rows),
        (
            "一个行业小类的各剥离系数按比例一并变动，合计不低于0、不高于1，因此低、高两侧可以不相等；其他小类不变。",
            "由大到小排列：排在前面的小类，系数最值得先核实或改用更好的来源。",
        ),
    )


def tornado(f: Figures, span: Span) -> Exhibit | None:
    """The same as a chart, the class that matters most on top; nothing to compare where there is but one."""
    found = _ordered(f, span)
    if len(found) < 2:
        return None
    records = [
        {
            "name": f.name("partial", code),
            "minus": minus.value / 1e8,
            "plus": plus.value / 1e8,
            "label": f"{_signed(minus)}／{_signed(plus)}",
            "cited": cite_whole(f"{f.name('partial', code)} {_signed(minus)}／{_signed(plus)}亿元", minus, plus),
        }
        for code, minus, plus in found[:_DRAWN]
    ]
    largest = cite(plain(decimal(found[0][2])), found[0][2])
    title = Said(f"{records[0]['name']}的剥离系数影响最大：高10个百分点，核心产业增加值增加{largest}亿元")
    alt = f"龙卷风图：各行业小类剥离系数低、高10个百分点时核心产业增加值的变动。{title}。"
    return Exhibit(
        title,
        f"{span.label}，剥离系数低10个百分点（灰）、高10个百分点（蓝）时核心产业增加值的变动，现价，亿元",
        (charts.drawing("tornado", alt, charts.tornado(records)),),
        effects(f, span),
        source(found[0][2]),
    )


def _ordered(f: Figures, span: Span) -> list[tuple[str, Figure, Figure]]:
    """Class, effect of lower and of higher coefficients, the widest first."""
    pairs = [
        (code, minus, plus)
        for code in f.classes(_EFFECT, _PLUS, span)
        if (minus := f.get(_EFFECT, _MINUS, span, cls=code)) and (plus := f.get(_EFFECT, _PLUS, span, cls=code))
    ]
    return sorted(pairs, key=lambda pair: (pair[1].value - pair[2].value, pair[0]))


def _width(minus: Figure, plus: Figure, whole: Figure | None) -> Number | None:
    if whole is None or whole.value <= 0:
        return None
    sources = (*plus.origins, *minus.origins, *whole.origins)
    return Number((plus.value - minus.value) / whole.value, "比率", "%", 1, sources=sources)


def _signed(figure: Figure) -> str:
    return f"{'+' if figure.value > 0 else ''}{plain(decimal(figure))}"
