"""Proof-reading an edited report against its release: wording, mixed bases, numbers that are in no table.

Belongs here: what is wrong and what to write instead. Does not belong here: reading files (manuscript), the patterns of
wording (proofs.yml), the rule for what may stand side by side in tables (alike).

What the release says itself is taken as it is. In a sentence that was changed every number with a unit of the catalogue
must be an observation of the indicator, place and class that are named nearest to it and of the periods that the
sentence names, a difference of two of them, or stand in a sentence of the release on the same; where no indicator is
named, of any. What is withheld may not be told, whatever the number. In a changed row it is the release's own row.
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

from indicators.catalogue import indicators
from indicators.quarter import Quarter
from pipelines.release.display import MARK, shown
from pipelines.release.figures import CORE, PRICES, VINTAGES, Figure, Figures, Span
from pipelines.release.manuscript import Passage, passages
from pipelines.release.read import figures

_NUMBER: Final = r"\d[\d,]*(?:\.\d+)?"
_POINTS: Final = r"个?百分点"
_SCALES: Final = {"万": 1e4, "亿": 1e8}
_RATE: Final = re.compile(r"比重|占比|份额|增速|增幅|率|占[^，。；]*%|拉动|拉低")
# Before a change that says no more than with what it is compared, the clause before names the subject.
_ONLY_COMPARES: Final = re.compile(r"^(?:(?:比|较|与|同比|环比)[^，。；]{0,10})?$")
_FALLS: Final = re.compile(r"(?:下降|减少|回落|降低|放缓|拉低|低于[^，。；]*|慢于[^，。；]*)了?$")
_RISES: Final = re.compile(r"(?:增长|增加|提高|上升|加快|提升|高于[^，。；]*|快于[^，。；]*)了?$")
_GROWTH: Final = re.compile(rf"(?:增长|下降|增速[为达]?)了?{_NUMBER}%")
_PACE: Final = re.compile(r"(加快|放缓|提速|回落)了?(?:约)?$")
_PACED: Final = re.compile(r"加快|放缓|提速|回落")
# With what a rate may be compared: with itself a year or a cumulative span before, a growth with that of GDP.
_BASES: Final = ("year", "quarter", "gdp")
_AROUND: Final = 14
_BRACKETS: Final = re.compile(r"（[^（）]*）")
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
    """A number of a sentence: its value in its unit, half its last place, the sign that its verb gives, its place.

    ``at`` is its place within its clause.
    """

    value: float
    half: float
    unit: str
    sign: int
    start: int
    end: int
    clause: str
    at: int


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
        self._called = _called(self.figures)

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
                withheld = kept == MARK
                wrong = "这个数因保密不得公布" if withheld else "与发布包的表不同"
                instead = f"{MARK} 不得公布" if withheld else kept or "（空）"
                yield Remark(passage.where, f"{passage.cells[0]}：【{given}】", wrong, instead)

    def _of_numbers(self, where: str, sentence: str) -> Iterator[Remark]:
        for number in _said(sentence):
            called, meant = self._indicator(number)
            context = self._in_context(sentence, number)
            of_it = [f for f in context if not meant or f.indicator in meant]
            here = [f for f in of_it if _matches(f, number)]
            around = _marked(sentence, number.start, number.end)
            if _is_pace(sentence, number):
                if not self._difference(sentence, number):
                    yield Remark(where, around, "发布包中没有这样的增速之差", self._right_pace(sentence, number))
                continue
            if hidden := self._hidden(sentence, number, here, meant):
                yield Remark(
                    where, around, "这个数因保密不得公布", f"{MARK} 不得公布：{self._of_what(hidden)}已隐去，删去"
                )
                continue
            if any(self._usual(figure, number.clause) for figure in here):
                continue
            if self._difference(sentence, number) or self._said_before(sentence, number, called):
                continue
            turned = [f for f in of_it if _matches(f, replace(number, sign=-number.sign))]
            others = [f for f in context if f.indicator not in meant and _matches(f, number)]
            if here:
                yield Remark(where, around, f"基数或版次不同：这是{_basis(here[0])}", self._usual_basis())
            elif any(self._usual(figure, number.clause) for figure in turned):
                yield Remark(where, around, "增减方向与发布包相反", "下降" if number.sign > 0 else "增长")
            elif called:
                beside = f"，这是{self._of_what(others[0])}" if others else ""
                yield Remark(where, around, f"与发布包中的“{called}”不符{beside}", self._right(sentence, number, of_it))
            else:
                scope = f"（未点明指标，与{self._scope(sentence, number)}的各指标都不符）"
                wrong = f"发布包的表和观测值中没有这个数{scope}"
                likely = [f for f in of_it if f.indicator in _guessed(number)]
                yield Remark(where, around, wrong, self._right(sentence, number, likely))

    def _indicator(self, number: Said) -> tuple[str, frozenset[str]]:
        """The name of an indicator nearest before a number of its unit, and the indicators it means; or nothing."""
        lead = number.clause[: number.at]
        found = [
            (lead.rindex(name) + len(name), len(name), name)
            for name, entries in self._called.items()
            if name in lead and any(_in_unit(unit, display, number.unit) for _, unit, display in entries)
        ]
        if not found:
            return "", frozenset()
        name = max(found)[-1]
        return name, frozenset(indicator for indicator, _, _ in self._called[name])

    def _hidden(self, sentence: str, number: Said, same: list[Figure], meant: frozenset[str]) -> Figure | None:
        """A withheld cell that a number would tell, of the place or class named; None where it is one that is told."""
        if not (self._nearest_named("region", sentence, number) or self._nearest_named("class", sentence, number)):
            return None
        wanted = meant or _guessed(number)
        main = [self.figures.main] if self.figures.main else []
        spans = {span for label, span in self._spans(sentence) if label in sentence} or set(main)
        if any(f.indicator in wanted and Span(f.span, f.period) in spans for f in same):
            return None
        there = self._in_context(sentence, number, withheld=True)
        # What is withheld on another basis is not what a sentence means that does not say so.
        told = {_what(f) for f in self._in_context(sentence, number) if self._usual(f, number.clause)}
        return next(
            (
                f
                for f in there
                if f.indicator in wanted
                and Span(f.span, f.period) in spans
                and (_what(f) not in told or self._usual(f, number.clause))
            ),
            None,
        )

    def _of_what(self, figure: Figure) -> str:
        f = self.figures
        name = f.catalogue[figure.indicator, figure.definition]["name_zh"]
        cls = f.class_name(figure.indicator, figure.cls) if figure.cls not in ("", CORE) else ""
        place = f.regions.get(figure.region, figure.region)
        return f"{Span(figure.span, figure.period).label}{place}{cls}的{name}"

    def _right(self, sentence: str, number: Said, of_it: list[Figure]) -> str:
        """What a release says of the indicator meant, of several the nearest number; else a sentence like it."""
        usual = [f for f in of_it if self._usual(f, number.clause) and _scaled(f, number.unit) is not None]
        if not usual:
            return self._nearest(sentence, number)
        figure = min(usual, key=lambda f: abs(abs(_scaled(f, number.unit) or 0.0) - number.value))
        rounded = "（修约数）" if figure.step else ""
        return f"{self._of_what(figure)}为{shown(figure).text}{figure.display_unit}{rounded}"

    def _right_pace(self, sentence: str, number: Said) -> str:
        """The sentence of the release that is most like a changed one and says a pace of the same places."""
        named = self._all_named(number.clause)
        paces = [said for said in self.sentences if "增速" in said and _PACED.search(said)]
        found = get_close_matches(sentence, [s for s in paces if named <= self._all_named(s)], n=1, cutoff=0)
        return f"发布包原句：{found[0]}" if found else "删去"

    def _scope(self, sentence: str, number: Said) -> str:
        """Where a number was looked for, in words."""
        f = self.figures
        regions = self._nearest_named("region", sentence, number) or {f.city.code}
        classes = self._nearest_named("class", sentence, number)
        named = [name for name, _, code in self._names if code in regions | classes and name in sentence]
        return "、".join(dict.fromkeys(named)) or f.city.name

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

    def _in_context(self, sentence: str, number: Said, *, withheld: bool = False) -> list[Figure]:
        """The figures of the places and classes named nearest to a number, of the periods that the sentence names."""
        f = self.figures
        regions = self._nearest_named("region", sentence, number) or {f.city.code}
        classes = self._nearest_named("class", sentence, number) or {"", CORE, "all"}
        spans = {span for label, span in self._spans(sentence) if label in sentence} | set(self._now())
        there = f.within(spans, regions, withheld=withheld)
        return [x for x in there if x.cls in classes or (not x.cls and CORE in classes)]

    def _nearest_named(self, kind: str, sentence: str, number: Said) -> set[str]:
        """The regions or classes of a number's clause, else of the nearest clause before it that names any."""
        clauses = (number.clause, *reversed(re.split(r"[，：]", sentence[: number.end])))
        return next((found for clause in clauses if (found := self._named(kind, clause))), set())

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
        """Whether a number of points is a rate less the same one earlier, or a growth less that of GDP.

        Where the clause, or else the sentence, names with what it is compared, with that alone; a pace is of a growth.
        """
        if "百分点" not in number.unit:
            return False
        f = self.figures
        pace = _is_pace(sentence, number)
        bases = _bases(f.quarter, number.clause) or _bases(f.quarter, sentence) or frozenset(_BASES)
        for now in self._in_context(sentence, number):
            if now.display_unit != "%" or now.rough or not self._usual(now, number.clause):
                continue
            when = Span(now.span, now.period)
            if not (when in self._now() or when.label in sentence) or (pace and not self._paced(sentence, number, now)):
                continue
            place = {"region": now.region, "cls": now.cls, "price": now.price}
            earlier = _before(f.quarter, when, bases)
            others = [f.get(now.indicator, now.definition, span, **place) for span in earlier]
            if now.indicator == "core_growth" and "gdp" in bases:
                others.append(f.gdp_growth(when))
            if any(other and not other.rough and _close((now.value - other.value) * 100, number) for other in others):
                return True
        return False

    def _paced(self, sentence: str, number: Said, now: Figure) -> bool:
        """Whether a pace may be that of a figure: a growth that the nearest clause names; of a quarter where one is."""
        quarter = Span(now.span, now.period).label.split("年")[-1]
        if now.span == "quarter" and quarter not in sentence and "当季" not in sentence:
            return False
        for clause in (number.clause, *reversed(re.split(r"[，：]", sentence[: number.start]))):
            called = {entry[0] for name, entries in self._called.items() if name in clause for entry in entries}
            guessed = _guessed(replace(number, unit="%", clause=clause, at=len(clause)))
            if growths := {name for name in called | guessed if name.endswith("growth")}:
                return now.indicator in growths
        return now.indicator == "core_growth"

    def _said_before(self, sentence: str, number: Said, called: str) -> bool:
        """Whether a sentence or a row of the release on the same places, classes and indicator has the number."""
        named = self._all_named(number.clause)
        topic = number.clause[: max(4, len(number.clause) // 2)]
        for said, numbers in self._told:
            if any(_same(number, other) and called in other.clause for other in numbers) and (
                named <= self._all_named(said) if named else topic in said
            ):
                return True
        bare = sentence[number.start : number.end].removesuffix(number.unit)
        return any(len(row[0]) > 1 and row[0] in sentence and called in row[0] and bare in row[1:] for row in self.rows)

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
    regions = [(name, "region", code) for code, name in f.regions.items()]
    schemes = ("digital", "chain", "sector", "partial")
    classes = [(str(label["name_zh"]), "class", cls) for (scheme, cls), label in f.labels.items() if scheme in schemes]
    return sorted([*regions, *classes], key=lambda entry: (-len(entry[0]), entry))


def _called(f: Figures) -> dict[str, set[tuple[str, str, str]]]:
    """Each name of an indicator that the release holds → the indicators it may mean, with unit and display unit."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    words: dict[str, list[str]] = _table()["called"]
    for (indicator, _), entry in f.catalogue.items():
        short = _BRACKETS.sub("", entry["name_zh"])
        for name in {entry["name_zh"], short, short.removeprefix("在单"), *words.get(indicator, [])}:
            found.setdefault(name, set()).add((indicator, entry["unit"], entry["display_unit"]))
    return found


def _guessed(number: Said) -> frozenset[str]:
    """The indicators that a number without the name of one is likely to be, by its unit and the words before it."""
    for rule in _table()["guessed"]:
        if rule["unit"] in number.unit and re.search(rule["words"], number.clause[: number.at]):
            return frozenset(rule["indicators"])
    return frozenset()


def _is_pace(sentence: str, number: Said) -> bool:
    """Whether a number of points says how much faster or slower something grows."""
    if "百分点" not in number.unit or not (pace := _PACE.search(number.clause[: number.at])):
        return False
    subject = sentence[: number.end].removesuffix(number.clause)
    return pace[1] != "回落" or "增速" in number.clause or ("增速" in subject and "比重" not in number.clause)


def _bases(quarter: Quarter, text: str) -> frozenset[str]:
    """With which of ``_BASES`` a text compares."""
    earlier = (quarter - 1).cumulative_name if quarter.number > 1 else "上季"
    words = {"year": "上年", "quarter": earlier, "gdp": "GDP"}
    return frozenset(base for base, word in words.items() if word in text)


def _before(quarter: Quarter, now: Span, bases: frozenset[str]) -> list[Span]:
    """The periods that a figure of a period is compared with."""
    year = [now.year_before] if "year" in bases else []
    own = now.kind == "cumulative" and now.period == str(quarter) and quarter.number > 1
    return [*year, *([Span(now.kind, str(quarter - 1))] if own and "quarter" in bases else [])]


def _what(figure: Figure) -> tuple[str, ...]:
    """What a figure is of, on whatever basis."""
    return figure.indicator, figure.span, figure.period, figure.region, figure.cls


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(
        files("pipelines.release").joinpath("proofs.yml").read_text(encoding="utf-8")
    )
    for rule in table["rules"]:
        rule["pattern"] = re.compile(rule["pattern"].format(number=_NUMBER, points=_POINTS))
    return table


@cache
def _figure() -> re.Pattern[str]:
    """A number with a unit of the catalogue; what is but a name of a kind of number, or of a time, is none."""
    table, known = _table(), indicators().values()
    units = {unit for entry in known for unit in (entry.unit, entry.display_unit)} | set(table["same_unit"])
    amounts = sorted(units - set(table["no_amount"]) - {"百分点"}, key=lambda unit: (-len(unit), unit))
    one = "|".join(map(re.escape, amounts))
    follows = "|".join(table["no_count"])
    return re.compile(
        rf"(?<![\d.,A-Za-z_/—–第-])(?P<sign>−?)(?P<n>{_NUMBER})(?P<unit>{_POINTS}|[万亿]?(?:{one})(?!{follows}))"
    )


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
        carries = _figure() if kind == "vintage" else _GROWTH
        stated = [clause for clause in clauses if carries.search(clause)]
        words = [word for group in groups for word in group if any(word in clause for clause in stated)]
        if len({tuple(group) for group in groups for word in group if word in words}) > 1:
            name = {"price": "价格", "base": "基数", "vintage": "版次"}[kind]
            yield Remark(where, sentence[:60], f"一句之中混用了{name}：{'、'.join(words)}", "分成两句，各自写明口径")


def _said(sentence: str) -> list[Said]:
    """The numbers with a unit of a sentence; dates, years and numbers of tables have none."""
    found = []
    for match in _figure().finditer(sentence):
        start = max(sentence.rfind(mark, 0, match.start()) for mark in "，：、") + 1
        end = min((at for mark in "，：、" if (at := sentence.find(mark, match.end())) >= 0), default=len(sentence))
        digits = match["n"].replace(",", "")
        lead = sentence[start : match.start()]
        sign = -1 if match["sign"] or _FALLS.search(lead) else 1 if _RISES.search(lead) else 0
        half = float(Decimal(1).scaleb(Decimal(digits).as_tuple().exponent) / 2)  # type: ignore[arg-type]
        clause = sentence[start:end]
        unit = _table()["same_unit"].get(match["unit"], match["unit"])
        found.append(Said(float(digits), half, unit, sign, match.start(), match.end(), clause, match.start() - start))
    return found


def _matches(figure: Figure, number: Said) -> bool:
    scaled = _scaled(figure, number.unit)
    return scaled is not None and _close(scaled, number)


def _scaled(figure: Figure, unit: str) -> float | None:
    """A figure's value in the unit of a text; None where it has another dimension."""
    if not _in_unit(figure.unit, figure.display_unit, unit):
        return None
    if unit == "%" or "百分点" in unit:
        return figure.value * 100
    return figure.value if unit == figure.unit else figure.value / _SCALES.get(unit[0], 1.0)


def _in_unit(unit: str, display_unit: str, said: str) -> bool:
    """Whether what is kept in a unit and shown in another may be said in a third."""
    if "百分点" in said:
        return display_unit == "百分点"
    if said == "%":
        return display_unit == "%"
    return said in {unit, *(f"{scale}{unit}" for scale in _SCALES)}


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
