"""Rules of early warning: a table of predicates over facts, guarded, and the statement that each becomes.

Belongs here: reading and guarding ``rules.csv``. Does not belong here: the facts (facts, ``firm_fact.sql``), what a
signal says (sentences).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, field_validator

from classification.errors import InputError
from pipelines.review.rules import require_expression

Kind = Literal["pattern", "onset", "trend"]
Level = Literal["industry", "sector", "firm"]
KINDS: Final[dict[Kind, str]] = {"pattern": "规律性", "onset": "苗头性", "trend": "趋势性"}
LEVELS: Final[dict[Level, str]] = {"industry": "产业", "sector": "行业", "firm": "企业"}
FILE: Final = "rules.csv"
# How what is owed grows over a year, how revenue does, and the one less the other.
RECEIVABLES: Final = frozenset({"receivables_growth", "revenue_growth", "receivables_gap"})
# The numbers of a fact, by level: what predicates may look at and sentences may say.
_COMMON: Final = frozenset({"growth", "falls"}) | RECEIVABLES
_CLASSES: Final = _COMMON | {
    *("growth_before", "drop", "margin", "margin_before", "margin_fall", "share", "share_falls"),
    *("leading_growth", "leading_before", "leading_drop", "leading_falls"),
    *("trend_tau", "trend_p", "season", "season_mean", "season_deviation", "season_gap", "units", "units_left"),
}
NUMBERS: Final[dict[Level, frozenset[str]]] = {
    "industry": _CLASSES,
    "sector": _CLASSES,
    "firm": _COMMON | {"quarter_growth", "place", "place_before", "absent"},
}
# What a fact says in words, beside its numbers.
_SAID: Final = frozenset({"name", "class", "quarter", "span"})
_SENT: Final = _SAID | {"month", "proxy", "department"}
WORDS: Final[dict[Level, frozenset[str]]] = {"industry": _SENT, "sector": _SENT, "firm": _SAID}
_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_THRESHOLD: Final = re.compile(r"\bthreshold\b")


class Rule(BaseModel):
    """One rule: where its predicate holds of a fact there is a signal of its kind.

    Attributes:
        name_zh: what lists call it, in a few characters.
        level: the levels whose facts the rule looks at, separated by ``;`` in the table.
        inputs: the numbers that are kept as the signal's evidence.
        predicate: one SQL expression over a fact; ``threshold`` in it stands for the rule's threshold.
        threshold: fractions for rates and shares, numbers for counts.
        owner: who has to look at it.
        sentence_zh: what is said; ``{input:how}`` stands for a number (``sentences``), ``{name}``, ``{class}``,
            ``{quarter}`` and ``{span}`` for words, of classes ``{month}``, ``{proxy}`` and ``{department}`` as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    name_zh: str
    kind: Kind
    level: tuple[Level, ...]
    inputs: tuple[str, ...]
    predicate: str
    threshold: float
    owner: str
    sentence_zh: str
    source: str

    @field_validator("level", "inputs", mode="before")
    @classmethod
    def _list(cls, text: object) -> object:
        return tuple(text.split(";")) if isinstance(text, str) else text

    @property
    def condition(self) -> str:
        """The predicate with the threshold put in."""
        return _THRESHOLD.sub(f"{self.threshold:.12g}", self.predicate)

    @property
    def placeholders(self) -> list[tuple[str, str]]:
        """What the sentence asks for: a number and how it is said, or a word and ''."""
        return [(name, how or "") for name, how in _PLACEHOLDER.findall(self.sentence_zh)]

    @property
    def words(self) -> list[str]:
        """What the sentence says of whatever fact, between its placeholders."""
        return [part for part in _PLACEHOLDER.split(self.sentence_zh)[::3] if part]


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, each guarded."""
    text = (files(__package__) / FILE).read_text(encoding="utf-8")
    found = tuple(Rule.model_validate(row) for row in csv.DictReader(text.splitlines()))
    for rule in found:
        guard(rule)
    return found


def rule(name: str) -> Rule:
    """The rule of an id.

    Raises:
        InputError: there is none.
    """
    found = next((one for one in rules() if one.id == name), None)
    if found is None:
        raise InputError(f"没有预警规则“{name}”。", f"There is no rule of early warning {name!r}.", where=FILE)
    return found


def guard(rule: Rule) -> None:
    """Refuse a rule whose predicate is more than one expression, or that asks for what the facts do not have.

    Raises:
        InputError: the predicate is no plain expression; an input is no number of a level's facts; the sentence says a
            number that is no input, so that it would stand there without evidence. The rule is named.
    """
    require_expression(rule.condition, f"warning/{FILE} {rule.id}")
    for level in rule.level:
        if unknown := sorted(set(rule.inputs) - NUMBERS[level]):
            raise InputError(
                f"预警规则的输入在{LEVELS[level]}层没有：{'、'.join(unknown)}。",
                f"A rule of early warning asks for what facts of level {level} do not have: {', '.join(unknown)}.",
                where=f"{FILE} {rule.id}",
            )
    known = frozenset(rule.inputs).union(frozenset.intersection(*(WORDS[level] for level in rule.level)))
    if unsaid := [name for name, _ in rule.placeholders if name not in known]:
        raise InputError(
            f"预警规则的说明用到了未列为输入的数：{'、'.join(unsaid)}。",
            f"The sentence of a rule says numbers that are not among its inputs: {', '.join(unsaid)}.",
            where=f"{FILE} {rule.id}",
        )


def statement_of(template: str, rule: Rule) -> str:
    """The facts of which a rule holds: ``signal.sql`` with the rule put in."""
    levels = ", ".join(f"'{level}'" for level in rule.level)
    return template.replace("'' /* levels */", levels).replace("FALSE /* predicate */", f"({rule.condition})")
