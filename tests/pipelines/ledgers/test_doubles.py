"""Pairs that may be one entry: by code, name and amount, with score and reason; nothing is merged."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.lake import Lake
from pipelines.ledgers.doubles import COLUMNS, bare, duplicates
from pipelines.steps.ledgers import pairs as pairs_of
from pipelines.workspace import Workspace


def told(*entries: tuple[str, str, dict[str, str]]) -> pd.DataFrame:
    """ledger, entry, fields; the n-th entry was known on the n-th of May."""
    rows: list[dict[str, Any]] = []
    for number, (ledger, entry, fields) in enumerate(entries, start=1):
        day = dt.date(2023, 5, number)
        rows += [
            {"ledger": ledger, "entry": entry, "field": field, "value": value, "reported_at": day, "known_from": day,
             "turn": number, "row_id": f"r{number}"}
            for field, value in fields.items()
        ]  # fmt: skip
    return pd.DataFrame(rows)


def pairs(*entries: tuple[str, str, dict[str, str]]) -> list[tuple[str, str, str]]:
    found = duplicates(told(*entries), ["示范市", "甲区", "乙区"])
    assert tuple(found.columns) == COLUMNS
    return list(found[["entry", "other", "reason"]].itertuples(index=False, name=None))


def test_names_are_compared_without_what_all_share() -> None:
    assert bare("示范市甲区光电（一期）建设项目", ["示范市", "甲区"]) == "光电"
    assert bare("有限公司") == "有限公司"


def test_firms_of_one_code_are_one_whatever_they_are_called() -> None:
    one = ("firm", "QY001", {"name": "甲区光电有限公司", "credit_code": "A", "county": "1"})
    other = ("firm", "QY002", {"name": "乙区新材料股份有限公司", "credit_code": "A", "county": "2"})
    assert [(a, b) for a, b, _ in pairs(one, other)] == [("QY001", "QY002")]
    assert pairs(one, ("firm", "QY002", other[2] | {"credit_code": "B"})) == []
    assert pairs(one, ("firm", "QY002", {"name": "乙区新材料", "credit_code": ""})) == []


def test_a_firm_may_have_several_projects() -> None:
    one = ("project", "XM001", {"name": "芯片封装测试", "credit_code": "A", "total_investment": "100"})
    assert pairs(one, ("project", "XM002", {"name": "储能电池回收", "credit_code": "A"})) == []
    near = ("project", "XM002", {"name": "芯片封装测试二线", "credit_code": "A", "county": "2"})
    assert pairs(one, near) == [("XM001", "XM002", "信用代码相同，名称相似86%，不同县（市、区）")]
    amount = ("project", "XM002", {"name": "芯片封装测试二线", "credit_code": "B", "total_investment": "101"})
    assert pairs(one, amount) == [("XM001", "XM002", "名称相似86%，金额相近")]
    assert pairs(one, ("project", "XM002", amount[2] | {"total_investment": "110"})) == []


@pytest.mark.parametrize(
    ("other", "certain"),
    [
        ({}, True),
        ({"name": "乙区芯片封装测试项目"}, True),
        ({"total_investment": ""}, True),
        ({"total_investment": "150"}, False),  # two of one name
        ({"credit_code": "B"}, False),
        ({"name": "芯片封装测试二线"}, False),
    ],
)
def test_one_code_name_and_amount_are_one_entry_for_certain(other: dict[str, str], certain: bool) -> None:
    said = {"name": "甲区芯片封装测试项目", "credit_code": "A", "total_investment": "100"}
    found = duplicates(told(("project", "XM001", said), ("project", "XM002", said | other)), ["甲区", "乙区"])
    assert found["certain"].tolist() == [certain]


def test_between_ledgers_and_under_a_former_name() -> None:
    lead = ("lead", "ZS001", {"name": "智能传感器产业园项目", "planned_investment": "50"})
    project = ("project", "XM001", {"name": "感知产业基地", "former_names": "智能传感器产业园；旧园", "lead": "ZS001"})
    found = duplicates(told(lead, project))
    assert found[["ledger", "entry", "other_ledger", "other"]].to_numpy().tolist() == [
        ["lead", "ZS001", "project", "XM001"]
    ]
    assert found["declared"].tolist() == [True]
    assert found["known_from"].tolist() == [dt.date(2023, 5, 2)]
    undeclared = ("project", "XM001", {"name": "感知产业基地", "former_names": "智能传感器产业园；旧园"})
    assert not duplicates(told(lead, undeclared))["declared"].any()


def test_a_pair_is_known_since_its_codes_were() -> None:
    one, other = ("firm", "QY001", {"name": "光电"}), ("firm", "QY002", {"name": "新材料", "credit_code": "A"})
    later = ("firm", "QY001", {"credit_code": "A"})
    assert duplicates(told(one, other, later))["known_from"].tolist() == [dt.date(2023, 5, 3)]


def test_a_pair_says_nothing_before_it_was_known() -> None:
    one = ("project", "XM001", {"name": "芯片封装测试", "total_investment": "100"})
    other = ("project", "XM002", {"name": "芯片封装测试", "county": "2"})
    assert duplicates(told(one, other))["known_from"].tolist() == [dt.date(2023, 5, 2)]
    for later in ({"total_investment": "100"}, {"name": "芯片封测二线"}, {"county": "1"}, {"earlier": "XM001"}):
        found = duplicates(told(one, other, ("project", "XM002", later)))
        assert found["known_from"].max() == dt.date(2023, 5, 3), later
    alone = duplicates(told(one, other, ("project", "XM002", {"credit_code": "A"})))
    assert alone["known_from"].tolist() == [dt.date(2023, 5, 2)]  # a code of one alone speaks neither for nor against


def test_the_score_is_over_what_both_have() -> None:
    names = ("project", "XM001", {"name": "芯片封装测试"}), ("project", "XM002", {"name": "芯片封装测试"})
    assert duplicates(told(*names))["score"].tolist() == [1.0]
    codes = [(ledger, entry, fields | {"credit_code": entry}) for ledger, entry, fields in names]
    assert duplicates(told(*codes))["score"].tolist() == [round(0.4 / 0.9, 4)]


def test_the_pairs_of_a_day_are_those_of_what_was_known(
    ledger_city: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = ("firm", "QY001", {"name": "光电"}), ("firm", "QY002", {"name": "光电"})
    rows = told(one, other, ("firm", "QY001", {"name": "新材料"}))
    monkeypatch.setattr(Lake, "read", lambda *_: pa.Table.from_pandas(rows))
    named = [pairs_of(ledger_city, dt.date(2023, 5, day))["name"].tolist() for day in (1, 2, 3)]
    assert named == [[], ["光电"], ["新材料"]]


def test_the_pairs_of_the_city(ledger_city: Workspace) -> None:
    found = Lake(ledger_city.lake).read("core_ledger_duplicate").to_pandas()
    undeclared = found[~found["declared"]]
    assert undeclared[["entry", "other"]].iloc[0].tolist() == ["XM014", "XM021"]
    assert undeclared["reason"].iloc[0].startswith("信用代码相同，名称相似")
    assert ["ZS003", "XM006"] in found[found["declared"]][["entry", "other"]].to_numpy().tolist()
