"""How good the coding help is, on words it was not trained on: ``python -m classification.suggest_quality``.

Belongs here: the held-out measurements and their table, which ``docs/methods/coding.md`` holds word for word.
Does not belong here: the training (training.py). Nothing in ``codes/activity_evaluation.csv`` is ever trained on.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from classification.activity import clean, split
from classification.standard import load_standard
from classification.suggestion import agrees, gbt_ranker, suggest
from classification.training import gbt_texts, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from classification.suggestion import Ranker

FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Phrase:
    """A hand-written description, its class, and its part: ``development`` or ``test``."""

    activity: str
    gbt: str
    part: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of ``n`` descriptions whose class came first, and came among the first five."""

    name: str
    n: int
    top1: float
    top5: float


def phrases(part: str) -> tuple[Phrase, ...]:
    """The evaluation phrases of a part (``codes/activity_evaluation.csv``)."""
    text = (resources.files("classification") / "codes" / "activity_evaluation.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Phrase(row["activity"], row["gbt"], row["part"]) for row in rows if row["part"] == part)


def reworded(phrase: Phrase, texts: Mapping[str, Sequence[str]]) -> bool:
    """Whether no training text of the right class, its verb aside, stands in the phrase."""
    words = clean(phrase.activity)
    things = (split(text)[0] for text in texts[phrase.gbt])
    return not any(len(thing) > 1 and thing in words for thing in things)


def accuracies() -> tuple[Accuracy, ...]:
    """Every top-1 and top-5 accuracy, in the order of the table."""
    standard = load_standard()
    listed = terms()
    ranker, names = gbt_ranker(listed), gbt_ranker({})
    texts = gbt_texts(listed)
    test = phrases("test")
    core = [one for one in test if standard.core_of(one.gbt)]
    other = [one for one in test if not standard.core_of(one.gbt)]
    new = [one for one in test if reworded(one, texts)]
    return (
        _gbt("国民经济行业小类，全部测试语句 GB/T class, all test phrases", ranker, test),
        _gbt("其中：数字经济核心产业小类 of these, core classes", ranker, core),
        _gbt("其中：其余小类 of these, other classes", ranker, other),
        _gbt("其中：不含该小类任何训练词 of these, no training text of the class in the phrase", ranker, new),
        _gbt("国民经济行业中类，全部测试语句 GB/T group (3 digits)", ranker, test, digits=3),
        _gbt("国民经济行业大类，全部测试语句 GB/T division (2 digits)", ranker, test, digits=2),
        _gbt("仅用标准名称训练，全部测试语句 trained on names alone, all test phrases", names, test),
        _digital("数字经济小类，核心产业测试语句 digital class, core test phrases", core),
        _folds("留出的列举词，五折 held-out terms, five folds"),
        _gbt("调参所用的开发语句 development phrases (settings chosen on them)", ranker, phrases("development")),
    )


def _share(name: str, places: Iterable[int]) -> Accuracy:
    """``places``: where the right answer came, from 0; -1 where it did not come."""
    found = list(places)
    hits = [sum(0 <= place < k for place in found) / len(found) for k in (1, 5)]
    return Accuracy(name, len(found), *hits)


def _gbt(name: str, ranker: Ranker, asked: Sequence[Phrase], *, digits: int = 4) -> Accuracy:
    return _share(name, (_place(ranker, one.activity, one.gbt, digits) for one in asked))


def _place(ranker: Ranker, text: str, gbt: str, digits: int = 4) -> int:
    ranked = [code[:digits] for code, _ in ranker.best(text, 5)]
    return ranked.index(gbt[:digits]) if gbt[:digits] in ranked else -1


def _digital(name: str, asked: Sequence[Phrase]) -> Accuracy:
    core_of = load_standard().core_of

    def place(one: Phrase) -> int:
        ranked = [found.code for found in suggest(one.activity) if found.system == "digital"]
        right = [ranked.index(code) for code in core_of(one.gbt) if code in ranked]
        return min(right, default=-1)

    return _share(name, map(place, asked))


def _folds(name: str) -> Accuracy:
    """Every term once as a question to a ranker that was trained without it (and without a fifth of the others)."""
    pairs = [(code, term) for code, held in terms().items() for term in held]
    places: list[int] = []
    for fold in range(FOLDS):
        kept: dict[str, list[str]] = {}
        for at, (code, term) in enumerate(pairs):
            if at % FOLDS != fold:
                kept.setdefault(code, []).append(term)
        ranker = gbt_ranker(kept)
        places.extend(_place(ranker, term, code) for code, term in pairs[fold::FOLDS])
    return _share(name, places)


def agreement() -> tuple[Counter[bool | None], Counter[bool | None]]:
    """What ``agrees`` says of right codes, and of wrong ones: the codes of other divisions' test phrases."""
    test = phrases("test")
    right = Counter(agrees(one.activity, one.gbt) for one in test)
    wrong = Counter(
        agrees(one.activity, gbt) for one in test for gbt in (other.gbt for other in test) if gbt[:2] != one.gbt[:2]
    )
    return right, wrong


def unasked() -> tuple[int, int]:
    """Test phrases of classes outside the core that got a digital class all the same, and their number."""
    other = [one for one in phrases("test") if not load_standard().core_of(one.gbt)]
    return sum(any(found.system == "digital" for found in suggest(one.activity)) for one in other), len(other)


def report() -> str:
    """The measurements as one Markdown text; the same text on every run."""
    lines = ["| 测什么 What | 条数 n | 首位 top-1 | 前五 top-5 |", "|---|--:|--:|--:|"]
    lines += [f"| {one.name} | {one.n:,} | {one.top1:.1%} | {one.top5:.1%} |" for one in accuracies()]
    lines += ["", "| `agrees` | 组合数 n | 相符 True | 不能判断 None | 不符 False |", "|---|--:|--:|--:|--:|"]
    for name, said in zip(
        ("代码正确 right code", "代码错到其他大类 code of another division"), agreement(), strict=True
    ):
        n = said.total()
        lines.append(f"| {name} | {n:,} | {said[True] / n:.1%} | {said[None] / n:.1%} | {said[False] / n:.1%} |")
    given, n = unasked()
    lines += ["", f"核心产业以外的测试语句中，{given}/{n} 条仍得到数字经济小类建议（给人看，不自动采用）。"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":  # pragma: no cover
    sys.stdout.write(report())
