"""Sentences built from numbers by rule; a sentence whose numbers are missing is not written.

Belongs here: what is said of the whole, of divisions, counties, penetration and chains (domain rules for wording).
Does not belong here: layout, charts, or any number that is not an observation or a difference of two.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.release.display import shown, yi
from pipelines.release.figures import CORE, DIVISIONS, VINTAGES, Figure, Figures, Span, ranks
from pipelines.release.wording import against, growth, percent, points


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
    """Growth of core value added at constant prices."""
    return f.get("core_growth", f.definition, span, region=region, cls=cls, price="constant")


def share(f: Figures, span: Span) -> Figure | None:
    """Share of GDP, numerator and denominator of one vintage."""
    return f.get("core_share_gdp", "same_vintage", span, cls=CORE)


def headline(f: Figures) -> str:
    """The finding of the whole bulletin, one sentence with its numbers."""
    span = f.main
    now = value(f, span) if span else None
    if span is None or now is None:
        return f"{f.quarter.label()}{f.city.name}没有可发布的数字经济核心产业增加值"
    parts = [f"{span.label}{f.city.name}数字经济核心产业增加值{yi(now)}亿元"]
    if change := rate(f, span):
        parts.append(growth(change.value))
    if part := share(f, span):
        parts.append(f"占GDP比重{percent(part.value)}%")
    return "，".join(parts)


def key_figures(f: Figures) -> list[KeyFigure]:
    """Three to five key figures."""
    span = f.main
    if span is None:
        return []
    found = [_key_value(f, span), _key_single(f), _key_share(f, span), _key_mixed(f, span), _key_firms(f, span)]
    if not rate(f, span):
        found.append(_key_largest(f, span))
    return [figure for figure in found if figure]


def overall(f: Figures) -> list[str]:
    """总体: level, growth against GDP and against earlier, share and its change, the single quarter."""
    span = f.main
    now = value(f, span) if span else None
    if span is None or now is None:
        return [f"{f.quarter.label()}没有核心产业增加值观测值。"]
    said = "经初步测算" if f.definition == "rate_method" else f"据{now.authority.removesuffix('公布')}公布"
    first = [f"{said}，{headline(f)}。", _against_gdp(f, span), _pace(f, span), _share_change(f, span)]
    return [text for text in ("".join(first), _single(f), _mixed(f, span)) if text]


def by_division(f: Figures, span: Span) -> list[str]:
    """分大类: each division's value, growth and share, then who pulls most."""
    texts = []
    for cls in DIVISIONS:
        now = value(f, span, cls=cls)
        if now is None:
            continue
        parts = [f"{f.name('digital', cls)}增加值{yi(now)}亿元"]
        if change := rate(f, span, cls=cls):
            parts.append(growth(change.value))
        if part := f.get("core_class_share", f.definition, span, cls=cls):
            parts.append(f"占核心产业的{percent(part.value)}%")
        texts.append("，".join(parts))
    return [*(["；".join(texts) + "。"] if texts else []), *_pull(f, span)]


def by_county(f: Figures, span: Span) -> list[str]:
    """分县区: the largest, the fastest, how many grow."""
    names = {county.code: county.name for county in f.city.counties}
    sizes = [(code, value(f, span, region=code)) for code in names]
    rates = [(code, rate(f, span, region=code)) for code in names]
    texts = []
    if first := _first(sizes, 3):
        listed = "、".join(f"{names[code]}（{yi(figure)}亿元）" for code, figure in first)
        texts.append(f"按规模，居前的是{listed}。")
    if first := _first(rates, 3):
        listed = "、".join(f"{names[code]}（{growth(figure.value, lead='')}）" for code, figure in first)
        known = [figure for _, figure in rates if figure]
        rising = sum(figure.value > 0 for figure in known)
        texts.append(f"按可比价增速，居前的是{listed}；{len(known)}个县（市、区）中{rising}个同比增长。")
    return texts


