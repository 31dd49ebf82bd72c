"""Proof-reading an edited report against its release: wording, mixed bases, numbers that are in no table.

Belongs here: what is wrong and what to write instead. Does not belong here: reading files (manuscript), the patterns of
wording (proofs.yml), the rule for what may stand side by side in tables (alike).

What the release says itself is taken as it is. In a sentence that was changed every number with a unit must be an
observation of the places, classes and periods that the sentence names, a difference of two of them, or stand in a
sentence of the release on the same; in a changed row, the number of the release's own row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from indicators.quarter import Quarter
from pipelines.release.figures import CORE, PRICES, VINTAGES, Figure, Figures, Span
from pipelines.release.manuscript import Passage, passages
from pipelines.release.read import figures

_NUMBER: Final = r"\d[\d,]*(?:\.\d+)?"
_POINTS: Final = r"个?百分点"
_UNITS: Final = r"亿元|万元|%|个?百分点|家|人|户"
_FIGURE: Final = re.compile(rf"(?<![\d.,A-Za-z_/—–-])(?P<sign>−?)(?P<n>{_NUMBER})(?P<unit>{_UNITS})")
_RATE: Final = re.compile(r"比重|占比|份额|增速|增幅|率|占[^，。；]*%|拉动|拉低")
# Before a change that says no more than with what it is compared, the clause before names the subject.
_ONLY_COMPARES: Final = re.compile(r"^(?:(?:比|较|与|同比|环比)[^，。；]{0,10})?$")
_FALLS: Final = re.compile(r"(?:下降|减少|回落|降低|放缓|拉低|低于[^，。；]*|慢于[^，。；]*)了?$")
_RISES: Final = re.compile(r"(?:增长|增加|提高|上升|加快|提升|高于[^，。；]*|快于[^，。；]*)了?$")
_GROWTH: Final = re.compile(rf"(?:增长|下降|增速[为达]?)了?{_NUMBER}%")
_AROUND: Final = 14
# What is shorter is a label or a key figure, and tells a reader nothing as the sentence to go back to.
_SHORTEST: Final = 12
# Of this many sentences that are most like it the one with the nearest number is shown.
_CLOSE: Final = 5
_PRODUCTS: Final = ("bulletin.html", "leaders.html", "bulletin.docx")
_OTHER_WORDS: Final = {"full_scope": "全口径", "benchmarked": "衔接", "income_approach": "收入法"}


@dataclass(frozen=True)
class Remark:
    """What is wrong: where, with the text around, why, and what to write."""

    where: str
    around: str
    wrong: str
    instead: str


@dataclass(frozen=True)
class Said:
    """A number of a sentence: its value in its unit, half its last place, the sign that its verb gives, its place."""

    value: float
    half: float
    unit: str
    sign: int
    start: int
    end: int
    clause: str


class Proof:
    """A release against which texts are held, or a copy of one: then what stands in the copy alone counts.

    Args:
        folder: of either.
        release: of which it is a copy.
    """

    def __init__(self, folder: Path, release: Path | None = None) -> None:
        self.folder = folder
        given = [passage for name in _PRODUCTS if (folder / name).exists() for passage in passages(folder / name)]
        self.rows = {passage.cells for passage in given if passage.cells}
        self.sentences = dict.fromkeys(s for passage in given if not passage.cells for s in sentences(passage.text))
        self._told = [(sentence, _said(sentence)) for sentence in self.sentences]
        self.figures = figures(release or folder, folder)
        self._names = _names(self.figures)

    def remarks(self, path: Path) -> list[Remark]:
        """What is wrong with a file, in its order.

        Raises:
            InputError: the file cannot be read.
        """
        found: list[Remark] = []
        for passage in passages(path):
            if passage.cells:
                found += self._of_row(passage)
                continue
            for sentence in sentences(passage.text):
                wording = [*_wording(passage.where, sentence), *_mixed(passage.where, sentence)]
                found += wording
                # A number under a wrong word is not looked for: what it should be is said already.
                if sentence not in self.sentences and not wording:
                    found += self._of_numbers(passage.where, sentence)
        return found

    def _of_row(self, passage: Passage) -> Iterator[Remark]:
        if passage.cells in self.rows or not any(re.search(r"\d", cell) for cell in passage.cells[1:]):
            return
        alike = [r for r in self.rows if r[0] == passage.cells[0] and len(r) == len(passage.cells)]
        if not alike:
            yield Remark(passage.where, passage.text[:40], "发布包的表中没有这一行", "删去，或在正文中说明出处")
            return
        nearest = max(sorted(alike), key=lambda row: sum(a == b for a, b in zip(row, passage.cells, strict=True)))
        for given, kept in zip(passage.cells, nearest, strict=True):
            if given != kept:
                yield Remark(passage.where, f"{passage.cells[0]}：【{given}】", "与发布包的表不同", kept or "（空）")

    def _of_numbers(self, where: str, sentence: str) -> Iterator[Remark]:
        for number in _said(sentence):
            here = [f for f in self._in_context(sentence, number) if _matches(f, number)]
            if any(self._usual(figure, number.clause) for figure in here):
                continue
            if self._difference(sentence, number) or self._said_before(sentence, number):
                continue
            around = _marked(sentence, number.start, number.end)
            turned = [f for f in self._in_context(sentence, number) if _matches(f, replace(number, sign=-number.sign))]
            if here:
                yield Remark(where, around, f"基数或版次不同：这是{_basis(here[0])}", self._usual_basis())
            elif any(self._usual(figure, number.clause) for figure in turned):
                yield Remark(where, around, "增减方向与发布包相反", "下降" if number.sign > 0 else "增长")
            else:
                yield Remark(where, around, "发布包的表和观测值中没有这个数", self._nearest(sentence, number))

    def _usual(self, figure: Figure, clause: str) -> bool:
        """Whether a figure stands on the report's own basis, or the clause says on which other."""
        word = _OTHER_WORDS.get(figure.definition)
        if word is not None and word not in clause:
            return False
        f = self.figures
        if figure.indicator == "core_growth" and word is None and f.definition == "rate_method":
            ours = figure.price == f.growth_price and figure.base == "comparable"
            said = figure.price != f.growth_price and PRICES[figure.price] in clause and figure.base == "comparable"
            if not (ours or said):
                return False
        same = f.all(
            figure.indicator,
            figure.definition,
            Span(figure.span, figure.period),
            region=figure.region,
            cls=figure.cls,
            price=figure.price,
        )
        newest = not same or same[0].vintage == figure.vintage
        return newest or VINTAGES[figure.vintage] in clause or "版次" in clause

    def _usual_basis(self) -> str:
        f = self.figures
        return f"用本报告的口径（{f.growth_name}、同一版次），或写明口径并另立一句"

    def _in_context(self, sentence: str, number: Said) -> list[Figure]:
        """The figures of the places, classes and periods that are named up to the number."""
        f = self.figures
        text = sentence[: number.end]
        regions = self._named("region", number.clause) or self._named("region", text) or {f.city.code}
        classes = self._named("class", number.clause) or self._named("class", text) or {"", CORE, "all"}
        spans = {span for label, span in self._spans(sentence) if label in sentence} | set(self._now())
        return [x for x in f.within(spans, regions) if x.cls in classes or (not x.cls and CORE in classes)]

    def _now(self) -> list[Span]:
        f = self.figures
        ours = [Span("cumulative", str(f.quarter)), Span("quarter", str(f.quarter))]
        return [*ours, *([f.main] if f.main else []), Span("annual", str(f.quarter.year))]

    @staticmethod
    @cache
    def _labels(first: int, last: int) -> tuple[tuple[str, Span], ...]:
        quarters = [Quarter(year, n) for year in range(first, last + 1) for n in (1, 2, 3, 4)]
        spans = [Span(kind, str(q)) for q in quarters for kind in ("cumulative", "quarter")]
        spans += [Span("annual", str(year)) for year in range(first, last + 1)]
        return tuple((span.label, span) for span in spans)

    def _spans(self, sentence: str) -> list[tuple[str, Span]]:
        """Labels and the spans that they name; 前三季度 alone is that of the release's year."""
        year = self.figures.quarter.year
        found = list(self._labels(year - 5, year))
        found += [(label.removeprefix(f"{year}年"), span) for label, span in found if span.period[:4] == str(year)]
        if "上年" in sentence:
            found += [("上年", span.year_before) for span in self._now()]
        return [(label, span) for label, span in found if label]

    def _named(self, kind: str, text: str) -> set[str]:
        """The codes of the regions or classes that a text names, the longest names first."""
        found: set[str] = set()
        for name, which, code in self._names:
            if name in text:
                if which == kind:
                    found.add(code)
                text = text.replace(name, "＿" * len(name))
        return found

    def _difference(self, sentence: str, number: Said) -> bool:
        """Whether a number of points is a rate less the same one earlier, or a growth less that of GDP."""
        if "百分点" not in number.unit:
            return False
        f = self.figures
        earlier = [span for now in self._now() if now.kind == "cumulative" for span in _before(f.quarter, now)]
        for now in self._in_context(sentence, number):
            if now.display_unit != "%" or not self._usual(now, number.clause):
                continue
            place = {"region": now.region, "cls": now.cls, "price": now.price}
            others = [f.get(now.indicator, now.definition, span, **place) for span in earlier]
            if now.indicator == "core_growth":
                others.append(f.gdp_growth(Span(now.span, now.period)))
            if any(other and _close((now.value - other.value) * 100, number) for other in others):
                return True
        return False

    def _said_before(self, sentence: str, number: Said) -> bool:
        """Whether a sentence or a row of the release on the same places and classes has the number."""
        named = self._all_named(number.clause)
        topic = number.clause[: max(4, len(number.clause) // 2)]
        for said, numbers in self._told:
            if any(_same(number, other) for other in numbers) and (
                named <= self._all_named(said) if named else topic in said
            ):
                return True
        bare = sentence[number.start : number.end].removesuffix(number.unit)
        return any(len(row[0]) > 1 and row[0] in sentence and bare in row[1:] for row in self.rows)

    def _all_named(self, text: str) -> set[str]:
        return self._named("region", text) | self._named("class", text)

    def _nearest(self, sentence: str, number: Said) -> str:
        """The sentence of the release that is most like a changed one, on the same places and with such a number."""
        named = self._all_named(number.clause)
        such = {
            said: min(abs(n.value - number.value) for n in numbers if n.unit == number.unit)
            for said, numbers in self._told
            if len(said) >= _SHORTEST and any(n.unit == number.unit for n in numbers) and named <= self._all_named(said)
        }
        found = get_close_matches(sentence, such, n=_CLOSE, cutoff=0)
        return f"发布包原句：{min(found, key=such.__getitem__)}" if found else "改为表中的数，或删去"


def sentences(text: str) -> list[str]:
    """The sentences of a text, without their full stops."""
    return [sentence for sentence in re.split(r"[。；]", text) if sentence]


def _names(f: Figures) -> list[tuple[str, str, str]]:
    """Name, whether of a region or a class, and code, the longest name first."""
    regions = [(name, "region", code) for code, name in f.city.regions.items()]
    schemes = ("digital", "chain", "sector", "partial")
    classes = [(str(label["name_zh"]), "class", cls) for (scheme, cls), label in f.labels.items() if scheme in schemes]
    return sorted([*regions, *classes], key=lambda entry: (-len(entry[0]), entry))


def _before(quarter: Quarter, now: Span) -> list[Span]:
    return [now.year_before, *([Span(now.kind, str(quarter - 1))] if quarter.number > 1 else [])]


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(
        files("pipelines.release").joinpath("proofs.yml").read_text(encoding="utf-8")
    )
    for rule in table["rules"]:
        rule["pattern"] = re.compile(rule["pattern"].format(number=_NUMBER, points=_POINTS))
    return table


def _wording(where: str, sentence: str) -> Iterator[Remark]:
    for rule in _table()["rules"]:
        for match in rule["pattern"].finditer(sentence):
            rate = _of_rate(sentence, match.start())
            if rule["subject"] == "any" or (rule["subject"] == "rate") == rate:
                instead = rule["instead"].format(**match.groupdict())
                yield Remark(where, _marked(sentence, *match.span()), rule["wrong"], instead)


def _of_rate(sentence: str, at: int) -> bool:
    """Whether what changes is a rate: by the clause so far, or by the one before where this one only compares."""
    *before, own = re.split(r"[，：]", sentence[:at])
    if _ONLY_COMPARES.match(own) and before:
        own = before[-1]
    return bool(_RATE.search(own))


def _mixed(where: str, sentence: str) -> Iterator[Remark]:
    table = _table()
    if any(word in sentence for word in table["declared"]):
        return
    clauses = re.split(r"[，：]", sentence)
    for kind, groups in table["kinds"].items():
        carries = _FIGURE if kind == "vintage" else _GROWTH
        stated = [clause for clause in clauses if carries.search(clause)]
        words = [word for group in groups for word in group if any(word in clause for clause in stated)]
        if len({tuple(group) for group in groups for word in group if word in words}) > 1:
            name = {"price": "价格", "base": "基数", "vintage": "版次"}[kind]
            yield Remark(where, sentence[:60], f"一句之中混用了{name}：{'、'.join(words)}", "分成两句，各自写明口径")


def _said(sentence: str) -> list[Said]:
    """The numbers with a unit of a sentence; dates, years and numbers of tables have none."""
    found = []
    for match in _FIGURE.finditer(sentence):
        start = max(sentence.rfind(mark, 0, match.start()) for mark in "，：、") + 1
        end = min((at for mark in "，：、" if (at := sentence.find(mark, match.end())) >= 0), default=len(sentence))
        digits = match["n"].replace(",", "")
        lead = sentence[start : match.start()]
        sign = -1 if match["sign"] or _FALLS.search(lead) else 1 if _RISES.search(lead) else 0
        half = float(Decimal(1).scaleb(Decimal(digits).as_tuple().exponent) / 2)  # type: ignore[arg-type]
        clause = sentence[start:end]
        found.append(Said(float(digits), half, match["unit"], sign, match.start(), match.end(), clause))
    return found


def _matches(figure: Figure, number: Said) -> bool:
    scaled = _scaled(figure, number.unit)
    return scaled is not None and _close(scaled, number)


def _scaled(figure: Figure, unit: str) -> float | None:
    """A figure's value in the unit of a text; None where it has another dimension."""
    if unit == "%":
        return figure.value * 100 if figure.display_unit == "%" else None
    if "百分点" in unit:
        return figure.value * 100 if figure.display_unit == "百分点" else None
    if unit in {"亿元", "万元"}:
        return figure.value / (1e8 if unit == "亿元" else 1e4) if figure.unit == "元" else None
    return figure.value if figure.display_unit == unit else None


def _close(value: float, number: Said) -> bool:
    """Whether a value displays as the number, in the direction that the words give."""
    if number.sign and value * number.sign < 0 and abs(value) > number.half:
        return False
    return abs(abs(value) - number.value) <= number.half * (1 + 1e-9)


def _same(one: Said, other: Said) -> bool:
    """Whether two numbers are the same, neither said to rise where the other falls."""
    return (one.value, one.unit) == (other.value, other.unit) and one.sign * other.sign >= 0


def _basis(figure: Figure) -> str:
    words: Iterable[str] = (
        _OTHER_WORDS.get(figure.definition, ""),
        PRICES[figure.price] if figure.price != "none" else "",
        {"published": "公布基数", "comparable": "同口径"}.get(figure.base, ""),
        VINTAGES[figure.vintage] + "版次",
    )
    return "、".join(word for word in words if word) + "的数"


def _marked(sentence: str, start: int, end: int) -> str:
    lead, tail = sentence[max(0, start - _AROUND) : start], sentence[end : end + _AROUND]
    return f"{'…' if start > _AROUND else ''}{lead}【{sentence[start:end]}】{tail}"
