"""Sentences built from numbers by rule; a sentence whose numbers are missing is not written.

Belongs here: what is said of the whole, of divisions, counties and penetration (domain rules for wording). Does not
belong here: industry chains (chains), layout, charts, or any number that is not an observation or a difference of two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipelines.release.alike import alike, less
from pipelines.release.cited import Said, against, cell, cite, growth, marked, percent, points, said, yi
from pipelines.release.figures import (
    CORE,
    DIVISIONS,
    VINTAGES,
    Figure,
    Figures,
    Span,
    apart,
    count,
    covered,
    covered_share,
)

# Fewer counties than this are listed: of three, three would be the largest.
RANKED: Final = 4
_OF_INDUSTRY: Final = ("industry_core_value_added", "core_part")


@dataclass(frozen=True)
class KeyFigure:
    """One of the few large numbers at the top: what, how much, the change, and on what basis."""

    label: str
    value: str
    unit: str
    change: str
    basis: str


def value(f: Figures, span: Span, *, region: str = "", cls: str = CORE) -> Figure | None:
    """Core value added at current prices."""
    return f.get("core_value_added", f.definition, span, region=region, cls=cls, price="current")


def rate(f: Figures, span: Span, *, region: str = "", cls: str = CORE) -> Figure | None:
    """Growth of core value added in the report's price basis."""
    return f.growth(span, region=region, cls=cls)


def change(figure: Figure, *, lead: str = "同比") -> str:
    """A growth in words, with its mark; that at current prices says so."""
    return f"{'按现价' if figure.price == 'current' else ''}{growth(figure, lead=lead)}"


def source(*figures: Figure | None) -> str:
    """Where figures come from: each authority once."""
    return f"来源：{'；'.join(dict.fromkeys(figure.authority for figure in figures if figure))}。"


def share(f: Figures, span: Span) -> Figure | None:
    """Share of GDP, numerator and denominator of one vintage."""
    return f.get("core_share_gdp", "same_vintage", span, cls=CORE)


def headline(f: Figures) -> str:
    """The finding of the whole bulletin, one sentence with its numbers."""
    span = f.main
    now = value(f, span) if span else None
    if span is None or now is None:
        return Said(f"{f.quarter.label()}{f.city.name}没有可发布的数字经济核心产业增加值")
    parts = [f"{span.label}{f.city.name}数字经济核心产业增加值{yi(now)}亿元"]
    if grown := rate(f, span):
        parts.append(change(grown))
    if part := share(f, span):
        parts.append(f"占GDP比重{percent(part)}%")
    return Said("，".join(parts))


def key_figures(f: Figures) -> list[KeyFigure]:
    """Three to five key figures."""
    span = f.main
    if span is None:
        return []
    found = [_key_value(f, span), _key_single(f), _key_share(f, span), _key_mixed(f, span), _key_firms(f, span)]
    if not rate(f, span):
        found.append(_key_largest(f, span))
    return [replace(x, value=Said(x.value), change=Said(x.change)) for x in found if x]


def overall(f: Figures) -> list[str]:
    """总体: level, growth against GDP and against earlier, share and its change, the single quarter."""
    span = f.main
    now = value(f, span) if span else None
    if span is None or now is None:
        return [f"{f.quarter.label()}没有核心产业增加值观测值。"]
    ours = "据快报测算" if f.flash else "经初步测算"
    by = ours if f.definition == "rate_method" else f"据{now.authority.removesuffix('公布')}公布"
    first = [
        f"{by}，{marked(headline(f))}。",
        marked(imputed(f)),
        _against_gdp(f, span),
        _pace(f, span),
        _share_change(f, span),
    ]
    return said("".join(first), _single(f), _mixed(f, span))


def imputed(f: Figures) -> str:
    """How much of a flash is imputed for missing returns: units and their share; that nothing is, is said, too."""
    span = f.main
    units = f.get("core_imputed_units", "above_threshold", span, cls=CORE) if span else None
    part = f.get("core_imputed_share", "rate_method", span, cls=CORE) if span else None
    if not f.flash or units is None or part is None:
        return ""
    if not units.value:
        return Said(f"其中{cite('没有推算单位', units)}。")
    return Said(f"其中推算{cite(f'{units.value:.0f}', units)}家，占{percent(part)}%。")