def of_penetration(f: Figures, figures: list[Figure]) -> list[str]:
    """产业数字化: what each definition says, never compared with another."""
    texts = []
    for definition in dict.fromkeys(figure.definition for figure in figures):
        mine = [figure for figure in figures if figure.definition == definition]
        listed = "，".join(f"{f.name('sector', figure.cls)}{percent(figure.value)}%" for figure in mine)
        label = Span(mine[0].span, mine[0].period).label
        source = f"据{mine[0].authority}测算" if definition == "external" else "经本系统测算"
        texts.append(f"{source}，{label}{f.catalogue['digital_penetration', definition]['name_zh']}：{listed}。")
    return texts


def of_chain(f: Figures, span: Span, chain: str) -> list[str]:
    """产业链: the value, its core part, both shares, and why they differ."""
    found = {
        name: f.get(name, "rate_method", span, cls=chain)
        for name in (
            "chain_value_added",
            "chain_core_value_added",
            "chain_share_secondary",
            "chain_share_above_industry",
        )
    }
    whole, core, secondary, above = found.values()
    if whole is None:
        return []
    parts = [f"{span.label}{f.name('chain', chain)}产业链增加值{yi(whole)}亿元"]
    if core:
        parts.append(f"其中属于数字经济核心产业的{yi(core)}亿元")
    texts = ["，".join(parts) + "。"]
    if secondary and above:
        texts.append(
            f"该增加值相当于第二产业增加值的{percent(secondary.value)}%，相当于规模以上工业增加值的{percent(above.value)}%。"
            "两个比重的分子相同，分母不同：第二产业包括规模以下工业和建筑业，范围比规模以上工业大，因而比重较低。"
            "二者都是占比，不是渗透率。"
        )
    return [*texts, *_published_chain(f, chain)]


def _published_chain(f: Figures, chain: str) -> list[str]:
    texts = []
    for year in f.periods("chain_value_added", "published", "annual", cls=chain)[-1:]:
        whole = f.get("chain_value_added", "published", year, cls=chain)
        above = f.get("chain_share_above_industry", "published", year, cls=chain)
        secondary = f.get("sector_value_added", "accounts", year, cls="secondary", price="current")
        if whole and above:
            text = (
                f"对照：{whole.authority}公布{year.label}该产业链增加值{yi(whole)}亿元，"
                f"称占规上工业增加值{percent(above.value)}%"
            )
            if secondary:
                text += (
                    f"；按当年第二产业增加值{yi(secondary)}亿元计算为{percent(whole.value / secondary.value)}%，"
                    "可见其分母是第二产业"
                )
            texts.append(text + "。")
    return texts


def _key_value(f: Figures, span: Span) -> KeyFigure | None:
    now, change = value(f, span), rate(f, span)
    basis = "现价" if change is None else "现价；增速为可比价、同口径"
    if now is None:
        return None
    word, whole = f"{VINTAGES[now.vintage]}数", f.get("gdp_growth", "accounts", span)
    if change:
        word = growth(change.value) + (f"，{against(change.value, whole.value, 'GDP增速')}" if whole else "")
    return KeyFigure("核心产业增加值", yi(now), "亿元", word, f"{span.label}，{basis}")


def _key_single(f: Figures) -> KeyFigure | None:
    span = Span("quarter", str(f.quarter))
    now, change = value(f, span), rate(f, span)
    if now is None or f.quarter.number == 1:
        return None
    word = growth(change.value) if change else ""
    return KeyFigure("当季核心产业增加值", yi(now), "亿元", word, f"{span.label}，现价；增速为可比价、同口径")


def _key_share(f: Figures, span: Span) -> KeyFigure | None:
    now, before = share(f, span), f.get("core_share_gdp", "same_vintage", span.year_before, cls=CORE)
    if now is None:
        return None
    word = points(now.value - before.value, "比上年同期提高", "比上年同期下降", "与上年同期持平") if before else ""
    basis = f"{span.label}，现价，同版次" + (f"（{VINTAGES[now.vintage]}）" if f.definition == "published" else "")
    return KeyFigure("占GDP比重", percent(now.value), "%", word, basis)


def _key_mixed(f: Figures, span: Span) -> KeyFigure | None:
    mixed = f.get("core_share_gdp", "mixed_vintage", span, cls=CORE)
    if mixed is None:
        return None
    return KeyFigure(
        "占GDP比重（跨版次）",
        percent(mixed.value),
        "%",
        "仅供对照，不与同版次比较",
        f"{span.label}，分母为{VINTAGES[mixed.gdp_vintage]}版次GDP",
    )


