"""Review rules: a table of predicates, and the one statement that it becomes.

Belongs here: reading and guarding ``rules.csv``, and filling the statements' marks from it. Does not belong here: which
table is reviewed when (steps).
"""

from __future__ import annotations

import atexit
import csv
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, field_validator

from classification.errors import InputError

Severity = Literal["hard", "soft"]
AppliesTo = Literal["quarterly", "annual", "register", "claim", "cells"]
_SEVERITIES: Final[tuple[Severity, ...]] = ("hard", "soft")
# What a predicate may call: arithmetic and texts of one row. Nothing that reads, waits, draws or remembers.
_FUNCTIONS: Final = frozenset(
    {"+", "-", "*", "/", "||", "%", "abs", "round", "floor", "ceil", "log10", "greatest", "least", "length", "strpos"}
    | {"amount", "substr", "upper", "lower", "trim", "replace", "~~", "!~~", "like_escape", "not_like_escape", "concat"}
)
_TOLERANCE: Final = re.compile(r"\btolerance\b")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


class Rule(BaseModel):
    """One rule: 强制性 (hard) sets the row aside, 核实性 (soft) raises a query; neither changes a value.

    Attributes:
        applies_to: the kinds of rows that the rule looks at, separated by ``;`` in the table.
        predicate: one SQL expression over a typed row that is true where the rule is broken; ``tolerance`` in it stands
            for the rule's tolerance.
        expected: what the value was compared with, as text, money by ``amount`` in the unit of the return; '' where
            there is no such number.
        deviation: yuan of revenue by which the published total may be off; '' where the item does not enter it.
        suspicion: how likely an error is where the rule is broken, 0 to 1, by judgement.
        message_zh: what to do, in Chinese; ``{column}`` stands for the form's header of that column.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    severity: Severity
    applies_to: tuple[AppliesTo, ...]
    column: str
    predicate: str
    tolerance: float | None = None
    expected: str = ""
    deviation: str = ""
    suspicion: float = Field(default=1.0, ge=0, le=1)
    message_zh: str
    message_en: str
    source: str

    @field_validator("tolerance", mode="before")
    @classmethod
    def _blank_is_none(cls, text: object) -> object:
        return None if text == "" else text

    @field_validator("applies_to", mode="before")
    @classmethod
    def _kinds(cls, text: object) -> object:
        return text.split(";") if isinstance(text, str) else text

    def applies(self, kind: str) -> bool:
        """Whether the rule looks at this kind of rows: returns, the register, claims or cells."""
        return kind in self.applies_to

    def bound(self, expression: str) -> str:
        """An expression of the rule with its tolerance put in."""
        if self.tolerance is None:
            return expression
        return _TOLERANCE.sub(f"{self.tolerance:.12g}", expression)

    @property
    def condition(self) -> str:
        """The predicate with the tolerance put in."""
        return self.bound(self.predicate)

    def message(self, text: str, headers: Mapping[str, str]) -> str:
        """A message with the form's own headers; a column that the form lacks is left as it is named inside."""
        return _PLACEHOLDER.sub(lambda found: headers.get(found[1], found[1]), text)


@cache
def rules(kind: str) -> tuple[Rule, ...]:
    """The rules for one kind of rows, each expression proven to be one plain expression over a row."""
    text = (files(__package__) / "rules.csv").read_text(encoding="utf-8")
    found = tuple(rule for row in csv.DictReader(text.splitlines()) if (rule := Rule.model_validate(row)).applies(kind))
    for rule in found:
        for expression in (rule.predicate, rule.column, rule.expected, rule.deviation):
            if expression:
                require_expression(rule.bound(expression), f"rules.csv {rule.id}")
    return found


def require_expression(predicate: str, where: str) -> None:
    """Refuse the predicate of a rule that is anything but one scalar expression over a row.

    Raises:
        InputError: it does not parse, holds a second statement, reads from anywhere, or calls a function that a rule
            has no need of.
    """
    tree = _tree(predicate)
    if tree["error"] or len(tree["statements"]) != 1 or not _is_scalar(tree["statements"][0]["node"]):
        raise InputError(
            "规则的条件必须是一个不读取任何表或文件的表达式。",
            "The predicate of a rule must be one expression that reads no table and no file.",
            where=where,
        )
    if others := sorted(set(_functions(tree)) - _FUNCTIONS):
        raise InputError(
            f"规则的表达式不得调用这些函数：{'、'.join(others)}。",
            f"The expression of a rule may not call: {', '.join(others)}.",
            where=where,
        )


def review_statement(template: str, found: tuple[Rule, ...]) -> str:
    """The review as one row-preserving statement: ``review.sql`` with one condition and one CASE per rule."""
    for severity in _SEVERITIES:
        mine = [rule for rule in found if rule.severity == severity]
        broken = "".join(f"\n           OR ({rule.condition})" for rule in mine)
        template = template.replace(f" /* any {severity} rule */", broken)
        template = template.replace(f" /* {severity} rules */", "".join(map(_case, mine)))
    return template


def finding_statement(template: str, found: tuple[Rule, ...], severity: Severity = "hard") -> str:
    """The rules of one severity that rows break: a template (``finding.sql``, ``query_finding.sql``) once per rule."""
    return "\nUNION ALL\n".join(
        template.replace("'' /* id */", _literal(rule.id))
        .replace("'' /* column */", rule.column)
        .replace("'' /* expected */", rule.bound(rule.expected) or "CAST(NULL AS VARCHAR)")
        .replace("0 /* deviation */", rule.bound(rule.deviation) or "0")
        .replace("0 /* suspicion */", f"{rule.suspicion:g}")
        .replace("FALSE /* predicate */", "(" + rule.condition + ")")
        for rule in found
        if rule.severity == severity
    )


def _case(rule: Rule) -> str:
    return ",\n           CASE WHEN coalesce((" + rule.condition + "), FALSE) THEN " + _literal(rule.id) + " END"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@cache
def _tree(expression: str) -> dict[str, Any]:
    found = _parser().execute("SELECT json_serialize_sql('SELECT (' || ? || ')')", [expression]).fetchone()
    tree: dict[str, Any] = json.loads(found[0]) if found else {"error": True}
    return tree


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    atexit.register(_parser.cache_clear)
    return duckdb.connect(config={"enable_external_access": "false", "lock_configuration": "true"})


def _is_scalar(node: dict[str, object]) -> bool:
    # One row from nowhere: no table, and no subquery anywhere in the expression.
    source = node.get("from_table")
    return (
        isinstance(source, dict)
        and source.get("type") == "EMPTY"
        and '"SUBQUERY"' not in json.dumps(node.get("select_list"))
    )


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for part in tree.values():
            yield from _nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)


def _functions(tree: dict[str, Any]) -> Iterator[str]:
    return (str(node["function_name"]) for node in _nodes(tree) if "function_name" in node)
