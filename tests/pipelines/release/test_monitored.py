"""T7 and the future industries: targets, completion, ranks, who has not reported, what has no class."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from indicators.catalogue import catalogue
from indicators.monitored import class_labels
from indicators.observation import observations
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.release import monitored
from pipelines.release.dictionary import release_contracts
from pipelines.release.display import shown
from pipelines.release.figures import Figures
from pipelines.workspace import City
from tests.pipelines.release.stand_in import CITY_TOML, LAST, row

STATIONS, PILES, FACTORIES = "base_stations_5g_new", "charging_piles_total", "smart_factories"
CITY = City.model_validate(tomllib.loads(CITY_TOML))


def beside(indicator: str, item: str, value: float, definition: str = "department") -> dict[str, Any]:
    return row(indicator, definition, "2023", "annual", value, authority="专班", **{"class": item})


def told(item: str, value: float, period: str = "2023") -> dict[str, Any]:
    return row(item, "department", period, "annual", value, authority="专班")


def figures(*rows: dict[str, Any], quarter: Quarter = LAST) -> Figures:
    empty = {name: terms.schema.empty_table() for name, terms in release_contracts().items()}
    found = pa.Table.from_pandas(observations(list(rows)), contract("observation").schema, preserve_index=False)
    names = {"catalogue": catalogue(), "class_label": class_labels()}
    tables = {name: pa.Table.from_pandas(pd.DataFrame(frame), preserve_index=False) for name, frame in names.items()}
    return Figures.of(CITY, quarter, dt.date(2024, 1, 20), empty | tables | {"observation": found})


REPORTED = (
    told(STATIONS, 906), beside("annual_target", STATIONS, 900, "count"),
    beside("target_completion", STATIONS, 906 / 900),
    told(PILES, 2300), beside("annual_target", PILES, 2500, "count"), beside("target_completion", PILES, 0.92),
    told(FACTORIES, 12), beside("provincial_rank", FACTORIES, 5),
    told("hydrogen_output", 1800),
)  # fmt: skip


def test_a_figure_stands_beside_its_target_completion_and_rank() -> None:
    table = monitored.departments(figures(*REPORTED))
    assert table is not None
    said = {line.label: [shown(cell).text for cell in line.cells] for line in table.rows}
    assert said["新建5G基站"] == ["906", "个", "2023年", "900", "100.7", "", "专班"]
    assert said["省级智能工厂（车间）入选企业"][3:6] == ["未设目标", "", "5"]
    assert said["制：氢气产量"][:2] == ["1,800", "吨"]
    assert [line.label for line in table.rows if line.total] == ["基础设施", "企业培育", "氢能"]


def test_the_text_says_how_far_targets_are_reached_and_what_has_none() -> None:
    text = "".join(monitored.of_departments(figures(*REPORTED)))
    assert "设有年度目标的2项指标中，1项已完成，完成率最低的是充电桩总量（92.0%）" in text
    assert "其余2项未设目标，不计算完成率。" in text
    assert "均未设年度目标" in "".join(monitored.of_departments(figures(told(STATIONS, 906))))
    only = figures(*REPORTED[3:6])
    assert "1项指标中，尚无一项完成" in "".join(monitored.of_departments(only))
    assert "其余" not in "".join(monitored.of_departments(only))


@pytest.mark.parametrize(
    ("quarter", "owing", "not_owing"),
    [
        (Quarter(2023, 4), ["5G基站总量", "产业链链主企业"], ["新建5G基站", "省级智能工厂"]),
        (Quarter(2023, 3), ["5G基站总量", "新建5G基站"], ["产业链链主企业"]),
    ],
)
def test_who_has_not_reported_is_named(quarter: Quarter, owing: list[str], not_owing: list[str]) -> None:
    table = monitored.departments(figures(*REPORTED, quarter=quarter))
    assert table is not None
    note = next(note for note in table.notes if "应报未报" in note)
    assert all(name in note for name in owing)
    assert not any(name in note for name in not_owing)
    assert "通信管理部门（" in note


def test_nothing_reported_is_no_table() -> None:
    nothing = figures(row("gdp", "accounts", "2023", "annual", 2e11, price_basis="current", base="none"))
    assert monitored.departments(nothing) is None
    assert monitored.of_departments(nothing) == []
    assert monitored.futures(nothing) is None


def test_all_six_future_industries_stand_there_and_two_have_no_class() -> None:
    now = {"period": "2023Q4", "span": "cumulative"}
    money = {"price_basis": "current", "base": "none"}
    rows = [
        row("future_firms", "ledger", **now, value=5, **{"class": "quantum_information"}),
        row("future_projects", "ledger", **now, value=2, **{"class": "quantum_information"}),
        row("future_investment", "ledger", **now, value=3e8, **{"class": "quantum_information"}, **money),
        row("future_value_added", "rate_method", **now, value=12e8, **{"class": "life_health"}, **money),
    ]
    table = monitored.futures(figures(*rows))
    assert table is not None
    said = {line.label: [shown(cell).text for cell in line.cells] for line in table.rows}
    assert list(said) == ["量子信息", "类脑智能", "未来网络", "氢能与储能", "生命健康", "前沿新材料"]
    assert said["量子信息"] == ["5", "2", "3.0", "", "无对应小类"]
    assert said["生命健康"][3] == "12.0"
    assert "2762" in said["生命健康"][4]
    assert [note[:4] for note in table.notes if "不测算增加值" in note] == ["量子信息", "类脑智能"]
