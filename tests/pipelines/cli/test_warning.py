"""shuce warning on a city that has been run: what is listed, what a dismissal changes and from when, what is not."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from pipelines.access import accesses
from pipelines.cli.warning import _unseen
from pipelines.lake import Lake
from pipelines.steps import warned
from pipelines.steps.warned import POINTS
from pipelines.warning.dismissals import Dismissal, append
from pipelines.warning.rules import rule
from pipelines.workspace import Workspace
from tests.end_to_end.running import told
from tests.pipelines.review.asking import put

QUARTER, DUE, LATER = "2021Q3", "2021-10-20", "2021-10-31"


def flat(*arguments: str) -> str:
    """What a command prints, wherever its lines break."""
    return "".join(told(*arguments).out.split())


def test_firms_that_no_rule_looks_at_are_counted_and_not_named() -> None:
    assert _unseen([("firm", "甲厂")]).endswith("不计")
    assert _unseen([("firm", "甲厂"), ("industry", "0304")]).endswith("不计：产业 0304")


def send_leading(place: Workspace) -> None:
    """A department's monthly figures that have turned, of the core and of a class that the city does not watch."""
    months = {"2021-06": 0.10, "2021-07": 0.12, "2021-08": 0.09, "2021-09": 0.05}
    sent = {"proxy": "vat", "region": place.city.code, "value_before": 100.0, "department": "税务部门", "source": "x"}
    sent |= {"known_from": dt.date(2021, 10, 15), "level": "industry"}
    put(place, "core_leading", "all", [sent | {"class": cls, "month": month, "value": 100 * (1 + growth)}
                                       for cls in ("core", "0999") for month, growth in months.items()])  # fmt: skip


def test_signals_are_listed_dismissed_and_known_by_day(copied_city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    place = Workspace(copied_city)
    home = ("--home", str(copied_city))
    listed = flat("warning", "list", QUARTER, *home)
    assert f"预警信号（产业、行业层，数据截止{DUE}）" in listed
    lake = Lake(place.lake)
    rows = [row for row in lake.read("signal", [QUARTER]).to_pylist() if row["quarter"] == QUARTER]
    assert rows
    first = rows[0]
    assert f"{first['signal']}{rule(first['rule']).name_zh}" in listed
    assert set(json.loads(first["evidence"])) == set(rule(first["rule"]).inputs)
    # The returns of a year ago are found: what firms are owed is told of them and of classes.
    owing = [row for row in lake.read("signal_firm", [QUARTER]).to_pylist() if row["rule"] == "W15"]
    assert owing
    assert all("应收账款增速高出" in row["sentence"] for row in owing)
    assert warned._class_facts(place, QUARTER, dt.date.fromisoformat(DUE))["receivables_gap"].notna().any()
    assert {row["status"] for row in rows} == {"open"}

    # A dismissal counts from its day: the same release as of an earlier one does not know it.
    day = dt.date.fromisoformat(LATER)
    append(place, Dismissal(signal=first["signal"], reason="低基数", by="甲", dismissed_on=day))
    assert "已排除0条" in flat("warning", "list", QUARTER, "--as-of", DUE, *home)
    after = flat("warning", "list", QUARTER, "--as-of", LATER, "--all", *home)
    assert "已排除1条" in after
    assert "低基数" in after
    assert first["signal"] not in flat("warning", "list", QUARTER, "--as-of", LATER, *home)

    assert "转折点清单" in told("warning", "backtest", QUARTER, *home).err
    point = "id,level,subject,first,last,what\nZ1,industry,0304,2021Q2,2021Q3,x\n"
    (copied_city / POINTS).write_text(point, encoding="utf-8")
    early = told("warning", "backtest", QUARTER, *home)
    assert (early.code, "2022Q1" in early.err) == (2, True)
    monkeypatch.setattr(warned, "HISTORY", 1)
    tried = flat("warning", "backtest", QUARTER, *home)
    assert "2021Q2—2021Q3，转折点1个，转折对象1个（产业1；" in tried
    assert "误报率" in tried
    assert re.search(r"企业合计0.*%", tried)
    assert re.search(r"产业苗头性W01\d+.*W01增速回落；", tried)
    nameless = told("warning", "dismiss", first["signal"], *home)
    assert (nameless.code, "理由" in nameless.err) == (2, True)
    unknown = told("warning", "dismiss", "2021Q3-W11-甲厂", "--reason", "x", *home)
    assert (unknown.code, "没有这个编号的信号" in unknown.err, "甲厂" in unknown.err) == (2, True, False)
    assert told("warning", "dismiss", first["signal"], "--reason", "核实无误", *home).code == 0
    # Asked of no day, the list says how things stand today.
    assert re.search(r"已排除1条.*核实无误", flat("warning", "list", QUARTER, "--all", *home))

    # Firms are shown to whoever says what for, and it is written down first.
    assert told("warning", "list", QUARTER, "--firms", *home).code == 2
    assert not accesses(place)
    assert "企业层（L3）" in flat("warning", "list", QUARTER, "--firms", "--purpose", "测试", *home)
    assert [line.command for line in accesses(place)] == ["warning list"]

    # What departments count by month is looked at with the rest.
    send_leading(place)
    warned.signals(place, QUARTER, dt.date.fromisoformat(DUE))
    [turned] = [row for row in lake.read("signal", [QUARTER]).to_pylist() if row["rule"] == "W10"]
    assert turned["signal"] == f"{QUARTER}-W10-core-vat"
    assert (
        "2021年9月增值税开票额同比增长5.0%，增速连续2个月回落，比转向前回落7.0个百分点（税务部门）"
        in turned["sentence"]
    )
    assert set(json.loads(turned["evidence"])) == set(rule("W10").inputs)
