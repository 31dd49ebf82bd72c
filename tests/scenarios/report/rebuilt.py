"""A published report of a task force, figure by figure: what it says, what the pipeline makes of it, and from what.

Belongs here: which table rebuilds which figure (``ways.csv``). Does not belong here: the figures themselves
(``city_task_force_2023.csv``: those that a city's task force (未来产业及数字经济工作专班) made public for 2023, of the
chain and of penetration for 2022; title and date of issue were not at hand).

    python -m tests.scenarios.report.rebuilt HOME       prints the table of a workspace that has been released

The exit code is 0 where every figure agrees, 1 where one does not or is not rebuilt.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from classification.errors import InputError
from pipelines.lake import Lake
from pipelines.ledgers.board import Board
from pipelines.release.wording import rounded
from pipelines.steps.ledgers import board
from pipelines.workspace import Workspace

FIGURES: Final = Path(__file__).parent / "city_task_force_2023.csv"
WAYS: Final = Path(__file__).parent / "ways.csv"
_SINCE: Final = dt.date(2023, 1, 1)
AGREES, DIFFERS, MISSING, OTHER = "✓ 相符", "✗ 不符", "✗ 未重算", "○ 另口径"
_PASSING: Final = (AGREES, OTHER)
SOURCES: Final = {
    "ledger": "专班台账（TZ01–TZ07）",
    "department": "部门报送（WB01）",
    "ratio": "重算的产业链增加值÷第二产业增加值（核算数）；原文称占规上工业，分母实为第二产业",
    "returns": "企业报表（B203）×增加值率，2022年1—4季度",
    "estimate": "公布数为其他机构测算（WB01原样收录），未公布方法、原始数据，年份为推定；"
    "重算用指标目录的效率提升增加值口径Σ(VAⱼ−核心VAⱼ)·dⱼ÷VA，d和行业结构是合成的，口径不同，不判相符",
}
NO_RETURNS: Final = "须有2021、2022年各季企业报表，本工作区没有汇总"
NOT_RECORDED: Final = "公布数没有原样收录"


@dataclass(frozen=True)
class Check:
    """One figure: as published, as rebuilt in the unit of the report (None: not rebuilt), and why not or otherwise."""

    row: dict[str, str]
    computed: float | None
    reason: str = ""

    @property
    def expected(self) -> float:
        """What was published, in the unit of the report."""
        return float(self.row["value"])

    @property
    def decimals(self) -> int:
        """How many decimals were published."""
        return len(self.row["value"].partition(".")[2])

    @property
    def verdict(self) -> str:
        """Whether the rebuilt figure, rounded as the published one is, agrees; of another definition only that it is.

        A figure of another definition agrees where what was published is at least recorded as it was.
        """
        if self.computed is None:
            return MISSING
        if self.row["way"] == "estimate":
            return DIFFERS if self.reason else OTHER
        return AGREES if float(rounded(self.computed, decimals=self.decimals)) == self.expected else DIFFERS

    @property
    def line(self) -> str:
        """A line of the table: name, period, expected, computed to the published precision, what is left, source."""
        row, computed, left = self.row, "—", "—"
        if self.computed is not None:
            computed = str(rounded(self.computed, decimals=self.decimals))
            left = f"{self.computed - self.expected:+.{self.decimals + 2}f}" if self.computed != self.expected else "0"
        source = SOURCES[row["way"]] + (f"；{self.reason}" if self.reason else "")
        cells = (row["name"], row["period"], row["value"], computed, left, row["unit"], self.verdict, source)
        return f"| {' | '.join(cells)} |"


def published(figures: Path = FIGURES, ways: Path = WAYS) -> list[dict[str, str]]:
    """Each published figure with the one way in which it is rebuilt, in the order of the report.

    Raises:
        InputError: a figure has no way or several, or a way rebuilds no figure; all are named.
    """
    known, told = (pd.read_csv(path, dtype="str", keep_default_na=False) for path in (figures, ways))
    names = known["indicator"]
    odd = {*names[names.duplicated()], *told["name"][told["name"].duplicated()], *(set(names) ^ set(told["name"]))}
    if odd:
        raise InputError(
            f"公布数与重算办法不是一一对应：{'、'.join(sorted(odd))}。",
            f"Figures and ways of rebuilding them do not pair: {', '.join(sorted(odd))}.",
            where=ways.name,
        )
    joined = known.rename(columns={"indicator": "name"}).merge(told, on="name", validate="one_to_one")
    return [{str(name): str(cell) for name, cell in row.items()} for row in joined.to_dict("records")]


def checks(observations: pd.DataFrame, last: Board) -> list[Check]:
    """Every published figure beside what is rebuilt of it.

    Args:
        observations: of a release of 2023Q4.
        last: the board of the end of the year.
    """
    return [_check(row, observations, last) for row in published()]


def table(found: list[Check]) -> str:
    """The checks as a table in Markdown, and how many agree."""
    head = "| 指标 | 时期 | 公布 | 重算 | 差（未修约） | 单位 | 结果 | 来源 |\n|---|---|--:|--:|--:|---|---|---|\n"
    verdicts = [check.verdict for check in found]
    counts = "，".join(f"{name} {verdicts.count(name)}" for name in dict.fromkeys(verdicts))
    return head + "\n".join(check.line for check in found) + f"\n\n{len(found)} 个公布数：{counts}。"


def _check(row: dict[str, str], observations: pd.DataFrame, last: Board) -> Check:
    if row["way"] == "ledger":
        return Check(row, float(_FROM_LEDGERS[row["indicator"]](last)))
    if row["way"] in _FROM_RETURNS:
        made = _FROM_RETURNS[row["way"]](row, observations)
        return Check(row, made, "" if made is not None else NO_RETURNS)
    told = _observed(observations, row["indicator"], row["definition_id"], row["period"], row["class"])
    told = None if told is None else told / _SCALE[row["unit"]]
    if row["way"] == "department":
        return Check(row, told)
    made = _observed(observations, row["indicator"], "efficiency_va", f"{row['period']}Q4", row["class"])
    reasons = [] if made is not None else [NO_RETURNS]
    reasons += [] if told is not None and round(told, 9) == float(row["value"]) else [NOT_RECORDED]
    return Check(row, None if made is None else made / _SCALE["%"], "；".join(reasons))


def _chain(row: dict[str, str], observations: pd.DataFrame) -> float | None:
    """The chain's value added of a year by the rate method, 亿元."""
    made = _observed(observations, "chain_value_added", "rate_method", f"{row['period']}Q4", row["class"])
    return made / 1e8 if made else None


def _chain_share(row: dict[str, str], observations: pd.DataFrame) -> float | None:
    """The same over the secondary sector, per cent."""
    made = _chain(row, observations)
    whole = _observed(observations, "sector_value_added", "accounts", row["period"], "secondary")
    return 100 * made / (whole / 1e8) if made and whole else None


_FROM_RETURNS: Final = {"returns": _chain, "ratio": _chain_share}
# The stored unit of a figure over the unit of the report.
_SCALE: Final = {"亿元": 1e8, "亿条": 1e8, "%": 0.01} | dict.fromkeys(("个", "项", "家", "台"), 1.0)


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


def main(arguments: list[str]) -> int:
    """Print the table of a workspace whose last release is of 2023Q4; 1 where a figure does not agree."""
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    workspace = Workspace(Path(arguments[0]))
    found = checks(Lake(workspace.lake).read("observation", ["2023Q4"]).to_pandas(), board(workspace))
    print(table(found))
    return int(any(check.verdict not in _PASSING for check in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
