"""Local industry chains: what is said of them, and which denominator a published share has.

Belongs here: the sentences on chains and the check of a published share. Does not belong here: how a chain's value
added is made (indicators) or drawn (exhibits).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.release.cited import percent, said, yi
from pipelines.release.display import shown
from pipelines.release.figures import Figure, Figures, Number, Span


@dataclass(frozen=True)
class PublishedChain:
    """A chain's published value and share, and that value over both denominators of the same year."""

    chain: str
    year: Span
    whole: Figure
    claimed: Figure | None
    secondary: Figure | None
    above: Figure | None

    def over(self, denominator: Figure | None) -> Number | None:
        """The published value as a share of a denominator."""
        if denominator is None or denominator.value <= 0:
            return None
        sources = (*self.whole.origins, *denominator.origins)
        return Number(self.whole.value / denominator.value, "比率", "%", 1, sources=sources)


def published_chains(f: Figures) -> list[PublishedChain]:
    """The newest published figure of each chain, with the denominators of its year."""
    found = []
    for chain in f.classes("chain_value_added", "published"):
        for year in f.periods("chain_value_added", "published", "annual", cls=chain)[-1:]:
            whole = f.get("chain_value_added", "published", year, cls=chain)
            claimed = f.get("chain_share_above_industry", "published", year, cls=chain)
            secondary = f.get("sector_value_added", "accounts", year, cls="secondary", price="current")
            above = f.get("industry_above_value_added", "rate_method", Span("cumulative", f"{year.period}Q4"))
            if whole:
                found.append(PublishedChain(chain, year, whole, claimed, secondary, above))
    return found


def of_chains(f: Figures, span: Span) -> list[str]:
    """产业链: the largest one and every one of which a figure was published, then why two shares differ."""
    found = [_chain(f, "chain_value_added", span, cls) for cls in f.classes("chain_value_added", "rate_method", span)]
    ours = sorted((figure for figure in found if figure), key=lambda figure: (-figure.value, figure.cls))
    told = dict.fromkeys([*(figure.cls for figure in ours[:1]), *f.classes("chain_value_added", "published")])
    texts = [text for cls in told for text in of_chain(f, span, cls)]
    if any(_chain(f, "chain_share_secondary", span, cls) for cls in told):
        texts.append(
            "两个比重的分子相同，分母不同：第二产业包括规模以下工业和建筑业，范围比规模以上工业大，因而比重较低。"
            "二者都是占比，不是渗透率。"
        )
    return texts


def of_chain(f: Figures, span: Span, chain: str) -> list[str]:
    """One chain: its value, its core part and its shares, those that there are; what was published beside it."""
    whole, core = (_chain(f, name, span, chain) for name in ("chain_value_added", "chain_core_value_added"))
    secondary = _chain(f, "chain_share_secondary", span, chain)
    above = _chain(f, "chain_share_above_industry", span, chain)
    name, texts = f.name("chain", chain), []
    if whole:
        parts = [f"{span.label}{name}产业链增加值{yi(whole)}亿元"]
        if core:
            parts.append(f"其中属于数字经济核心产业的{yi(core)}亿元")
        if secondary and above:
            parts.append(f"相当于第二产业增加值的{percent(secondary)}%、规模以上工业增加值的{percent(above)}%")
        texts.append("，".join(parts) + "。")
    return said(*texts, *(_checked(f, check) for check in published_chains(f) if check.chain == chain))


def _checked(f: Figures, check: PublishedChain) -> str:
    """Which denominator a published share has: the one over which the published value gives that share."""
    name, whole, claimed = f.name("chain", check.chain), check.whole, check.claimed
    text = f"对照：{whole.authority.removesuffix('公布')}公布{check.year.label}{name}产业链增加值{yi(whole)}亿元"
    if claimed:
        text += f"，称占规上工业增加值{percent(claimed)}%"
    over_secondary, over_above = check.over(check.secondary), check.over(check.above)
    if check.secondary and over_secondary:
        text += f"；除以当年第二产业增加值{yi(check.secondary)}亿元为{percent(over_secondary)}%"
    if check.above and over_above:
        text += f"，除以当年规模以上工业增加值{yi(check.above)}亿元（监测测算）为{percent(over_above)}%"
    if claimed and over_secondary and shown(over_secondary) == shown(claimed):
        text += f"。可见所称{percent(claimed)}%是占第二产业增加值的比重，不是占规模以上工业增加值的比重"
    return f"{text}。"


def _chain(f: Figures, indicator: str, span: Span, chain: str) -> Figure | None:
    return f.get(indicator, "rate_method", span, cls=chain)
