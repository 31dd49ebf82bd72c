"""领导一页纸: three numbers, three problems, five exceptions, by the rules of ``leaders.csv`` from the observations.

Belongs here: when something is a problem or an exception, and which of many are shown. Does not belong here: thresholds
and sentences (leaders.csv), layout (templates).

A rule takes one observation per place (the whole, each division, group or county), or its difference from another one,
and holds it against a threshold. Problems stand in the order of the table, one per rule; exceptions in the order of how
many times their threshold they are, one per place. Fewer than there is room for are never filled up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Self

from pipelines.release import cited
from pipelines.release.alike import less
from pipelines.release.cited import Said, cite
from pipelines.release.figures import CORE, DIVISIONS, PRICES, Figure, Figures, Span
from pipelines.release.issue import Issue
from pipelines.release.sentences import KeyFigure, change, headline, key_figures
from pipelines.release.wording import percent, plain, rounded

NUMBERS: Final = 3
PROBLEMS: Final = 3
EXCEPTIONS: Final = 5
_GROWTH: Final = "core_growth"
_SHARES: Final = {"division": "core_class_share", "group": "core_class_share", "county": "core_region_share"}


@dataclass(frozen=True)
class Rule:
    """One line of ``leaders.csv``.

    Attributes:
        rule: its id.
        kind: problem or exception.
        scope: whole, division, group or county.
        indicator: what it looks at.
        definition: in which definition; '' is the report's own.
        measure: ``level``, or the difference from ``year`` (a year earlier), ``quarter`` (the cumulative span before)
            or ``gdp`` (GDP's growth).
        side: whether what lies below or above the threshold is found.
        threshold: in the stored unit; a difference of rates as a fraction.
        weight: the least share of the place in the whole, 0 where any will do.
        sentence: what is said, with ``{name} {now} {size} {share} {before}``.
        reason: the finding in a few words.
        limit: the threshold in words.
        source: where the threshold comes from.
    """

    rule: str
    kind: str
    scope: str
    indicator: str
    definition: str
    measure: str
    side: str
    threshold: float
    weight: float
    sentence: str
    reason: str
    limit: str
    source: str

    @classmethod
    def of(cls, line: dict[str, str]) -> Self:
        """From a line of the table."""
        typed: dict[str, Any] = {**line, "threshold": float(line["threshold"]), "weight": float(line["weight"] or 0)}
        return cls(**typed)


@dataclass(frozen=True)
class Finding:
    """What a rule found: the rule, the place, the sentence, and how many times the threshold it is."""

    rule: Rule
    place: str
    text: str
    times: float


@dataclass(frozen=True)
class Leaders:
    """The page: a headline, key figures, problems and exceptions, each with a line on how many there are."""

    title: str
    terms: str
    headline: str
    keys: tuple[KeyFigure, ...]
    problems: tuple[Finding, ...]
    problems_said: str
    exceptions: tuple[Finding, ...]
    exceptions_said: str
    basis: str
    thresholds: str


@cache
def rules() -> tuple[Rule, ...]:
    """The table of rules, in its order."""
    lines = files("pipelines.release").joinpath("leaders.csv").read_text(encoding="utf-8").splitlines()
    return tuple(Rule.of(line) for line in csv.DictReader(lines))


def leaders(f: Figures, issue: Issue) -> Leaders:
    """The leaders' page of a release."""
    span = f.main
    found = [] if span is None else [finding for rule in rules() for finding in _findings(f, span, rule)]
    problems = _first_of_each([x for x in found if x.rule.kind == "problem"], by_rule=True)
    worst = sorted((x for x in found if x.rule.kind == "exception"), key=lambda x: -x.times)
    exceptions = _first_of_each(worst, by_rule=False)
    price = f"增速为{PRICES[f.growth_price]}" + ("、同口径" if f.definition == "rate_method" else "")
    return Leaders(
        title=f"{f.city.name}数字经济运行情况一页纸",
        terms=f"{issue.period}　{issue.vintage_zh}　数据截止{issue.as_of:%Y年%-m月%-d日}",
        headline=headline(f),
        keys=tuple(key_figures(f)[:NUMBERS]),
        problems=tuple(problems[:PROBLEMS]),
        problems_said=_said("问题", len(problems), PROBLEMS, "规则先后"),
        exceptions=tuple(exceptions[:EXCEPTIONS]),
        exceptions_said=_said("异常", len(exceptions), EXCEPTIONS, "超出阈值的倍数"),
        basis=f"{span.label if span else f.quarter.label()}，增加值、比重为现价，{price}。"
        "问题和异常由规则从本期观测值中选出，不含人工判断。"
        + ("因保密未公布的数不在检查之内。" if issue.terms else ""),
        thresholds=_thresholds([*problems[:PROBLEMS], *exceptions[:EXCEPTIONS]]),
    )


def _said(what: str, number: int, room: int, order: str) -> str:
    if number == 0:
        return f"按规则检查，没有达到阈值的{what}。"
    if number < room:
        return f"按规则检查，达到阈值的{what}只有{number}项。"
    return f"按规则检查，达到阈值的{what}共{number}项" + (f"，按{order}列前{room}项。" if number > room else "。")


def _thresholds(shown_here: Iterable[Finding]) -> str:
    used = dict.fromkeys(finding.rule for finding in shown_here)
    sources = dict.fromkeys(rule.source for rule in used)
    listed = {source: "；".join(f"{x.reason}，{x.limit}" for x in used if x.source == source) for source in sources}
    return "".join(f"所用阈值（{source}）：{limits}。" for source, limits in listed.items())


def _first_of_each(found: Iterable[Finding], *, by_rule: bool) -> list[Finding]:
    kept: dict[str, Finding] = {}
    for finding in found:
        kept.setdefault(finding.rule.rule if by_rule else finding.place, finding)
    return list(kept.values())


def _findings(f: Figures, span: Span, rule: Rule) -> list[Finding]:
    """What one rule finds, the worst first."""
    found = []
    for name, region, cls in _places(f, span, rule.scope):
        now = _figure(f, rule, span, region, cls)
        other = _compared(f, rule, span, now) if now else None
        if now is None or (other is None and rule.measure != "level"):
            continue
        measured = less(now, other) if other else now.value
        if not _beyond(rule, measured):
            continue
        share = f.get(_SHARES[rule.scope], f.definition, span, region=region, cls=cls) if rule.weight else None
        if rule.weight and (share is None or share.value < rule.weight):
            continue
        text = rule.sentence.format(
            name=name,
            now=_now(now),
            size=cite(_size(now, measured), now, other),
            share=cited.percent(share) if share else "",
            before=(f.quarter - 1).cumulative_name,
        )
        found.append(Finding(rule, name, Said(text), abs(measured / rule.threshold)))
    return sorted(found, key=lambda finding: -finding.times)


def _places(f: Figures, span: Span, scope: str) -> Iterator[tuple[str, str, str]]:
    """Name, region and class of each place of a scope."""
    here = f.city.code
    if scope == "whole":
        yield f.city.name, here, CORE
    elif scope == "county":
        yield from ((county.name, county.code, CORE) for county in f.city.counties)
    else:
        length = 2 if scope == "division" else 4
        codes = f.classes("core_value_added", f.definition, span)
        core = (code for code in codes if code[:2] in DIVISIONS and len(code) == length)
        yield from ((f.name("digital", code), here, code) for code in core)


def _figure(f: Figures, rule: Rule, span: Span, region: str, cls: str) -> Figure | None:
    if rule.indicator == _GROWTH:
        return f.growth(span, region=region, cls=cls)
    return f.get(rule.indicator, rule.definition or f.definition, span, region=region, cls=cls)


def _compared(f: Figures, rule: Rule, span: Span, now: Figure) -> Figure | None:
    """What a rule takes the difference from; None where it looks at the level, or there is no such figure."""
    if rule.measure == "gdp":
        return f.gdp_growth(span) if now.price == "constant" else None
    if rule.measure == "year":
        return _figure(f, rule, span.year_before, now.region, now.cls)
    if rule.measure == "quarter" and span.kind == "cumulative" and f.quarter.number > 1:
        return _figure(f, rule, Span(span.kind, str(f.quarter - 1)), now.region, now.cls)
    return None


def _beyond(rule: Rule, measured: float) -> bool:
    return measured <= rule.threshold if rule.side == "below" else measured >= rule.threshold


def _now(figure: Figure) -> str:
    return change(figure) if figure.indicator == _GROWTH else f"{cited.cell(figure)}{figure.display_unit}"


def _size(figure: Figure, measured: float) -> str:
    return percent(abs(measured)) if figure.display_unit == "%" else plain(rounded(abs(measured), decimals=0))
