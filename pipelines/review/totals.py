"""Rules over totals (D01 to D04): sums that hold, coverage, growth against growth, what each number says of itself.

Belongs here: the facts that these rules look at, made from aggregates, and what they find. Does not belong here: rules
over single returns (steps), or stopping a release (checks).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import pyarrow as pa

from classification import load_standard
from indicators.quarter import Quarter
from pipelines.engine import Engine, engine, statement
from pipelines.engines import local_engine
from pipelines.lake import Lake
from pipelines.review.rules import Severity, finding_statement, rules
from pipelines.steps.missing import coverage, find_coverage
from pipelines.surveys import SURVEYS
from pipelines.workspace import Workspace

FACTS: Final = pa.schema(
    [
        ("row_id", pa.string()),
        ("law", pa.string()),
        ("subject", pa.string()),
        ("left_side", pa.float64()),
        ("right_side", pa.float64()),
    ]
)


_SEVERITIES: Final[tuple[Severity, ...]] = ("hard", "soft")


def total_facts(workspace: Workspace, quarter: str, as_of: dt.date) -> pa.Table:
    """What the rules over totals look at, for a quarter as known on a day; sums and ratios only, no unit.

    Args:
        workspace: with the quarter's core_return; last year's and the observations are used where they are there.
        quarter: the release quarter.
        as_of: the day of knowledge.

    Returns:
        row_id, law (counties, classes, part, attributes, coverage, growth), subject, left_side, right_side.
    """
    lake, before = Lake(workspace.lake), str(Quarter.parse(quarter) - 4)
    found = [FACTS.empty_table()]
    with local_engine(workspace) as work:
        if lake.path("core_return", quarter).exists() and lake.path("core_return", before).exists():
            find_coverage(work, workspace, quarter, as_of)
            found.append(_facts(work, "total_coverage"))
            work.add(
                returned=lake.existing("core_return", [quarter]), last_returned=lake.existing("core_return", [before])
            )
            found.append(_facts(work, "total_growth", {"as_of": as_of}))
        if lake.path("observation", quarter).exists():
            work.add(observation=lake.existing("observation", [quarter]), section_of=_sections())
            found.append(_facts(work, "total_identity", {"place": workspace.city.code}))
    return pa.concat_tables(found)


def total_findings(facts: pa.Table) -> pa.Table:
    """The rules over totals that facts break.

    Args:
        facts: of ``total_facts``.

    Returns:
        rule, severity, law, subject, left_side, right_side, message_zh, message_en; in order of rule and subject.
    """
    found = rules("cells")
    by_id = {rule.id: rule for rule in found}
    facts_of = {row["row_id"]: row for row in facts.to_pylist()}
    with engine() as work:
        work.add(typed=facts)
        template = statement("pipelines", "finding")
        broken = [
            line
            for severity in _SEVERITIES
            for line in work.rows(finding_statement(template, found, severity)).to_pylist()
        ]
    lines = [
        {
            "rule": line["rule"],
            "severity": by_id[line["rule"]].severity,
            **{name: facts_of[line["row_id"]][name] for name in ("law", "subject", "left_side", "right_side")},
            "message_zh": by_id[line["rule"]].message_zh,
            "message_en": by_id[line["rule"]].message_en,
        }
        for line in sorted(broken, key=lambda line: (line["rule"], line["row_id"]))
    ]
    schema = pa.schema(
        [
            ("rule", pa.string()),
            ("severity", pa.string()),
            *((field.name, field.type) for field in FACTS if field.name != "row_id"),
            ("message_zh", pa.string()),
            ("message_en", pa.string()),
        ]
    )
    return pa.Table.from_pylist(lines, schema=schema)


def uncovered(workspace: Workspace, quarter: str, as_of: dt.date) -> str:
    """Why a quarter may not be released as known on a day: too little of what is due has come; '' where enough has.

    Args:
        workspace: with the quarter reviewed.
        quarter: the release quarter.
        as_of: the day of knowledge; an imputed return is not a reported one.
    """
    if not workspace.city.has_firms:
        return ""
    found = coverage(workspace, quarter, as_of)
    with engine() as work:
        work.add(coverage=found)
        facts = _facts(work, "total_coverage")
    low = {line["subject"] for line in total_findings(facts).to_pylist() if line["law"] == "coverage"}
    short = [
        f"{SURVEYS[row['survey']]} {row['coverage'] * 100:.1f}%（未报 {row['missing']} 家）"
        for row in found.to_pylist()
        if row["survey"] in low
    ]
    if not short:
        return ""
    return (
        f"{quarter} 截至 {as_of} 的报表覆盖率不足：{'、'.join(short)}。"
        f"请用 shuce review late {quarter} 列出未报单位催报，报齐后重试，或改用更晚的数据截止日（--as-of）"
    )


def subject_zh(workspace: Workspace, law: str, subject: str) -> str:
    """What a finding of ``total_findings`` is about, in words: which law, which period and place."""
    words = {**SURVEYS, **workspace.city.regions, "wages": "应付职工薪酬", "vat": "应交增值税", "core": "核心产业合计"}
    words |= {"quarter": "当季", "cumulative": "累计", "annual": "年度"}
    words |= {"section": "门类", "full_scope": "全口径", "benchmarked": "按年度数衔接"}
    said = " ".join(words.get(part, part) for part in subject.split())
    return f"{said}（大类代码、对照项）" if law == "growth" else said


def _sections() -> pa.Table:
    """Division → section of GB/T 4754."""
    places = load_standard().sectors.values()
    return pa.table({"division": [p.division for p in places], "section": [p.section for p in places]})


def _facts(work: Engine, name: str, parameters: dict[str, object] | None = None) -> pa.Table:
    return work.rows(statement("pipelines", name), parameters).cast(FACTS)