def of_coverage(f: Figures) -> list[str]:
    """报表覆盖: how much of what was due has come, in units and by last year's revenue, and what is imputed."""
    whole = next((row for row in f.coverage if row["survey"] == "all"), None)
    if whole is None:
        return []
    due, reported, missing, imputed = (cell(covered(whole, name)) for name in ("due", "reported", "missing", "imputed"))
    text = f"应报{due}家，已报{reported}家，未报{missing}家"
    if share := covered_share(whole):
        text += f"；按上年同期营业收入计，覆盖率{percent(share)}%"
    if f.flash:
        left = cell(
            count(
                whole["missing"] - whole["imputed"],
                *covered(whole, "missing").origins,
                *covered(whole, "imputed").origins,
            )
        )
        rest = f"未报单位中{imputed}家按上年报表推算，{left}家无法推算，未计入。"
    else:
        rest = f"初步数不作推算，推算{imputed}家，未报单位未计入。"
    return said(f"{text}。{rest}")


def by_division(f: Figures, span: Span) -> list[str]:
    """分大类: each division's value, growth and share, then who pulls most."""
    texts = []
    for cls in DIVISIONS:
        now = value(f, span, cls=cls)
        if now is None:
            continue
        parts = [f"{f.name('digital', cls)}增加值{yi(now)}亿元"]
        if grown := rate(f, span, cls=cls):
            parts.append(change(grown))
        if part := f.get("core_class_share", f.definition, span, cls=cls):
            parts.append(f"占核心产业的{percent(part)}%")
        texts.append("，".join(parts))
    alike((get(f, span, cls=cls) for cls in DIVISIONS for get in (value, rate)), "分大类")
    return said(*(["；".join(texts) + "。"] if texts else []), *_pull(f, span))


def by_industry(f: Figures, span: Span) -> list[str]:
    """规上行业: the industries in which the core is largest."""
    codes = f.classes(*_OF_INDUSTRY, span)
    sizes = [(code, figure) for code in codes if (figure := f.get(*_OF_INDUSTRY, span, cls=code))]
    if len(sizes) < RANKED:
        return []
    largest = "、".join(f"{f.name('sector', code)}（{yi(figure)}亿元）" for code, figure in _first(sizes, 3))
    return said(f"按行业大类，核心产业增加值居前的是{largest}。")


def by_county(f: Figures, span: Span) -> list[str]:
    """分县区: the largest, the fastest, how many grow; a few counties are listed, a single one is the place itself."""
    names = {county.code: county.name for county in f.city.counties}
    sizes = [(code, figure) for code in names if (figure := value(f, span, region=code))]
    among = among_shown(f, span, names)
    rates = [(code, figure) for code in names if (figure := rate(f, span, region=code))]
    alike((figure for _, figure in (*sizes, *rates)), "分县（市、区）")
    if len(sizes) < RANKED:
        listed = [_county(f, span, names[code], code, figure) for code, figure in sizes]
        return said(f"{'；'.join(listed)}。") if len(sizes) > 1 else []
    largest = "、".join(f"{names[code]}（{yi(figure)}亿元）" for code, figure in _first(sizes, 3))
    texts = [f"{among}按规模，居前的是{largest}。"]
    if len(rates) >= RANKED:
        fastest = "、".join(f"{names[code]}（{growth(figure, lead='')}）" for code, figure in _first(rates, 3))
        all_of = [figure for _, figure in rates]
        least = "至少" if any(figure.rough and not figure.value for figure in all_of) else ""
        rising = cite(f"{sum(figure.value > 0 for figure in all_of)}", *all_of)
        counted = cite(f"{len(rates)}", *all_of)
        leading = f"居前的是{fastest}；" if fastest else ""
        texts.append(f"按{f.growth_name}，{leading}{counted}个县（市、区）中{least}{rising}个同比增长。")
    return said(*texts)


def among_shown(f: Figures, span: Span, names: Collection[str]) -> str:
    """Words before a superlative where a county's figure or growth is withheld; '' where all are told."""
    found = [g for code in names for g in (_withheld(f, span, code), f.growth_cell(span, region=code)) if g]
    return "在列出的县（市、区）中，" if any(figure.withheld for figure in found) else ""


def _withheld(f: Figures, span: Span, code: str) -> Figure | None:
    return f.cell("core_value_added", f.definition, span, region=code, cls=CORE, price="current")


