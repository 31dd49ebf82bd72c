"""Checks between rooms: what Dagster is told of what must hold, and what stops a release.

Belongs here: asset checks, their severity, and which of them block. Does not belong here: finding anything out: laws of
tables (steps.checked), forms that are needed (steps.needed), rules over totals (review.totals).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import dagster as dg

from pipelines.checking.outcomes import Outcome
from pipelines.contracts.laws import Severity
from pipelines.review.rules import Rule, rules
from pipelines.review.totals import subject_zh, total_facts, total_findings, uncovered
from pipelines.steps.checked import CONSERVED, broken, observation_check_result, outcomes, unchecked
from pipelines.steps.needed import lacking
from pipelines.steps.observed import day_of_knowledge, history
from pipelines.steps.suites import RAW
from pipelines.workspace import Workspace

_SEVERITY: dict[Severity, dg.AssetCheckSeverity] = {
    "error": dg.AssetCheckSeverity.ERROR,
    "warn": dg.AssetCheckSeverity.WARN,
}
# Coverage (D02) has a check of its own, which says who has not reported.
_NOT_OF_OBSERVATIONS = frozenset({"D02"})
_SHOWN = 5
_LAWS = {"counties": "县区之和与全市不等：", "classes": "大类之和与合计不等：", "part": "部分大于整体："}


def table_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """The checks of an asset that is made of tables of the lake."""
    spec = partial(dg.AssetCheckSpec, asset=asset)
    form = "原报各列的填写：必填、数字、代码、日期；不符的行由审核搁置或核实。"
    conserved = "守恒：收到的行 = 已归类 + 无对应 + 有歧义 + 搁置；金额逐元相等，拆分前后相等。"
    return [
        spec("contract", blocking=True, description="符合契约：列名、类型、非空、取值、主键。"),
        *([spec("form", description=form)] if asset.startswith(RAW) else []),
        *([spec("conservation", blocking=True, description=conserved)] if asset == CONSERVED else []),
    ]


def table_checks(
    workspace: Workspace, asset: str, tables: Sequence[str], partitions: Sequence[str]
) -> list[dg.AssetCheckResult]:
    """What holding the tables of an asset to their laws gave, for some of their partitions."""
    found = [o for table in tables for of in outcomes(workspace, table, partitions).values() for o in of]
    conserved = [outcome for outcome in found if outcome.expectation == "conservation"]
    contract = [outcome for outcome in found if outcome.severity == "error" and outcome not in conserved]
    form = [outcome for outcome in found if outcome.severity == "warn"]
    return [
        _of_laws("contract", asset, contract, "error"),
        *([_of_laws("form", asset, form, "warn")] if asset.startswith(RAW) else []),
        *([_of_laws("conservation", asset, conserved, "error")] if asset == CONSERVED else []),
    ]


def observation_specs() -> list[dg.AssetCheckSpec]:
    """The checks that stand before a release; those that say it cannot be released block it."""
    spec = partial(dg.AssetCheckSpec, asset="observation")
    return [
        spec("forms_present", blocking=True, description="规定必报的报表齐全，含所需时期。"),
        spec("upstream", blocking=True, description="所依据各期资料都已检查，契约和守恒均符合。"),
        spec("contract", blocking=True, description="观测值符合契约。"),
        spec(
            "coverage",
            blocking=True,
            description="覆盖率：已报单位的上年同期营业收入不低于应报单位的95%，分专业和合计；推算不算已报。",
        ),
        *(spec(rule.id, blocking=rule.severity == "hard", description=rule.message_zh) for rule in _total_rules()),
    ]


def observation_checks(
    workspace: Workspace, quarters: Sequence[str], as_of: str = "", *, flash: bool = False
) -> list[dg.AssetCheckResult]:
    """All checks of the observations of some release quarters."""
    observation_check_result(workspace, quarters)
    held = [outcome for of in outcomes(workspace, "observation", quarters).values() for outcome in of]
    return [
        forms_present(workspace, quarters, as_of, flash=flash),
        upstream(workspace, quarters),
        _of_laws("contract", "observation", held, "error"),
        coverage(workspace, quarters, as_of, flash=flash),
        *totals(workspace, quarters, as_of, flash=flash),
    ]


def forms_present(
    workspace: Workspace, quarters: Sequence[str], as_of: str = "", *, flash: bool = False
) -> dg.AssetCheckResult:
    """Every form that city.toml requires has what the release quarter needs, known on the day of the release."""
    said = [
        line
        for quarter in quarters
        for line in lacking(workspace, quarter, day_of_knowledge(workspace, quarter, as_of, flash=flash))
    ]
    return _result("forms_present", "observation", said, quarters)


def upstream(workspace: Workspace, quarters: Sequence[str]) -> dg.AssetCheckResult:
    """The tables of all quarters that a release rests on were held to their laws as they are now, and keep them."""
    needed = sorted({needed for quarter in quarters for needed in history(workspace, quarter)})
    behind = unchecked(workspace, needed)
    said = [f"{'、'.join(behind)} 尚未检查，或检查后有变化，请先收数（shuce run {quarters[-1]}）"] if behind else []
    said += [outcome.said for outcome in (broken(workspace, needed) if not behind else [])]
    return _result("upstream", "observation", said, quarters)


def coverage(
    workspace: Workspace, quarters: Sequence[str], as_of: str = "", *, flash: bool = False
) -> dg.AssetCheckResult:
    """Enough of what is due had been reported on the day of the release (D02); what is imputed was not reported."""
    said = (
        uncovered(workspace, quarter, day_of_knowledge(workspace, quarter, as_of, flash=flash)) for quarter in quarters
    )
    return _result("coverage", "observation", [text for text in said if text], quarters)


def totals(
    workspace: Workspace, quarters: Sequence[str], as_of: str = "", *, flash: bool = False
) -> list[dg.AssetCheckResult]:
    """The rules over totals, one check each: identities and attributes block, growth against growth warns."""
    found = [
        (quarter, line)
        for quarter in quarters
        for line in total_findings(
            total_facts(workspace, quarter, day_of_knowledge(workspace, quarter, as_of, flash=flash))
        ).to_pylist()
    ]
    return [
        _result(
            rule.id,
            "observation",
            _said(workspace, rule, [(quarter, line) for quarter, line in found if line["rule"] == rule.id]),
            quarters,
            severity="error" if rule.severity == "hard" else "warn",
        )
        for rule in _total_rules()
    ]


def _said(workspace: Workspace, rule: Rule, lines: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Where a rule over totals is broken, in which release and by which law, and once what to do."""
    places = [
        f"{quarter} 发布：{_LAWS.get(line['law'], '')}{subject_zh(workspace, line['law'], line['subject'])}"
        for quarter, line in lines
    ]
    return [*places[:-1], f"{places[-1]}。{rule.message_zh}"] if places else []


