"""What a signal says: the rule's sentence with the fact's numbers, in the bureau's wording.

Belongs here: how each kind of number is said. Does not belong here: which signals there are (steps.warned).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.release.wording import growth, percent, plain, points, rounded
from pipelines.warning.rules import Rule

# How a number stands in a sentence.
HOW: Final[dict[str, Callable[[float], str]]] = {
    "growth": growth,
    "slower": lambda value: points(-value, "加快", "回落"),
    "percent": percent,
    "points": lambda value: f"{percent(abs(value))}个百分点",
    "count": lambda value: plain(rounded(value, decimals=0)),
    "decimal": lambda value: plain(rounded(value, decimals=3)),
}


def sentence(rule: Rule, fact: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The sentence of a signal.

    Args:
        rule: whose predicate holds.
        fact: the numbers of the fact; those that the sentence says are there, as the predicate holds.
        names: what ``{name}`` and ``{class}`` stand for.

    Raises:
        InputError: the sentence says a number in a way that does not exist, or one that the fact does not have.
    """
    period = Quarter.parse(str(fact["quarter"]))
    text = rule.sentence_zh
    words = {"quarter": period.label("quarter"), "span": period.label("cumulative"), **names}
    for name, how in rule.placeholders:
        text = text.replace(f"{{{name}:{how}}}" if how else f"{{{name}}}", _said(rule, fact, words, name, how))
    return text


def without_largest(row: Mapping[str, Any], cited: Callable[[str, str], str] = lambda text, _: text) -> str:
    """Growth with and without the largest units, after a signal; '' where that would disclose.

    Args:
        row: ``reported_growth, growth_but1, growth_but3`` of the class, cumulative, current prices, missing where too
            few units would be left.
        cited: what becomes of a text with a number, and of the column that it is of.
    """
    left = {"全部": "reported_growth", "剔除最大一户后": "growth_but1", "剔除最大三户后": "growth_but3"}
    said = [cited(f"{lead}{growth(row[name])}", name) for lead, name in left.items() if row[name] is not None]
    return f"按现价累计，已报单位{'，'.join(said)}。" if len(said) > 1 else ""


def _said(rule: Rule, fact: Mapping[str, Any], words: Mapping[str, str], name: str, how: str) -> str:
    if not how:
        return words[name]
    if how not in HOW or fact.get(name) is None:
        raise InputError(
            f"预警规则的说明不能写出“{name}:{how}”：没有这个数，或没有这种写法（可用：{'、'.join(HOW)}）。",
            f"The sentence of a rule cannot say {name}:{how}: no such number, or no such way ({', '.join(HOW)}).",
            where=f"rules.csv {rule.id}",
        )
    return HOW[how](float(fact[name]))