def _county(f: Figures, span: Span, name: str, code: str, figure: Figure) -> str:
    grown = rate(f, span, region=code)
    return f"{name}增加值{yi(figure)}亿元" + (f"，{change(grown)}" if grown else "")


def of_penetration(f: Figures, figures: list[Figure]) -> list[str]:
    """产业数字化: what each definition says, never compared with another."""
    texts = []
    for definition in dict.fromkeys(figure.definition for figure in figures):
        mine = [figure for figure in figures if figure.definition == definition]
        alike(mine, "产业数字化")
        listed = "，".join(f"{f.name('sector', figure.cls)}{percent(figure)}%" for figure in mine)
        label = Span(mine[0].span, mine[0].period).label
        source = f"据{mine[0].authority}测算" if definition == "external" else "经本系统测算"
        texts.append(f"{source}，{label}{f.catalogue['digital_penetration', definition]['name_zh']}：{listed}。")
    return said(*texts, *_beside(f, figures))


def _beside(f: Figures, figures: list[Figure]) -> list[str]:
    """The warning where a rate of another body stands beside ours."""
    theirs = [figure for figure in figures if figure.definition == "external"]
    if not theirs or len(theirs) == len(figures):
        return []
    assumed = any(f.all("assumed_period", "external", Span(x.span, x.period), cls=x.cls) for x in theirs)
    year = "原文未注明年份，所列年份为推定；" if assumed else ""
    return [f"外部测算数原样并列，{year}其口径与本系统各口径都不同，高低不可比较，差额不作解释。"]


def _key_value(f: Figures, span: Span) -> KeyFigure | None:
    now, grown = value(f, span), rate(f, span)
    if now is None:
        return None
    word = f"{VINTAGES[now.vintage]}数"
    if grown:
        whole = _gdp_growth(f, span)
        word = "，".join(filter(None, (change(grown), against(grown, whole, "GDP增速") if whole else "")))
    return KeyFigure("核心产业增加值", yi(now), "亿元", word, f"{span.label}，{_basis(grown)}")


def _key_single(f: Figures) -> KeyFigure | None:
    span = Span("quarter", str(f.quarter))
    now, grown = value(f, span), rate(f, span)
    if now is None or f.quarter.number == 1:
        return None
    word = change(grown) if grown else ""
    return KeyFigure("当季核心产业增加值", yi(now), "亿元", word, f"{span.label}，{_basis(grown)}")


def _basis(grown: Figure | None) -> str:
    if grown is None:
        return "现价"
    like = "、同口径" if grown.base == "comparable" else ""
    return f"现价{like}" if grown.price == "current" else f"现价；增速为可比价{like}"


def _gdp_growth(f: Figures, span: Span) -> Figure | None:
    """GDP's growth where ours may stand against it: it is at constant prices, and bases are never mixed."""
    return f.gdp_growth(span) if f.growth_price == "constant" else None


def _key_share(f: Figures, span: Span) -> KeyFigure | None:
    now, before = share(f, span), f.get("core_share_gdp", "same_vintage", span.year_before, cls=CORE)
    if now is None:
        return None
    word = points(now, before, "比上年同期提高", "比上年同期下降", "与上年同期持平") if before else ""
    basis = f"{span.label}，现价，同版次" + (f"（{VINTAGES[now.vintage]}）" if f.definition == "published" else "")
    return KeyFigure("占GDP比重", percent(now), "%", word, basis)


def _key_mixed(f: Figures, span: Span) -> KeyFigure | None:
    mixed = f.get("core_share_gdp", "mixed_vintage", span, cls=CORE)
    if mixed is None:
        return None
    return KeyFigure(
        "占GDP比重（跨版次）",
        percent(mixed),
        "%",
        "仅供对照，不与同版次比较",
        f"{span.label}，分母为{VINTAGES[mixed.gdp_vintage]}版次GDP",
    )


def _key_firms(f: Figures, span: Span) -> KeyFigure | None:
    now = f.get("firms", "above_threshold", span, cls=CORE)
    before = f.get("firms", "above_threshold", span.year_before, cls=CORE)
    if now is None:
        return None
    change = less(now, before) if before else 0
    word = f"比上年同期{'增加' if change > 0 else '减少'}{abs(change):.0f}家" if change else "与上年同期持平"
    word = cite(word, now, before)
    return KeyFigure("规模以上企业", cell(now), now.display_unit, word if before else "", f"{span.label}，期末在统")


