"""A published report of a task force, figure by figure: what it says, what the pipeline makes of it, and from what.

Belongs here: which table rebuilds which figure. Does not belong here: the figures themselves (``published.csv``: those
that a city's task force (未来产业及数字经济工作专班) made public for 2023, those of the chain and of penetration for
2022; title and date of issue were not at hand). A figure that cannot be rebuilt has a reason and no number.

    python -m tests.scenarios.report.rebuilt HOME       prints the table of a workspace that has been released
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from pipelines.lake import Lake
from pipelines.ledgers.board import Board
from pipelines.steps.ledgers import board
from pipelines.workspace import Workspace

_FILE: Final = Path(__file__).parent / "published.csv"
_SINCE: Final = dt.date(2023, 1, 1)
_CHAIN: Final = "new_display_terminals"
SOURCES: Final = {
    "ledger": "专班台账（TZ01–TZ07）",
    "department": "部门报送（WB01）",
    "accounts": "公布的产业链增加值÷第二产业增加值（WB01）",
    "returns": "企业报表，增加值率法",
    "given": "其他机构公布（WB01）",
}
NO_RETURNS: Final = "须有2021、2022年各季企业报表，本工作区没有汇总"
NO_METHOD: Final = "由其他机构测算，未公布方法、原始数据和年份；只原样收录"


@dataclass(frozen=True)
class Check:
    """One figure: as published, as rebuilt (None: not rebuilt), from what, and why not."""

    row: dict[str, str]
    computed: float | None
    reason: str = ""

    @property
    def expected(self) -> float:
        """What was published, in the unit of the report."""
        return float(self.row["value"])

    @property
    def line(self) -> str:
        """A line of the table: name, period, expected, computed, source."""
        row = self.row
        computed = f"{self.computed:g}" if self.computed is not None else "—"
        source = SOURCES[row["way"]] + (f"；{self.reason}" if self.reason else "")
        return f"| {row['name_zh']} | {row['period']} | {self.expected:g} | {computed} | {row['unit']} | {source} |"


def checks(observations: pd.DataFrame, last: Board) -> list[Check]:
    """Every published figure beside what is rebuilt of it.

    Args:
        observations: of a release of 2023Q4.
        last: the board of the end of the year.
    """
    rows = pd.read_csv(_FILE, dtype="str", keep_default_na=False).to_dict("records")
    return [_check({str(name): str(cell) for name, cell in row.items()}, observations, last) for row in rows]


def table(found: list[Check]) -> str:
    """The checks as a table in Markdown."""
    head = "| 指标 | 时期 | 公布 | 重算 | 单位 | 来源 |\n|---|---|--:|--:|---|---|\n"
    return head + "\n".join(check.line for check in found)


def _check(row: dict[str, str], observations: pd.DataFrame, last: Board) -> Check:
    if row["way"] == "given":
        return Check(row, None, NO_METHOD)
    if row["way"] == "ledger":
        return Check(row, float(_FROM_LEDGERS[row["indicator"]](last)))
    if row["way"] == "accounts":
        chain = _observed(observations, "chain_value_added", "published", row["period"], _CHAIN)
        whole = _observed(observations, "sector_value_added", "accounts", row["period"], "secondary")
        return Check(row, 100 * chain / whole if chain and whole else None)
    if row["way"] == "returns":
        made = _observed(observations, row["indicator"], "rate_method", f"{row['period']}Q4", row["class"])
        return Check(row, made / 1e8) if made else Check(row, None, NO_RETURNS)
    told = _observed(observations, row["indicator"], row["definition_id"], row["period"], row["class"])
    return Check(row, told / (1e8 if row["unit"].startswith("亿") else 1) if told else None)


def _observed(observations: pd.DataFrame, indicator: str, definition: str, period: str, cls: str) -> float | None:
    """The city's figure of a year, or of its fourth quarter; None where there is none."""
    span = "cumulative" if "Q" in period else "annual"
    wanted = {"indicator": indicator, "definition_id": definition, "period": period, "class": cls, "span": span}
    found = observations[(observations[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    # The place itself comes before its counties.
    return float(found.sort_values("region")["value"].iloc[0]) if len(found) else None


def _counted(last: Board) -> pd.DataFrame:
    signed = last.signings(_SINCE)
    return signed[signed["counted"] == 1]


def _honoured(honour: str) -> Callable[[Board], int]:
    return lambda last: last.of("firm")["honours"].str.contains(honour, regex=False).sum()


def _accepted(last: Board) -> int:
    there = last.of("project")
    return int((there["content"].str.startswith("工业互联网") & (there["image"] == "通过验收")).sum())


_FROM_LEDGERS: Final[dict[str, Callable[[Board], int]]] = {
    "ledger_firms": lambda last: last.counts["firm"],
    "ledger_projects": lambda last: last.counts["project"],
    "ledger_investment_leads": lambda last: last.counts["lead"],
    "ledger_bonds": lambda last: last.counts["bond"],
    "ledger_parks": lambda last: last.counts["park"],
    "measures_annual_plan": lambda last: last.counts["measure"],
    "contracts_sangeyipi": lambda last: (_counted(last)["batch"] != "").sum(),
    "contracts_provincial": lambda last: _counted(last)["event_level"].isin(["国家级", "省级"]).sum(),
    "industrial_internet_accepted": _accepted,
    "smart_factories": _honoured("省级智能工厂（车间）"),
    "smart_scenarios": _honoured("省优秀智能应用场景"),
    "smart_benchmarks": _honoured("省级智能制造标杆企业"),
    "service_manufacturing": _honoured("服务型制造示范企业"),
}


def main(arguments: list[str]) -> None:
    """Print the table of a workspace whose last release is of 2023Q4."""
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    workspace = Workspace(Path(arguments[0]))
    print(table(checks(Lake(workspace.lake).read("observation", ["2023Q4"]).to_pandas(), board(workspace))))


if __name__ == "__main__":
    main(sys.argv[1:])