def _key_firms(f: Figures, span: Span) -> KeyFigure | None:
    now = f.get("firms", "above_threshold", span, cls=CORE)
    before = f.get("firms", "above_threshold", span.year_before, cls=CORE)
    if now is None:
        return None
    change = now.value - before.value if before else 0
    word = f"比上年同期{'增加' if change > 0 else '减少'}{abs(change):.0f}家" if change else "与上年同期持平"
    return KeyFigure(
        "规模以上企业", shown(now).text, now.display_unit, word if before else "", f"{span.label}，期末在统"
    )


def _key_largest(f: Figures, span: Span) -> KeyFigure | None:
    shares = [(cls, f.get("core_class_share", f.definition, span, cls=cls)) for cls in DIVISIONS]
    first = _first(shares, 1)
    if not first:
        return None
    cls, part = first[0]
    now = value(f, span, cls=cls)
    word = f"增加值{yi(now)}亿元" if now else ""
    return KeyFigure(f"{f.name('digital', cls)}占比", percent(part.value), "%", word, f"{span.label}，占核心产业，现价")


def _against_gdp(f: Figures, span: Span) -> str:
    change, whole = rate(f, span), f.get("gdp_growth", "accounts", span)
    if change is None or whole is None:
        return ""
    return f"增速{against(change.value, whole.value, 'GDP增速')}（GDP{growth(whole.value)}）。"


def _pace(f: Figures, span: Span) -> str:
    change, year_ago = rate(f, span), rate(f, span.year_before)
    if change is None or year_ago is None or span.kind != "cumulative":
        return ""
    parts = []
    if f.quarter.number > 1:
        earlier = f.quarter - 1
        before = rate(f, Span("cumulative", str(earlier)))
        if before:
            name = earlier.cumulative_name
            parts.append(points(change.value - before.value, f"比{name}加快", f"比{name}回落", f"与{name}持平"))
    parts.append(points(change.value - year_ago.value, "比上年同期加快", "比上年同期回落", "与上年同期持平"))
    return f"增速{'，'.join(parts)}。"


def _share_change(f: Figures, span: Span) -> str:
    now, before = share(f, span), f.get("core_share_gdp", "same_vintage", span.year_before, cls=CORE)
    if now is None or before is None:
        return ""
    return f"占GDP比重{points(now.value - before.value, '比上年同期提高', '比上年同期下降', '与上年同期持平')}。"


def _single(f: Figures) -> str:
    span = Span("quarter", str(f.quarter))
    now, change = value(f, span), rate(f, span)
    if now is None or f.quarter.number == 1:
        return ""
    tail = f"，{growth(change.value)}" if change else ""
    return f"其中，{span.label.split('年')[1]}当季增加值{yi(now)}亿元{tail}。"


def _mixed(f: Figures, span: Span) -> str:
    same, mixed = share(f, span), f.get("core_share_gdp", "mixed_vintage", span, cls=CORE)
    if same is None or mixed is None:
        return ""
    return (
        f"占GDP比重按{VINTAGES[same.vintage]}版次GDP计算为{percent(same.value)}%；"
        f"若以{VINTAGES[mixed.gdp_vintage]}版次GDP为分母则为{percent(mixed.value)}%（跨版次，仅供对照，不得混用）。"
    )


def _pull(f: Figures, span: Span) -> list[str]:
    pulls = [(cls, f.get("core_pull", f.definition, span, cls=cls)) for cls in DIVISIONS]
    first = _first(pulls, 1)
    if not first:
        return []
    cls, pull = first[0]
    if pull.value <= 0:
        return []
    text = f"{f.name('digital', cls)}拉动核心产业增长{percent(pull.value)}个百分点，在四个大类中最大"
    if part := f.get("core_contribution", f.definition, span, cls=cls):
        text += f"，贡献率{percent(part.value)}%"
    return [text + "。"]


def _first(figures: list[tuple[str, Figure | None]], most: int) -> list[tuple[str, Figure]]:
    """The largest few, with a figure each."""
    order = ranks(figures)
    found = [(key, figure) for key, figure in figures if figure is not None]
    return sorted(found, key=lambda pair: (order[pair[0]], pair[0]))[:most]