def _key_largest(f: Figures, span: Span) -> KeyFigure | None:
    shares = [(cls, f.get("core_class_share", f.definition, span, cls=cls)) for cls in DIVISIONS]
    first = _first(shares, 1)
    if not first:
        return None
    cls, part = first[0]
    now = value(f, span, cls=cls)
    word = f"增加值{yi(now)}亿元" if now else ""
    return KeyFigure(f"{f.name('digital', cls)}占比", percent(part), "%", word, f"{span.label}，占核心产业，现价")


def _against_gdp(f: Figures, span: Span) -> str:
    grown, whole = rate(f, span), _gdp_growth(f, span)
    if grown is None or whole is None:
        return ""
    compared = against(grown, whole, "GDP增速")
    return f"增速{compared}（GDP{growth(whole)}）。" if compared else f"GDP{growth(whole)}。"


def _pace(f: Figures, span: Span) -> str:
    grown, year_ago = rate(f, span), rate(f, span.year_before)
    if grown is None or year_ago is None or span.kind != "cumulative":
        return ""
    parts = []
    if f.quarter.number > 1:
        earlier = f.quarter - 1
        before = rate(f, Span("cumulative", str(earlier)))
        if before:
            name = earlier.cumulative_name
            parts.append(points(grown, before, f"比{name}加快", f"比{name}回落", f"与{name}持平"))
    parts.append(points(grown, year_ago, "比上年同期加快", "比上年同期回落", "与上年同期持平"))
    parts = [part for part in parts if part]
    return f"增速{'，'.join(parts)}。" if parts else ""


def _share_change(f: Figures, span: Span) -> str:
    now, before = share(f, span), f.get("core_share_gdp", "same_vintage", span.year_before, cls=CORE)
    if now is None or before is None:
        return ""
    return f"占GDP比重{points(now, before, '比上年同期提高', '比上年同期下降', '与上年同期持平')}。"


def _single(f: Figures) -> str:
    span = Span("quarter", str(f.quarter))
    now, grown = value(f, span), rate(f, span)
    if now is None or f.quarter.number == 1:
        return ""
    tail = f"，{change(grown)}" if grown else ""
    return f"其中，{span.label.split('年')[1]}当季增加值{yi(now)}亿元{tail}。"


def _mixed(f: Figures, span: Span) -> str:
    same, mixed = share(f, span), f.get("core_share_gdp", "mixed_vintage", span, cls=CORE)
    if same is None or mixed is None:
        return ""
    return (
        f"占GDP比重按{VINTAGES[same.vintage]}版次GDP计算为{percent(same)}%；"
        f"若以{VINTAGES[mixed.gdp_vintage]}版次GDP为分母则为{percent(mixed)}%（跨版次，仅供对照，不得混用）。"
    )


def _pull(f: Figures, span: Span) -> list[str]:
    pulls = [(cls, figure) for cls in DIVISIONS if (figure := f.get("core_pull", f.definition, span, cls=cls))]
    if len(pulls) < 2:
        return []
    alike((figure for _, figure in pulls), "拉动")
    largest = _first(pulls, 1)
    if not largest or largest[0][1].value <= 0:
        return []
    cls, pull = largest[0]
    text = f"{f.name('digital', cls)}拉动核心产业增长{percent(pull)}个百分点，在{divisions_of(len(pulls))}中最大"
    if part := f.get("core_contribution", f.definition, span, cls=cls):
        text += f"，贡献率{percent(part)}%"
    return [text + "。"]


def divisions_of(number: int) -> str:
    """四个大类, or how many of them have figures that may be told."""
    return f"{'' if number == len(DIVISIONS) else '列出的'}{'零一两三四'[number]}个大类"


def _first(figures: Sequence[tuple[str, Figure | None]], most: int) -> list[tuple[str, Figure]]:
    """The largest few, with a figure each: as many as rounding does not leave open whether others are larger."""
    found = sorted(((key, one) for key, one in figures if one is not None), key=lambda pair: (-pair[1].value, pair[0]))
    clear = (n for n in range(most, 0, -1) if all(apart(a, b) for _, a in found[:n] for _, b in found[n:]))
    return found[: next(clear, 0)]