def _total_rules() -> list[Rule]:
    return [rule for rule in rules("cells") if rule.id not in _NOT_OF_OBSERVATIONS]


def _of_laws(name: str, asset: str, found: Sequence[Outcome], severity: Severity) -> dg.AssetCheckResult:
    unmet = [outcome for outcome in found if not outcome.met]
    quarters = sorted({outcome.quarter for outcome in found} - {""})
    counts = {
        "laws": len(found),
        "rows": sum({(outcome.table, outcome.quarter): outcome.rows for outcome in found}.values()),
        "unexpected": sum(outcome.unexpected for outcome in unmet),
    }
    return _result(name, asset, [outcome.said for outcome in unmet], quarters, severity=severity, counts=counts)


def _result(
    name: str,
    asset: str,
    said: Sequence[str],
    quarters: Iterable[str],
    *,
    severity: Severity = "error",
    counts: dict[str, int] | None = None,
) -> dg.AssetCheckResult:
    more = f"；另有 {len(said) - _SHOWN} 项" if len(said) > _SHOWN else ""
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=asset,
        passed=not said,
        severity=_SEVERITY[severity],
        description="；".join(said[:_SHOWN]) + more if said else "通过",
        metadata={"quarters": ", ".join(quarters), "broken": len(said), **(counts or {})},
    )
