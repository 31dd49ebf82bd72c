"""Ledgers typed: cells by kind, whose entry a row is about, sheets that have slipped; nothing is lost silently."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from stdnum.cn import uscc

from indicators.dispatch import entries
from pipelines.contracts import contract
from pipelines.ingest.forms import forms
from pipelines.ingest.forms.ledgers import CHANGES, LEDGER_FORMS, ledger_named, ledgers
from pipelines.ingest.ledgers import core_ledger_history, untold
from pipelines.ingest.raw import schema
from pipelines.ingest.texts import normal
from tests.pipelines.ingest.test_small import CITY

DAY = dt.date(2023, 4, 3)


def code(number: int) -> str:
    body = f"91419900{number:09d}"
    return body + str(uscc.calc_check_digit(body))


ONE, OTHER = code(1), code(2)


def project(entry: str = "XM001", **cells: str) -> dict[str, Any]:
    about = {"name": "甲项目", "county": "甲区", "reporter": "甲区发改委", "reported_at": "2023-03-31"}
    return {"entry": entry, **about, **cells}


def change(field: str, value: str, *, entry: str = "XM001", ledger: str = "重点项目", **cells: Any) -> dict[str, Any]:
    told = {"ledger": ledger, "entry": entry, "field": field, "value": value}
    return told | {"reporter": "专班", "reported_at": "2023-04-03"} | cells


def raws(found: dict[str, list[dict[str, Any]]]) -> list[pa.Table]:
    """The raw tables of all ledgers; rows of one form stand on one sheet unless they say otherwise."""
    out = []
    for form in LEDGER_FORMS:
        fixed = {"file_sha": form, "file": f"{form}.csv", "sheet": "", "received_at": DAY, "quarter": "", "months": 0,
                 "yuan_per_unit": 10_000}  # fmt: skip
        rows = [fixed | {"row_id": f"{form}:{n}", "row": n + 2} | row for n, row in enumerate(found.get(form, []))]
        names = schema(form).names
        out.append(pa.Table.from_pylist([{n: row.get(n) for n in names} for row in rows], schema=schema(form)))
    return out


def typed(**found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    history, aside = core_ledger_history(*raws(found), CITY)
    assert history.schema == contract("core_ledger_history").schema
    return history.to_pylist(), aside.to_pylist()


def said(history: list[dict[str, Any]], entry: str = "XM001") -> dict[str, str]:
    return {row["field"]: row["value"] for row in history if row["entry"] == entry}


def rules(aside: list[dict[str, Any]]) -> list[str]:
    return [row["rule"] for row in aside]


def test_the_ledgers_are_of_forms_and_their_columns() -> None:
    for one in ledgers().values():
        assert one.form in forms()
        assert set(one.words) | set(one.private) <= set(one.columns)
        assert one.columns["name"].required
    assert set(LEDGER_FORMS) == {form for form in forms() if form.startswith("ledger_")}
    assert len({one.prefix for one in ledgers().values()}) == len(ledgers())


def test_a_ledger_is_known_by_whatever_people_call_it() -> None:
    names = {
        "招商": "lead",
        "招商对接清单": "lead",
        "债": "bond",
        "企业": "firm",
        "项目台账": "project",
        "ＴＺ０５": "park",
    }
    assert {name: one.id for name in names if (one := ledger_named(name))} == names
    assert ledger_named("工程") is None
    spelt = [normal(name) for one in ledgers().values() for name in {one.id, one.zh, one.terms.title, *one.aka}]
    assert len(spelt) == len(set(spelt))


def test_cells_become_text_of_one_spelling() -> None:
    cells = {
        "credit_code": ONE.lower(), "type": "新建", "total_investment": "1,200.5", "plan_start": "2023年5月1日",
        "land": "√", "content": " 厂房 ", "year": "2023", "future_industry": "量子信息", "batch": "—",
    }  # fmt: skip
    history, aside = typed(ledger_project=[project(**cells)])
    assert aside == []
    assert said(history) == {
        "name": "甲项目", "county": "419901", "credit_code": ONE, "type": "新建", "total_investment": "12005000",
        "plan_start": "2023-05-01", "land": "yes", "content": "厂房", "year": "2023", "future_industry": "量子信息",
    }  # fmt: skip
    row = history[0]
    assert (row["reporter"], row["reported_at"], row["known_from"]) == ("甲区发改委", dt.date(2023, 3, 31), DAY)
    assert (row["matched_by"], row["row"]) == ("entry", 2)


GOOD = [project(f"XM10{number}", name=f"第{number}项目") for number in range(4)]


@pytest.mark.parametrize(
    ("cells", "rule", "column"),
    [
        ({"entry": "QY001"}, "bad_code", "编号"),
        ({"credit_code": ONE[:-1] + ("0" if ONE[-1] != "0" else "1")}, "bad_code", "统一社会信用代码"),
        ({"county": "某某县"}, "unknown_county", "县（市、区）"),
        ({"type": "扩建"}, "unknown_word", "项目类型"),
        ({"year_plan": "约500"}, "not_a_number", "年度计划投资"),
        ({"year_plan": "-5"}, "range", "年度计划投资"),
        ({"year": "2023.5"}, "not_whole", "计划年度"),
        ({"year": "120000"}, "range", "计划年度"),
        ({"image": "3,400"}, "not_words", "形象进度"),
        ({"investor": "2023-03-31"}, "not_words", "投资主体"),
        ({"plan_start": "下半年"}, "bad_date", "计划开工日期"),
        ({"land": "办理中"}, "unknown_word", "用地"),
        ({"reported_at": ""}, "undated", "填报日期"),
        ({"reported_at": "", "entry": "", "name": "无人知晓"}, "missing", "填报日期"),
        ({"reporter": ""}, "missing", "填报单位"),
        ({"reported_at": "2023-04-30"}, "later_than_received", "填报日期"),
        ({"entry": "", "name": "无人知晓"}, "no_number", "编号"),
        ({"entry": "XM999", "name": ""}, "unknown_entry", "编号"),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_its_place(cells: dict[str, str], rule: str, column: str) -> None:
    history, aside = typed(ledger_project=[*GOOD, project(**cells)])
    assert [(row["rule"], row["column"], row["row"]) for row in aside] == [(rule, column, 6)]
    assert aside[0]["reason_zh"]
    assert aside[0]["reason_en"].isascii()
    assert {row["entry"] for row in history} == {row["entry"] for row in GOOD}


def test_a_sheet_whose_columns_have_shifted_is_not_used_at_all() -> None:
    slipped = [
        {"entry": row["name"], "name": row["county"], "county": row["reporter"], "reporter": "2023-03-31",
         "reported_at": "", "sheet": "乙区"}
        for row in GOOD[:2]
    ]  # fmt: skip
    looks_right = project("XM200", name="看似无误", sheet="乙区")
    history, aside = typed(ledger_project=[*GOOD, *slipped, looks_right])
    assert Counter(rules(aside)) == {"bad_code": 2, "shifted_sheet": 1}
    assert {row["sheet"] for row in history} == {""}
    # One bad row among many does not condemn its sheet.
    history, aside = typed(ledger_project=[*GOOD, slipped[0] | {"sheet": ""}])
    assert rules(aside) == ["bad_code"]
    assert len({row["entry"] for row in history}) == len(GOOD)


EARLIER = dt.date(2023, 3, 3)
SOUND = [project(f"XM30{n}", name=f"工程{n}", credit_code=code(30 + n), total_investment=str(5000 + n),
                 start=f"2023-01-{n + 10}", cum_year="100", reported_at="2023-02-28", sheet="甲区", file_sha="a",
                 received_at=EARLIER, row_id=f"a:{n}") for n in range(4)]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"total_investment": "77"}, "总投资"),  # the money columns have moved by one
        ({"start": "2022-12-01"}, "实际开工日期"),
        ({"name": "别的{n}", "total_investment": "77"}, "项目名称、总投资"),
    ],
)
def test_a_sheet_on_which_most_of_what_does_not_change_has_changed_is_set_aside(
    wrong: dict[str, str], named: str
) -> None:
    def sheet(count: int) -> list[dict[str, Any]]:
        again = [row | {"sheet": "乙表", "file_sha": "b", "row_id": f"b:{n}", "received_at": DAY, "cum_year": "300",
                        "reported_at": "2023-03-31"} for n, row in enumerate(SOUND)]  # fmt: skip
        slipped = [row | {name: value.format(n=n) for name, value in wrong.items()} for n, row in enumerate(again)]
        return SOUND + slipped[:count] + again[count:]

    history, aside = typed(ledger_project=sheet(3))
    assert rules(aside) == ["slipped_sheet"] * 4  # those that look right, too: nobody knows
    assert {row["column"] for row in aside} == {named}
    assert named in aside[0]["reason_zh"]
    assert {row["value"] for row in history if row["field"] == "cum_year"} == {"1000000"}
    # Half of a sheet may change, and single changes go by the weekly form.
    history, aside = typed(ledger_project=sheet(2))
    assert aside == []
    assert "3000000" in {row["value"] for row in history if row["field"] == "cum_year"}
    changes = [change("总投资", "77", entry=row["entry"], received_at=dt.date(2023, 3, 20), reported_at="2023-03-20")
               for row in SOUND]  # fmt: skip
    told = [row | {"total_investment": "77"} for row in sheet(0)[4:]]
    assert typed(ledger_project=SOUND + told, ledger_change=changes)[1] == []


def test_a_sheet_that_lacks_what_every_report_says_is_told() -> None:
    lacking = [row | {"sheet": "乙表", "received_at": DAY, "cum_year": ""} for row in SOUND]
    new = [
        row | {"entry": f"XM40{n}", "sheet": "新增", "received_at": DAY, "cum_year": ""} for n, row in enumerate(SOUND)
    ]
    [raw] = [table for form, table in zip(LEDGER_FORMS, raws({"ledger_project": SOUND + lacking + new}), strict=True)
             if form == "ledger_project"]  # fmt: skip
    [line] = untold(raw, ledgers()["project"])
    assert (line["sheet"], line["column"]) == ("乙表", "本年累计完成投资")
    assert untold(raw.slice(0, 4), ledgers()["project"]) == []


def test_what_a_ledger_says_of_its_columns_is_of_them() -> None:
    for one in ledgers().values():
        assert {*one.stable, *one.told, *one.wordy, *one.ranges} <= set(one.columns)


def test_rows_left_undated_do_not_condemn_those_that_were_filled_in() -> None:
    left = [row | {"reported_at": ""} for row in GOOD[1:]]
    history, aside = typed(ledger_project=[GOOD[0], *left])
    assert rules(aside) == ["undated"] * 3
    assert {row["entry"] for row in history} == {GOOD[0]["entry"]}
    # Numbers that cannot be read still condemn it.
    slipped = [row | {"entry": "甲"} for row in left]
    assert typed(ledger_project=[GOOD[0], *slipped])[0] == []


def test_without_a_number_an_entry_is_known_by_code_then_by_name() -> None:
    history, aside = typed(
        ledger_project=[
            project("XM001", credit_code=ONE),
            project("XM002", name="乙项目"),
            project("", name="另起一名", credit_code=ONE, image="主体", file="z", file_sha="z"),
            project("", name="乙项目", image="基础", file="z", file_sha="z"),
        ]
    )
    assert aside == []
    assert said(history)["image"] == "主体"
    assert said(history, "XM002")["image"] == "基础"
    assert {row["matched_by"] for row in history if row["file"] == "z"} == {"credit_code", "name"}


def test_a_name_that_two_entries_bear_tells_of_neither() -> None:
    rows = [project("XM001"), project("XM002"), project("", image="主体", file="z", file_sha="z")]
    _, aside = typed(ledger_project=rows)
    assert rules(aside) == ["no_number"]


def test_a_rename_keeps_the_entry_and_the_old_name_does_not_come_back_by_itself() -> None:
    late = dt.date(2023, 5, 3)
    history, aside = typed(
        ledger_project=[
            project(credit_code=ONE),
            project(name="新名", received_at=dt.date(2023, 4, 10), file="z", file_sha="z"),
            project(name="甲项目", image="主体", received_at=late, file="c", file_sha="c"),
        ]
    )
    assert aside == []
    names = [(row["value"], row["known_from"]) for row in history if row["field"] == "name"]
    assert names == [("甲项目", DAY), ("新名", dt.date(2023, 4, 10))]
    assert said(history)["image"] == "主体"
    back = change("项目名称", "甲项目", received_at=late, reported_at="2023-05-03")
    history, _ = typed(
        ledger_project=[project(), project(name="新名", received_at=dt.date(2023, 4, 10), file="z", file_sha="z")],
        ledger_change=[back],
    )
    assert [row["value"] for row in history if row["field"] == "name"] == ["甲项目", "新名", "甲项目"]


def test_another_code_and_another_name_is_another_entry() -> None:
    second = project(name="丙项目", credit_code=OTHER, file="z", file_sha="z")
    history, aside = typed(ledger_project=[project(credit_code=ONE), second])
    assert rules(aside) == ["another_entry"]
    assert said(history)["credit_code"] == ONE
    # With one of the two the same it is the same entry: a change of owner or of name.
    for same in ({"name": "甲项目"}, {"credit_code": ONE}):
        _, aside = typed(ledger_project=[project(credit_code=ONE), second | same])
        assert aside == []


@pytest.mark.parametrize(
    ("wrong", "taken"),
    [
        ({"name": "乙 项目"}, False),  # another's name, however it is spaced
        ({"credit_code": OTHER}, False),
        ({"name": "丙项目"}, True),  # a rename
        ({"credit_code": code(3)}, True),
    ],
)
def test_what_another_entry_is_called_is_not_this_one(wrong: dict[str, str], taken: bool) -> None:
    known = [project(credit_code=ONE), project("XM002", name="乙项目", credit_code=OTHER)]
    again = project(**{"name": "甲项目", "cum_year": "9", **wrong}, received_at=dt.date(2023, 5, 3),
                    reported_at="2023-04-30", file_sha="b", row_id="b:0")  # fmt: skip
    history, aside = typed(ledger_project=[*known, again])
    assert rules(aside) == ([] if taken else ["another_entry"])
    assert ("cum_year" in said(history)) == taken


def test_projects_of_one_investor_share_its_code_and_a_change_says_what_it_means() -> None:
    known = [project(credit_code=ONE), project("XM002", name="乙项目")]
    again = project(
        "XM002", name="乙项目", credit_code=ONE, received_at=dt.date(2023, 5, 3), file_sha="b", row_id="b:0"
    )
    told = change("项目名称", "甲项目", entry="XM002", received_at=dt.date(2023, 5, 4))
    history, aside = typed(ledger_project=[*known, again], ledger_change=[told])
    assert aside == []
    assert said(history, "XM002") | {"name": "甲项目", "credit_code": ONE} == said(history, "XM002")


def test_two_rows_at_odds_on_a_sheet_are_both_set_aside() -> None:
    twice = [project(year_plan="5"), project(year_plan="6")]
    history, aside = typed(ledger_project=[*GOOD, *twice])
    assert rules(aside) == ["repeated", "repeated"]
    assert said(history) == {}
    _, aside = typed(ledger_project=[*GOOD, project(year_plan="5"), project(year_plan="5")])
    assert aside == []


def test_a_row_told_by_name_may_be_at_odds_with_a_numbered_one() -> None:
    row = {"file": "z", "file_sha": "z"}
    rows = [project(), project(year_plan="5", **row), project("", year_plan="6", **row)]
    history, aside = typed(ledger_project=rows)
    assert rules(aside) == ["repeated", "repeated"]
    assert said(history) == {"name": "甲项目", "county": "419901"}


@pytest.mark.parametrize("sha", ["0", "z"])
def test_of_one_day_a_change_comes_after_the_row_whatever_its_file_is(sha: str) -> None:
    changed = change("年度计划投资", "120", file_sha=sha, row_id=f"{sha}:1", reported_at="2023-03-31")
    history, aside = typed(ledger_project=[project(year_plan="100")], ledger_change=[changed])
    assert aside == []
    held = entries(pd.DataFrame(history), DAY, {"year_plan": "money"})
    assert held["year_plan"].tolist() == [1_200_000]


def test_the_weekly_form_changes_single_cells() -> None:
    history, aside = typed(
        ledger_project=[project(year_plan="100")],
        ledger_change=[
            change("本年计划投资", "120"),  # a county's name for the column
            change("实际开工日期", "2023/4/1"),
            change("所在园区", "清空"),
            change("办结日期", "2023-04-03", entry="WT001", ledger="问题清单"),
            change("问题摘要", "缺地", entry="WT001", ledger="问题清单"),
        ],
    )
    assert rules(aside) == ["unknown_entry"]  # it is named a line later: nobody knew of it yet
    assert said(history)["start"] == "2023-04-01"
    assert said(history)["park"] == ""
    plans = [row["value"] for row in history if row["field"] == "year_plan"]
    assert plans == ["1000000", "1200000"]
    assert said(history, "WT001") == {"name": "缺地"}


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        (change("形象进度", "主体", ledger="重点工程"), "unknown_ledger", "清单"),
        (change("工期", "一年"), "unknown_field", "栏目"),
        (change("编号", "XM002"), "unknown_field", "栏目"),
        (change("形象进度", "主体", entry="QY001"), "bad_code", "编号"),
        (change("形象进度", "主体", entry="XM999"), "unknown_entry", "编号"),
        (change("年度计划投资", "很多"), "not_a_number", "现内容"),
        (change("形象进度", ""), "missing", "现内容"),
    ],
)
def test_a_change_that_cannot_be_made_is_set_aside(row: dict[str, Any], rule: str, column: str) -> None:
    history, aside = typed(ledger_project=[project()], ledger_change=[row])
    assert [(one["rule"], one["column"], one["form"]) for one in aside] == [(rule, column, "TZ00")]
    assert said(history) == {"name": "甲项目", "county": "419901"}


def test_the_order_in_which_rows_are_read_changes_nothing() -> None:
    rows = [
        project(credit_code=ONE),
        project(name="新名", received_at=dt.date(2023, 4, 10), file="z", file_sha="z"),
        project("", name="新名", image="主体", received_at=dt.date(2023, 5, 10), file="c", file_sha="c"),
        project("XM002", name="乙项目", credit_code=OTHER),
    ]
    changes = [change("形象进度", "封顶"), change("用地", "是")]
    tables = raws({"ledger_project": rows, CHANGES: changes})
    backwards = [pa.Table.from_pylist(table.to_pylist()[::-1], schema=table.schema) for table in tables]
    one, other = core_ledger_history(*tables, CITY), core_ledger_history(*backwards, CITY)
    assert one[0].equals(other[0])
    assert one[1].equals(other[1])
    assert one[0].num_rows > 8
