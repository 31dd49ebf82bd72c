"""领导一页纸: three numbers, three problems, five exceptions, by the rules of ``leaders.csv`` from the observations.

Belongs here: when something is a problem or an exception, and which of many are shown. Does not belong here: thresholds
and sentences (leaders.csv), layout (templates).

A rule takes one number per place (an observation of the whole, of each division, group, county or item; the signals of
early warning; what a release revised), or its difference from another one, and holds it against a threshold. The
gravest come first, as the table grades its rules; among equals the worst finding of each rule, then how many times its
threshold it is. A problem stands once per rule, an exception once per place and indicator. Fewer than there is room for
are never filled up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final, Self

from pipelines.release import cited
from pipelines.release.alike import less
from pipelines.release.cited import Said, cite
from pipelines.release.figures import DIVISIONS, PRICES, Figure, Figures, Number, Origin, Span, apart, count
from pipelines.release.issue import PUBLIC, Issue
from pipelines.release.revised import changes
from pipelines.release.sentences import KeyFigure, change, headline, key_figures
from pipelines.release.wording import about, plain, rounded

NUMBERS: Final = 3
PROBLEMS: Final = 3
EXCEPTIONS: Final = 5
_UNTOLD: Final = "公开稿不列。"
_TOUCH: Final = 1e-9
SEVERITIES: Final = {1: "一级", 2: "二级", 3: "三级"}
_GROWTH: Final = "core_growth"
_SHARES: Final = {"division": "core_class_share", "group": "core_class_share", "county": "core_region_share"}


@dataclass(frozen=True)
class Rule:
    """One line of ``leaders.csv``.

    Attributes:
        rule: its id.
        kind: problem or exception.
        severity: how grave it is, 1 the gravest.
        scope: whole, division, group, county; class, every class there is of the indicator; signal, the warnings of a
            kind; revised, the periods that this release revised.
        indicator: what it looks at; '' of signals.
        definition: in which definition; '' is the report's own.
        cls: of which class, where the scope is the whole or a county; of signals, their kind.
        measure: ``level``, or the difference from ``year`` (a year earlier; ``relative`` to it), ``quarter`` (the
            cumulative span before), ``gdp`` (GDP's growth), ``schedule`` (the part of the year that is over) or
            ``before`` (what was said last: of a rate the difference, of an amount the relative change).
        side: whether what lies below, above or beyond the threshold to either side is found.
        threshold: in the stored unit; a difference of rates as a fraction.
        weight: the least share of the place in the whole, 0 where any will do.
        sentence: what is said, with ``{name} {now} {size} {share} {before} {was}``.
        reason: the finding in a few words.
        limit: the threshold in words.
        source: where the threshold comes from.
    """

    rule: str
    kind: str
    severity: int
    scope: str
    indicator: str
    definition: str
    cls: str
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
        numbers = {"threshold": float(line["threshold"]), "weight": float(line["weight"] or 0)}
        typed: dict[str, Any] = {**line, **numbers, "severity": int(line["severity"])}
        return cls(**typed)


@dataclass(frozen=True)
class Finding:
    """What a rule found: the rule, the place, the sentence, how many times the threshold, how many are worse.

    Attributes:
        adds: whether it is on an amount, which is the sum of those of the parts of the place, and not on a rate.
    """

    rule: Rule
    place: str
    text: str
    times: float
    after: int = 0
    adds: bool = False

    @property
    def order(self) -> tuple[int, int, float]:
        """The gravest first; among equals the worst of each rule, then the furthest beyond its threshold."""
        return self.rule.severity, self.after, -self.times


@dataclass(frozen=True)
class _Seen:
    """What a rule looks at in a place: the number, with what it is compared, and the measure against the threshold."""

    place: str
    now: Number
    other: Number | None
    measured: float


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
    told = issue.level != PUBLIC
    found = [] if span is None or not told else [finding for rule in rules() for finding in _findings(f, span, rule)]
    found.sort(key=lambda finding: finding.order)
    problems = _first_of_each(x for x in found if x.rule.kind == "problem")
    parts = {x.rule.indicator for x in problems[:PROBLEMS] if x.adds and x.rule.scope == "whole"}
    # What is said of the whole is not said again of a part.
    exceptions = _first_of_each(x for x in found if x.rule.kind == "exception" and x.rule.indicator not in parts)
    price = f"增速为{PRICES[f.growth_price]}" + ("、同口径" if f.definition == "rate_method" else "")
    return Leaders(
        title=f"{f.city.name}数字经济运行情况一页纸",
        terms=f"{issue.period}　{issue.vintage_zh}　数据截止{issue.as_of:%Y年%-m月%-d日}",
        headline=headline(f),
        keys=tuple(key_figures(f)[:NUMBERS]),
        problems=tuple(problems[:PROBLEMS]),
        problems_said=_said("问题", len(problems), PROBLEMS) if told else _UNTOLD,
        exceptions=tuple(exceptions[:EXCEPTIONS]),
        exceptions_said=_said("异常", len(exceptions), EXCEPTIONS) if told else _UNTOLD,
        basis=f"{span.label if span else f.quarter.label()}，增加值、比重为现价，{price}。"
        + ("问题和异常由规则从本期观测值中选出，不含人工判断。" if told else "")
        + ("因保密未公布的数不在检查之内。" if told and issue.terms else ""),
        thresholds=_thresholds([*problems[:PROBLEMS], *exceptions[:EXCEPTIONS]]),
    )


def _said(what: str, number: int, room: int) -> str:
    if number == 0:
        return f"按规则检查，没有达到阈值的{what}。"
    if number < room:
        return f"按规则检查，达到阈值的{what}只有{number}项。"
    return f"按规则检查，达到阈值的{what}共{number}项" + (f"，按严重程度列前{room}项。" if number > room else "。")


def _thresholds(shown_here: Iterable[Finding]) -> str:
    used = dict.fromkeys(finding.rule for finding in shown_here)
    if not used:
        return ""
    sources = dict.fromkeys(rule.source for rule in used)
    limits = {
        source: "；".join(f"{x.reason}（{SEVERITIES[x.severity]}），{x.limit}" for x in used if x.source == source)
        for source in sources
    }
    order = "严重程度由规则规定，一级最重；同级先列各规则最重的一项，再按超出阈值的倍数。"
    return order + "".join(f"所用阈值（{source}）：{listed}。" for source, listed in limits.items())


def _first_of_each(found: Iterable[Finding]) -> list[Finding]:
    """A problem once per rule, an exception once per place and indicator."""
    kept: dict[tuple[str, ...], Finding] = {}
    for finding in found:
        rule = finding.rule
        kept.setdefault((rule.rule,) if rule.kind == "problem" else (finding.place, rule.indicator), finding)
    return list(kept.values())


def _findings(f: Figures, span: Span, rule: Rule) -> list[Finding]:
    """What one rule finds, the worst first."""
    found = []
    for seen in _seen(f, span, rule):
        if not _beyond(rule, seen):
            continue
        share = _share(f, span, rule, seen.now)
        if rule.weight and (share is None or share.value < rule.weight):
            continue
        text = rule.sentence.format(
            name=seen.place,
            now=_now(seen.now),
            size=cite(_size(rule, seen), seen.now, seen.other),
            share=cited.percent(share) if share else "",
            before=(f.quarter - 1).cumulative_name,
            was=_now(seen.other) if seen.other else "",
        )
        found.append(
            Finding(rule, seen.place, Said(text), abs(seen.measured / rule.threshold), adds=seen.now.unit != "比率")
        )
    ordered = sorted(found, key=lambda finding: -finding.times)
    return [replace(finding, after=n) for n, finding in enumerate(ordered)]


def _seen(f: Figures, span: Span, rule: Rule) -> Iterator[_Seen]:
    """The number of each place that a rule looks at, those that there are."""
    if rule.scope == "signal":
        yield from _signals(f, rule)
    elif rule.scope == "revised":
        yield from _revised(f, rule)
    else:
        for name, region, cls in _places(f, span, rule):
            now = _figure(f, rule, span, region, cls)
            other = _compared(f, rule, span, now) if now else None
            if now is None:
                continue
            if rule.measure == "schedule":
                yield _Seen(name, now, None, now.value - f.quarter.number / 4)
            elif rule.measure == "level":
                yield _Seen(name, now, None, now.value)
            elif other is not None and not (now.rough or other.rough) and apart(now, other):
                change = less(now, other)
                yield _Seen(name, now, other, change / other.value if rule.measure == "relative" else change)


def _signals(f: Figures, rule: Rule) -> Iterator[_Seen]:
    """How many signals of a kind are open."""
    rows = [row for row in f.signals if row["status"] == "open" and row["kind"] == rule.cls]
    now = count(len(rows), *(Origin.of("signal", "status", row) for row in rows))
    yield _Seen(f.city.name, now, None, now.value)


def _revised(f: Figures, rule: Rule) -> Iterator[_Seen]:
    """What this release says of earlier periods of the whole, against what the release before said."""
    for revised in changes(f, rule.indicator, rule.definition or f.definition):
        if (revised.region, revised.cls) == (f.city.code, rule.cls):
            change = revised.now - revised.before
            measured = change if revised.display_unit == "%" else change / revised.before
            yield _Seen(Span("cumulative", revised.period).label, revised.later, revised.earlier, measured)


def _places(f: Figures, span: Span, rule: Rule) -> Iterator[tuple[str, str, str]]:
    """Name, region and class of each place of a scope."""
    here = f.city.code
    if rule.scope == "whole":
        yield f.city.name, here, rule.cls
    elif rule.scope == "county":
        yield from ((county.name, county.code, rule.cls) for county in f.city.counties)
    elif rule.scope == "class":
        codes = f.classes(rule.indicator, rule.definition)
        yield from ((f.class_name(rule.indicator, code), here, code) for code in codes)
    else:
        length = 2 if rule.scope == "division" else 4
        codes = f.classes("core_value_added", f.definition, span)
        core = (code for code in codes if code[:2] in DIVISIONS and len(code) == length)
        yield from ((f.name("digital", code), here, code) for code in core)


def _figure(f: Figures, rule: Rule, span: Span, region: str, cls: str) -> Figure | None:
    """A figure of the span; of what is known of whole years alone, of the year in which the span ends."""
    if rule.indicator == _GROWTH:
        return f.growth(span, region=region, cls=cls)
    spans = (span, Span("annual", span.period[:4]))
    found = (f.get(rule.indicator, rule.definition or f.definition, s, region=region, cls=cls) for s in spans)
    return next((figure for figure in found if figure), None)


def _compared(f: Figures, rule: Rule, span: Span, now: Figure) -> Figure | None:
    """What a rule takes the difference from; None where it looks at the level, or there is no such figure."""
    if rule.measure == "gdp":
        return f.gdp_growth(span) if now.price == "constant" else None
    if rule.measure in {"year", "relative"}:
        return _figure(f, rule, span.year_before, now.region, now.cls)
    if rule.measure == "quarter" and span.kind == "cumulative" and f.quarter.number > 1:
        return _figure(f, rule, Span(span.kind, str(f.quarter - 1)), now.region, now.cls)
    return None


def _share(f: Figures, span: Span, rule: Rule, now: Number) -> Figure | None:
    """The share in the whole of the place that a rule with a weight looks at."""
    if not rule.weight or not isinstance(now, Figure):
        return None
    return f.get(_SHARES[rule.scope], f.definition, span, region=now.region, cls=now.cls)


def _beyond(rule: Rule, seen: _Seen) -> bool:
    """Whether a measure is beyond the threshold; of a level that is told rounded, wherever the exact one may lie."""
    reach = seen.now.step / 2 - _TOUCH if seen.other is None and seen.now.step else 0.0
    if rule.side == "beyond":
        return abs(seen.measured) - reach >= rule.threshold
    return seen.measured + reach <= rule.threshold if rule.side == "below" else seen.measured - reach >= rule.threshold


def _now(number: Number) -> str:
    if isinstance(number, Figure) and number.indicator == _GROWTH:
        return change(number)
    return f"{cited.cell(number)}{number.display_unit}"


def _size(rule: Rule, seen: _Seen) -> str:
    size = abs(seen.measured)
    if seen.now.display_unit in {"%", "百分点"} or rule.measure == "relative":
        return about(size, seen.now.step)
    return plain(rounded(size, decimals=0))
