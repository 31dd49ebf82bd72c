"""Dispatch: what holds on a day, progress and its line, lights, doubts, problems, signings, bonds, parks, lists."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from classification.errors import InputError
from indicators import dispatch
from indicators.dispatch.doubts import blocking, flagging, rules
from indicators.dispatch.overdue import cycles
from pipelines.ingest.forms.ledgers import ledgers

NaT, NaN = pd.NaT, float("nan")
DAY = dt.date(2023, 10, 31)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def days(*texts: str) -> pd.Series:
    return pd.to_datetime(pd.Series([text or None for text in texts]))


# ── what holds on a day


def cells(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """entry, field, value, reported_at, known_from; the reporter is 甲区, rows are numbered as they stand."""
    frame = pd.DataFrame(rows, columns=["entry", "field", "value", "reported_at", "known_from"])
    for name in ("reported_at", "known_from"):
        frame[name] = pd.to_datetime(frame[name]).dt.date
    return frame.assign(reporter="甲区", turn=range(len(frame)), row_id=[f"r{number}" for number in range(len(frame))])


HISTORY = cells(
    ("XM001", "name", "旧名", "2023-01-05", "2023-01-06"),
    ("XM001", "cum_year", "100", "2023-03-30", "2023-04-02"),
    ("XM001", "cum_year", "90", "2023-02-27", "2023-04-10"),  # what is older came later: it does not hold
    ("XM001", "name", "新名", "2023-05-30", "2023-06-01"),
    ("XM002", "name", "二号", "2023-05-30", "2023-06-01"),
    ("XM002", "out_date", "2023-09-01", "2023-08-30", "2023-09-01"),
    ("XM002", "out_reason", "终止", "2023-08-30", "2023-09-01"),
)
KINDS = {"name": "text", "cum_year": "money", "in_date": "date", "out_date": "date", "out_reason": "text"}


def test_what_holds_was_known_by_then_and_reported_last() -> None:
    early = dispatch.entries(HISTORY, dt.date(2023, 4, 1), KINDS)
    assert early["entry"].tolist() == ["XM001"]
    assert np.isnan(early["cum_year"][0])
    late = dispatch.entries(HISTORY, DAY, KINDS, before=("cum_year",)).set_index("entry")
    assert late["name"].tolist() == ["新名", "二号"]
    assert late.loc["XM001", ["cum_year", "cum_year_before"]].tolist() == [100.0, 90.0]
    assert late.loc["XM001", ["cum_year_at", "cum_year_before_at"]].tolist() == [day("2023-03-30"), day("2023-02-27")]
    assert late.loc["XM001", "last_report"] == day("2023-05-30")
    shuffled = dispatch.entries(HISTORY.sample(frac=1, random_state=3), DAY, KINDS, before=("cum_year",))
    pd.testing.assert_frame_equal(shuffled, late.reset_index())


YEARS = cells(
    ("XM001", "name", "一", "2023-12-25", "2023-12-26"),
    ("XM001", "cum_year", "900", "2023-12-25", "2023-12-26"),
    ("XM001", "year", "2023", "2023-12-25", "2023-12-26"),
    ("XM001", "year_plan", "1000", "2023-12-25", "2023-12-26"),
    ("XM001", "year_plan", "1200", "2024-01-25", "2024-01-26"),  # the sheet's cells in any order
    ("XM001", "year", "2024", "2024-01-25", "2024-01-26"),
    ("XM001", "cum_year", "150", "2024-02-25", "2024-02-26"),
    ("XM001", "cum_year", "100", "2024-03-25", "2024-03-26"),
    ("XM002", "cum_year", "7", "2023-12-25", "2023-12-26"),  # never names a year
)
PLAN_KINDS = {"name": "text", "year": "integer", "year_plan": "money", "cum_year": "money"}


@pytest.mark.parametrize(
    ("on", "year", "held"),
    [
        ("2023-12-31", None, [2023.0, 1000.0, 900.0, NaN]),
        ("2024-01-31", None, [2024.0, 1200.0, NaN, NaN]),  # last year's money is not this year's
        ("2024-01-31", 2023, [2023.0, 1000.0, 900.0, NaN]),  # nor does a new plan undo the old year
        ("2024-02-28", None, [2024.0, 1200.0, 150.0, NaN]),  # less than last year's is no fall
        ("2024-03-31", None, [2024.0, 1200.0, 100.0, 150.0]),  # less than last month's is
    ],
)
def test_plan_and_investment_are_of_the_year_that_their_report_names(
    on: str, year: int | None, held: list[float]
) -> None:
    told = dispatch.entries(YEARS, dt.date.fromisoformat(on), PLAN_KINDS, before=("cum_year",), year=year)
    told = told.set_index("entry")
    np.testing.assert_array_equal(
        told.loc["XM001", ["year", "year_plan", "cum_year", "cum_year_before"]].astype(float), held
    )
    assert told.loc["XM002", "cum_year"] == 7


def test_a_column_of_the_history_that_is_missing_is_named() -> None:
    with pytest.raises(InputError, match="reporter"):
        dispatch.entries(HISTORY.drop(columns="reporter"), DAY, KINDS)


def test_who_is_on_the_list_and_who_moved() -> None:
    standing = dispatch.entries(HISTORY, DAY, KINDS)
    assert dispatch.on_list(standing, dt.date(2023, 8, 31))["entry"].tolist() == ["XM001", "XM002"]
    assert dispatch.on_list(standing, DAY)["entry"].tolist() == ["XM001"]
    moved = dispatch.moves(standing, dt.date(2023, 5, 1), DAY)
    assert moved[["entry", "move", "reason"]].to_numpy().tolist() == [["XM002", "in", ""], ["XM002", "out", "终止"]]


def test_changed_cells_between_two_days() -> None:
    changed = dispatch.changed_fields(HISTORY, dt.date(2023, 4, 15), dt.date(2023, 6, 1))
    assert changed[["entry", "field", "old", "new"]].to_numpy().tolist() == [
        ["XM001", "name", "旧名", "新名"],
        ["XM002", "name", "", "二号"],
    ]
    again = pd.concat([HISTORY, HISTORY.iloc[[3]].assign(row_id="r9", turn=9, known_from=dt.date(2023, 7, 1))])
    assert dispatch.changed_fields(again, dt.date(2023, 6, 15), dt.date(2023, 7, 2)).empty


# ── progress


def plan(**cells: Any) -> pd.DataFrame:
    return pd.DataFrame([{"entry": "XM001", "year_plan": 120.0, "cum_year": 40.0, "plan_start": NaT} | cells])


def test_progress_without_a_plan_by_month_is_by_twelfths() -> None:
    row = dispatch.progress(plan(), 2023, 6).iloc[0]
    assert row["basis"] == "even"
    assert [row["completion"], row["scheduled"]] == pytest.approx([1 / 3, 1 / 2])
    assert row["deviation"] == pytest.approx(-1 / 6)


@pytest.mark.parametrize(
    ("year_plan", "cum_year", "month", "light"),
    [
        (1500e4, 1100e4, 10, "green"),  # 11/15 of 10/12: 10 points behind, no more
        (1500e4, 1100e4 - 1, 10, "yellow"),
        (30e4, 16e4, 10, "yellow"),  # 8/15 of 10/12: 30 points behind
        (30e4, 16e4 - 1, 10, "red"),
    ],
)
def test_what_lies_on_a_limit_is_not_beyond_it(year_plan: float, cum_year: float, month: int, light: str) -> None:
    reached = dispatch.progress(plan(year_plan=year_plan, cum_year=cum_year), 2023, month)
    told = reached.assign(cycle="2023-10", start_overdue=0, silent=0, doubt="", flag="")
    assert dispatch.lights(told)["light"].tolist() == [light]
    assert dispatch.completion(cum_year, year_plan, month).deviation == reached["deviation"].item()


def test_a_plan_by_month_that_adds_up_is_followed() -> None:
    months = {f"plan_{month:02d}": 0.0 for month in range(1, 13)} | {"plan_06": 30.0, "plan_12": 90.0}
    row = dispatch.progress(plan(**months), 2023, 6).iloc[0]
    assert (row["basis"], row["scheduled"]) == ("monthly", 0.25)
    off = dispatch.progress(plan(**(months | {"plan_12": 10.0})), 2023, 6).iloc[0]
    assert (off["basis"], off["scheduled"]) == ("even", 0.5)


@pytest.mark.parametrize(
    ("start", "month", "scheduled"),
    [
        ("2023-07-15", 3, 0.0),  # nothing is due before work is to begin
        ("2023-07-15", 6, 0.0),
        ("2023-07-15", 7, 1 / 6),
        ("2023-07-15", 12, 1.0),
        ("2023-12-01", 12, 1.0),
        ("2023-01-31", 3, 3 / 12),
        ("2022-07-15", 3, 3 / 12),  # it runs already
        ("2024-02-01", 12, 0.0),
        ("", 3, 3 / 12),
    ],
)
def test_an_even_schedule_begins_when_work_is_to_begin(start: str, month: int, scheduled: float) -> None:
    row = dispatch.progress(plan(plan_start=pd.Timestamp(start or None)), 2023, month).iloc[0]
    assert (row["basis"], row["scheduled"]) == ("even", pytest.approx(scheduled))


def test_what_was_not_reported_is_not_zero() -> None:
    row = dispatch.progress(plan(cum_year=NaN), 2023, 6).iloc[0]
    assert row["scheduled"] == 0.5
    assert row[["completion", "deviation"]].isna().all()


def test_without_a_plan_there_is_nothing_to_judge() -> None:
    for missing in (NaN, 0.0):
        row = dispatch.progress(plan(year_plan=missing), 2023, 6).iloc[0]
        assert row["basis"] == "none"
        assert row[["completion", "scheduled", "deviation"]].isna().all()
    with pytest.raises(InputError, match="没有年度计划"):
        dispatch.completion(1.0, 0.0, 6)
    with pytest.raises(InputError, match="13"):
        dispatch.progress(plan(), 2023, 13)


def test_the_line_of_the_report_is_from_unrounded_numbers() -> None:
    reached = dispatch.completion(629.0e8, 647.4e8, 10)
    said = dispatch.progress_sentence(reached, 10)
    assert said == "年度计划投资647.4亿元，1—10月完成629.0亿元，占年度计划的97.2%，超过时间进度13.8个百分点"
    assert "低于时间进度33.3个百分点" in dispatch.progress_sentence(dispatch.completion(50e8, 100e8, 10), 10)
    assert dispatch.progress_sentence(dispatch.completion(1e8, 12e8, 1), 1).endswith("与时间进度持平")
    assert "，1月完成" in dispatch.progress_sentence(dispatch.completion(1e8, 12e8, 1), 1)


def test_starts_due_and_overdue() -> None:
    projects = pd.DataFrame({
        "plan_start": days("2023-07-15", "2023-10-20", "2023-11-01", "2023-03-01", "", "2023-07-31"),
        "start": days("", "", "", "2023-12-01", "2023-01-01", ""),
    })  # fmt: skip
    assert dispatch.start_overdue(projects, DAY).tolist() == [3, 0, 0, 7, 0, 3]
    assert dispatch.start_rate(projects, DAY) == (4, 0)
    assert dispatch.start_rate(projects, dt.date(2023, 12, 31)) == (5, 1)


# ── lights


def measured(**columns: Any) -> pd.DataFrame:
    still = {"scheduled": 0.5, "deviation": 0.0, "start_overdue": 0, "silent": 0, "doubt": "", "flag": ""}
    count = max(len(values) for values in columns.values())
    cycles = [f"2023-{month:02d}" for month in range(1, count + 1)]
    return pd.DataFrame({"entry": "XM001", "cycle": cycles, **still, **columns})


@pytest.mark.parametrize(
    ("name", "value", "light", "reason"),
    [
        ("deviation", 0.138, "green", "超过序时进度13.8个百分点"),
        ("deviation", -0.10, "green", "低于序时进度10.0个百分点"),
        ("deviation", -0.1001, "yellow", "低于序时进度10.0个百分点"),
        ("deviation", -0.30, "yellow", "低于序时进度30.0个百分点"),
        ("deviation", -0.3001, "red", "低于序时进度30.0个百分点"),
        ("deviation", NaN, "grey", "没有填报本年累计完成投资，不评灯"),
        ("start_overdue", 1, "yellow", "逾期未开工1个月"),
        ("start_overdue", 2, "yellow", "逾期未开工2个月"),
        ("start_overdue", 3, "red", "逾期未开工3个月"),
        ("deviation", -0.0004, "green", "与序时进度持平"),
        ("deviation", -0.0005, "green", "低于序时进度0.1个百分点"),
        ("silent", 1, "green", "与序时进度持平"),
        ("silent", 2, "grey", "连续2期未报"),
        ("doubt", "没有信用代码", "grey", "存疑：没有信用代码"),
    ],
)
def test_each_light_has_its_reason(name: str, value: Any, light: str, reason: str) -> None:
    lit = dispatch.lights(measured(**{name: [value]})).iloc[0]
    assert (lit["light"], lit["reason"]) == (light, reason)
    assert lit["word"] in {"正常", "提示", "警告", "未评"}
    assert lit["symbol"]


def test_without_a_plan_no_light_is_given() -> None:
    lit = dispatch.lights(measured(scheduled=[NaN], deviation=[NaN])).iloc[0]
    assert (lit["light"], lit["reason"]) == ("grey", "没有年度计划，不评灯")


@pytest.mark.parametrize(
    ("now", "light", "reason"),
    [
        ({"doubt": "减少"}, "red", "本期不能评定，维持上期警告：存疑：减少"),
        ({}, "red", "本期不能评定，维持上期警告：没有填报本年累计完成投资"),
        ({"silent": 2}, "grey", "连续2期未报"),
        ({"cycle": "2024-01"}, "grey", "没有填报本年累计完成投资，不评灯"),  # of the new year nothing is known
        ({"doubt": "无码", "deviation": 0.0}, "grey", "存疑：无码"),  # what it rests on is sound: it has caught up
        ({"deviation": 0.0}, "green", "与序时进度持平"),
    ],
)
def test_what_cannot_be_measured_is_no_way_out_of_red(now: dict[str, Any], light: str, reason: str) -> None:
    was = measured(deviation=[-0.5])
    lit = dispatch.lights(pd.concat([was, was.assign(**({"cycle": "2023-02", "deviation": NaN} | now))]))
    assert lit[["light", "reason"]].to_numpy().tolist()[1] == [light, reason]
    # By itself nothing that cannot be measured is red.
    alone = dispatch.lights(was.assign(deviation=NaN, doubt="减少"))
    assert alone["light"].tolist() == ["grey"]


def test_two_yellows_in_a_row_are_red_and_changes_are_told() -> None:
    lit = dispatch.lights(measured(deviation=[0.0, -0.2, -0.2, -0.2, 0.0, -0.2]))
    assert lit["light"].tolist() == ["green", "yellow", "red", "red", "green", "yellow"]
    assert lit["reason"][2] == "连续2次黄灯或红灯：低于序时进度20.0个百分点"
    assert lit["changed"].tolist() == [False, True, True, False, True, True]
    changed = dispatch.light_changes(lit, "2023-03")
    assert changed[["entry", "before", "light"]].to_numpy().tolist() == [["XM001", "yellow", "red"]]
    # Who was further behind is not let off with a milder light.
    worse = dispatch.lights(measured(deviation=[-0.35, -0.27, -0.05, -0.27, NaN, -0.27]))
    assert worse["light"].tolist() == ["red", "red", "green", "yellow", "grey", "yellow"]
    gentle = dispatch.lights(measured(deviation=[-0.2, -0.2]), dict(dispatch.thresholds()) | {"yellow_run": 3})
    assert gentle["light"].tolist() == ["yellow", "yellow"]


def test_one_entrys_yellow_is_not_anothers() -> None:
    both = pd.concat([measured(deviation=[-0.2]), measured(deviation=[-0.2]).assign(entry="XM002")])
    lit = dispatch.lights(both)
    assert lit["light"].tolist() == ["yellow", "yellow"]
    assert lit["before"].tolist() == ["", ""]


def test_what_is_silent_or_doubtful_is_never_green() -> None:
    lit = dispatch.lights(measured(deviation=[0.5, 0.5, -0.5], silent=[2, 0, 0], doubt=["", "x", "x"]))
    assert lit["light"].tolist() == ["grey", "grey", "red"]


# ── doubts

TODAY = DAY


def doubt(ledger: str, **cells: Any) -> list[str]:
    sound: dict[str, dict[str, Any]] = {
        "project": {
            "credit_code": "已填", "type": "新建", "plan_start": day("2023-01-01"), "plan_finish": day("2024-01-01"),
            "start": day("2023-01-02"), "finish": NaT, "year": 2023.0, "year_plan": 10.0, "cum_year": 1.0,
            "cum_year_before": NaN, "cum_total": 1.0, "total_investment": 20.0, "month_done": NaN,
            "cum_year_at": day("2023-10-31"), "month_done_at": day("2023-10-31"), "cum_year_before_at": NaT,
        },
        "bond": {"credit_code": "已填", "spent": 1.0, "paid": 1.0, "arrived": 1.0, "issued": 1.0,
                 "arrived_on": day("2023-01-01")},
        "lead": {"signed_on": NaT, "started_on": NaT, "produced_on": NaT, "capacity_on": NaT, "signing": "",
                 "earlier": "", "added_investment": NaN},
        "firm": {"credit_code": "已填"},
        "park": {"tenants": 5.0, "tenants_above": 1.0, "tenants_digital": 2.0},
        "problem": {"raised_on": day("2023-01-01"), "closed_on": NaT, "evidence": ""},
        "measure": {"state": "推进中", "evidence": ""},
    }  # fmt: skip
    common = {
        "entry": "A",
        "name": "甲",
        "name_before": "甲",
        "county": "1",
        "county_before": "1",
        "in_date": NaT,
        "out_date": NaT,
        "out_reason": "",
    }
    frame = pd.DataFrame([common | sound[ledger] | cells])
    for name in frame.columns[[name.endswith(("date", "_on", "_at")) or name in {"start", "finish"} for name in frame]]:
        frame[name] = pd.to_datetime(frame[name])
    return list(dispatch.doubts(ledger, frame, TODAY, 2023)["rule"])


# From 1 to 2.5 万元 within the month.
MONTH: dict[str, Any] = {
    "year_plan": 1e5, "total_investment": 1e5, "cum_total": 2.5e4, "cum_year": 2.5e4, "cum_year_before": 1e4,
    "cum_year_before_at": day("2023-09-30"),
}  # fmt: skip
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("no_credit_code", "project", {"credit_code": ""}),
    ("no_credit_code", "firm", {"credit_code": ""}),
    ("renamed_and_moved", "bond", {"name": "乙", "county": "2"}),
    ("plan_backwards", "project", {"plan_finish": day("2022-01-01")}),
    ("ends_before_start", "project", {"start": day("2023-05-01"), "finish": day("2023-04-01")}),
    ("ends_unstarted", "project", {"start": NaT, "finish": day("2023-04-01")}),
    ("finishes_later", "project", {"finish": day("2023-11-01")}),
    ("invested_unstarted", "project", {"start": NaT}),
    ("starts_later", "project", {"start": day("2023-12-01")}),
    ("no_plan", "project", {"year_plan": NaN}),
    ("plan_of_another_year", "project", {"year": 2022.0}),
    ("plan_of_no_year", "project", {"year": NaN}),
    ("plan_off", "project", {"plan_01": 9.5}),
    ("plan_off", "project", {"plan_01": 11.0}),  # a tenth, no more
    ("plan_far_off", "project", {"plan_01": 3.0}),
    ("over_plan", "project", {"cum_year": 15.1, "cum_total": 15.1}),
    ("over_total", "project", {"cum_total": 21.0}),
    ("far_over_total", "project", {"cum_total": 22.1}),
    ("far_over_total", "project", {"cum_year": 12.0, "cum_total": NaN, "total_investment": 10.0}),
    ("year_over_total", "project", {"cum_total": 0.9}),
    ("fallen", "project", {"cum_year_before": 2.0}),
    ("month_off", "project", MONTH | {"month_done": 3.5e4 + 1}),
    ("spent_over_arrived", "bond", {"spent": 2.0}),
    ("paid_over_arrived", "bond", {"paid": 2.0}),
    ("arrived_over_issued", "bond", {"arrived": 2.0}),
    ("arrived_undated", "bond", {"arrived_on": NaT}),
    ("arrived_later", "bond", {"arrived_on": day("2023-11-01")}),
    ("leaves_before_entry", "park", {"in_date": day("2023-02-01"), "out_date": day("2023-01-01"), "out_reason": "x"}),
    ("leaves_without_reason", "firm", {"out_date": day("2023-01-01")}),
    ("signed_backwards", "lead", {"signed_on": day("2023-02-01"), "started_on": day("2023-01-01")}),
    ("produced_backwards", "lead", {"produced_on": day("2023-02-01"), "started_on": day("2023-03-01")}),
    ("produced_backwards", "lead", {"produced_on": day("2023-02-01"), "capacity_on": day("2023-01-01")}),
    ("signed_later", "lead", {"signed_on": day("2023-11-01")}),
    ("first_but_related", "lead", {"signing": "首次签约", "earlier": "ZS001"}),
    ("raise_unstated", "lead", {"signing": "增资", "earlier": "ZS001"}),
    ("too_many_above", "park", {"tenants_above": 6.0}),
    ("closed_early", "problem", {"closed_on": day("2022-12-01"), "evidence": "x"}),
    ("closed_unproven", "problem", {"closed_on": day("2023-02-01")}),
    ("done_unproven", "measure", {"state": "已完成"}),
]


@pytest.mark.parametrize(("rule", "ledger", "wrong"), CASES, ids=[f"{rule}-{ledger}" for rule, ledger, _ in CASES])
def test_each_doubt_fires_alone(rule: str, ledger: str, wrong: dict[str, Any]) -> None:
    assert doubt(ledger, **wrong) == [rule]
    assert doubt(ledger) == []


@pytest.mark.parametrize("cells", [{"name": "乙"}, {"county": "2"}, {"name": "乙", "county": "2", "name_before": ""}])
def test_a_rename_or_a_move_alone_is_no_doubt(cells: dict[str, Any]) -> None:
    assert doubt("park", **cells) == []


@pytest.mark.parametrize(
    "cells",
    [
        {"month_done": 3.5e4},  # within rounding
        {"month_done": 9e4, "cum_year_before_at": day("2023-08-31")},  # over two months
        {"month_done": 9e4, "cum_year_before_at": day("2023-10-20")},  # within one
        {"month_done": 9e4, "month_done_at": day("2023-09-30")},  # that of the month before
    ],
)
def test_a_month_is_held_to_the_rise_of_that_month_alone(cells: dict[str, Any]) -> None:
    assert doubt("project", **(MONTH | cells)) == []


def test_every_doubt_is_tried_and_names_columns_of_its_ledgers() -> None:
    assert {rule for rule, _, _ in CASES} == set(rules()["id"])
    for rule in rules().to_dict("records"):
        for ledger in rule["ledgers"].split(";"):
            named = {*rule["fields"].split(";"), *filter(None, rule["drops"].split(";"))}
            assert named <= set(ledgers()[ledger].columns), rule["id"]


@pytest.mark.parametrize(("finish", "start", "found"), [
    ("2023-11-01", "2023-01-02", ["finishes_later"]), ("2023-10-31", "2023-01-02", []),
    ("", "", ["invested_unstarted"]),
])  # fmt: skip
def test_what_is_implausible_is_grey_and_says_why(finish: str, start: str, found: list[str]) -> None:
    assert doubt("project", finish=pd.Timestamp(finish or None), start=pd.Timestamp(start or None)) == found
    said = rules().set_index("id")["zh"]
    lit = dispatch.lights(measured(deviation=[0.2], doubt=["；".join(said[found])])).iloc[0]
    assert (lit["light"] == "grey") == bool(found)
    assert all(said[rule] in lit["reason"] for rule in found)


def test_a_doubt_that_does_not_decide_the_light_stands_beside_it() -> None:
    behind = [0.0, -0.5, -0.5, 0.0, NaN]
    lit = dispatch.lights(measured(deviation=behind, doubt=["", "无码", "", "", ""], flag=["超总投资"] * 5))
    assert lit["reason"].tolist() == [
        "与序时进度持平；另存疑：超总投资", "低于序时进度50.0个百分点；另存疑：无码；超总投资",
        "低于序时进度50.0个百分点；另存疑：超总投资", "与序时进度持平；另存疑：超总投资",
        "没有填报本年累计完成投资，不评灯",
    ]  # fmt: skip


def test_what_is_in_doubt_is_left_out_of_sums() -> None:
    bonds = pd.DataFrame({"entry": ["A", "B"], "arrived": [100.0, 50.0], "spent": [1000.0, 25.0],
                          "signed_on": days("2023-01-01", "2023-01-02")})  # fmt: skip
    counted = dispatch.counting(bonds, [("A", ("arrived", "spent")), ("B", ("signed_on",))])
    assert counted[["arrived", "spent"]].sum().tolist() == [50.0, 25.0]
    assert counted["signed_on"].isna().tolist() == [False, True]
    assert bonds["spent"].sum() == 1025.0


def test_since_when_a_cell_holds_what_it_holds() -> None:
    told = cells(
        ("A", "spent", "9", "2023-01-05", "2023-01-06"),
        ("A", "spent", "7", "2023-02-05", "2023-02-06"),
        ("A", "spent", "9", "2023-03-05", "2023-03-06"),
        ("A", "spent", "9", "2023-04-05", "2023-04-06"),  # the same again is no news
        ("B", "spent", "9", "2023-04-05", "2023-04-06"),
    )
    assert dispatch.held_since(told, DAY).to_dict() == {
        ("A", "spent"): day("2023-03-06"),
        ("B", "spent"): day("2023-04-06"),
    }
    assert dispatch.held_since(told, dt.date(2023, 2, 10)).to_dict() == {("A", "spent"): day("2023-02-06")}


def test_a_preparation_needs_no_plan() -> None:
    assert doubt("project", type="前期", year_plan=NaN) == []


def test_what_blocks_a_light_is_joined() -> None:
    found = pd.DataFrame({"entry": ["A", "A", "B"], "zh": ["一", "二", "三"], "blocks": [True, True, False]})
    assert blocking(found).to_dict() == {"A": "一；二"}
    assert flagging(found).to_dict() == {"B": "三"}


# ── problems, measures


def test_problems_age_are_pushed_and_close_with_evidence() -> None:
    problems = pd.DataFrame({
        "entry": list("ABCDEF"),
        "raised_on": days(*["2023-09-01"] * 6),
        "due": days("2023-11-15", "2023-10-21", "2023-09-20", "2023-10-01", "2023-10-01", "2023-10-30"),
        "closed_on": days("", "", "", "2023-09-30", "2023-10-11", "2023-10-15"),
        "evidence": ["", "", "", "纪要", "照片", ""],
    })  # fmt: skip
    status = dispatch.problem_status(problems, DAY)
    assert status["state"].tolist() == ["在办", "逾期", "逾期", "办结", "逾期办结", "办结无佐证"]
    assert status["overdue"].tolist() == [0, 10, 41, 0, 10, 1]
    assert status["age"].tolist() == [60, 60, 60, 29, 40, 60]
    assert status["level"].tolist() == ["责任单位", "专班督办", "报包联领导", "", "", "专班督办"]
    before = dispatch.problem_status(problems, dt.date(2023, 9, 29))
    assert before["state"][3] == "在办"


def test_a_measure_is_done_with_evidence_only() -> None:
    measures = pd.DataFrame({
        "state": ["已完成", "已完成", "推进中"], "evidence": ["文件", "", ""],
        "due": days("2023-06-30", "2023-06-30", "2023-12-31"),
    })  # fmt: skip
    told = dispatch.measure_progress(measures, DAY)
    assert told["done"].tolist() == [True, False, False]
    assert told["late"].tolist() == [False, True, False]


# ── signings, funnel

LEADS = pd.DataFrame({
    "entry": ["ZS001", "ZS002", "ZS003", "ZS004", "ZS005", "ZS006"],
    "batch": ["第七期", "第七期", "第八期", "第八期", "", "第八期"],
    "signing": ["首次签约", "", "升格", "增资", "首次签约", "首次签约"],
    "earlier": ["", "", "ZS001", "ZS002", "", "ZS001"],
    "planned_investment": [10.0, 20.0, 50.0, 30.0, 5.0, 10.0],
    "added_investment": [NaN, NaN, NaN, 8.0, NaN, NaN],
    "signed_on": days("2023-01-10", "2023-02-10", "2023-05-01", "2023-05-01", "2023-06-01", "2023-06-01"),
    "registered_on": days("2023-02-10", "2023-03-10", "", "", "", ""),
    "started_on": days("2023-03-10", "", "", "", "", ""),
    "produced_on": days("2023-09-10", "2023-09-10", "", "", "", ""),
    "capacity_on": days("2023-12-10", "", "", "", "", ""),
})  # fmt: skip


def test_first_signings_count_raises_by_their_increment() -> None:
    signed = dispatch.signings(LEADS, dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    assert signed["counted"].tolist() == [1, 1, 0, 0, 1, 0]
    assert signed["amount"].tolist() == [10.0, 20.0, 0.0, 8.0, 5.0, 0.0]
    spring = dispatch.signings(LEADS, dt.date(2023, 2, 1), dt.date(2023, 5, 1))
    assert spring["entry"].tolist() == ["ZS002", "ZS003", "ZS004"]


def test_the_funnel_by_batch() -> None:
    told = dispatch.funnel(LEADS, DAY).set_index("batch")
    assert told.index.tolist() == ["第七期", "合计"]
    assert told.loc["第七期", ["signed", "fulfilled", "started", "produced", "at_capacity"]].tolist() == [2, 2, 1, 1, 0]
    rates = told.loc["合计", ["fulfilled_rate", "started_rate", "produced_rate", "at_capacity_rate"]]
    assert rates.tolist() == [1.0, 0.5, 1.0, 0.0]


# ── bonds, parks


def test_a_figure_taken_back_is_no_rise_and_hides_none() -> None:
    bonds = pd.DataFrame({"entry": ["A"], "arrived": [100.0], "spent": [30.0], "arrived_on": days("2023-01-31")})
    spent = pd.DataFrame({
        "entry": "A", "spent": [10.0, 1000.0, 20.0, 30.0],
        "reported_at": ["2023-02-28", "2023-03-10", "2023-03-20", "2023-10-20"],
    })  # fmt: skip
    assert dispatch.spending(bonds, spent, DAY)["waiting"].tolist() == [(DAY - dt.date(2023, 10, 20)).days]
    # What it was lowered to had moved by the day of the figure taken back.
    assert dispatch.spending(bonds, spent[:3], DAY)["waiting"].tolist() == [(DAY - dt.date(2023, 3, 10)).days]
    # On the day on which nobody knew better it was a rise.
    assert dispatch.spending(bonds, spent, dt.date(2023, 3, 15))["waiting"].tolist() == [5]


def test_spending_and_idle_money() -> None:
    bonds = pd.DataFrame({
        "entry": list("ABCDE"), "arrived": [100.0, 100.0, 100.0, 100.0, NaN], "spent": [40.0, 0.0, 100.0, NaN, NaN],
        "arrived_on": days("2023-01-31", "2023-01-31", "2023-01-31", "2023-10-01", ""),
    })  # fmt: skip
    spent = pd.DataFrame({
        "entry": ["A", "A", "A", "C"], "spent": [10.0, 40.0, 40.0, 100.0],
        "reported_at": ["2023-03-31", "2023-08-02", "2023-10-20", "2023-03-01"],
    })  # fmt: skip
    told = dispatch.spending(bonds, spent, DAY)
    assert told["progress"].tolist()[:4] == [0.4, 0.0, 1.0, 0.0]
    assert told["waiting"].tolist()[:4] == [90, 273, 244, 30]
    assert told["idle"].tolist() == [False, True, False, False, False]
    assert np.isnan(told["progress"][4])
    assert dispatch.spending(bonds, spent, dt.date(2023, 11, 1))["idle"].tolist()[0]


def test_parks() -> None:
    park = {"entry": "YQ001", "tenants": 50.0, "tenants_digital": 20.0, "tenants_above": 5.0, "tenants_new": 6.0,
            "tenants_closed": 2.0, "revenue": 1e9, "tax": 5e7, "area": 1000.0, "staff": 2000.0}  # fmt: skip
    told = dispatch.park_indicators(pd.DataFrame([park, park | {"area": 0.0}]))
    assert told.loc[0].tolist() == ["YQ001", 0.4, 0.1, 4.0, 1e6, 5e4, 5e5]
    assert np.isnan(told.loc[1, "revenue_per_mu"])


# ── lists


def test_what_is_late_by_owner() -> None:
    projects = pd.DataFrame({
        "entry": ["XM001", "XM002"], "name": ["一", "二"], "department": ["", "发改委"],
        "plan_start": days("2023-08-31", "2023-01-01"), "start": days("", "2023-01-01"),
        "plan_finish": days("2024-01-01", "2023-09-30"), "finish": days("", ""),
    })  # fmt: skip
    problems = pd.DataFrame({
        "entry": ["WT001", "WT002"], "name": ["缺地", "缺钱"], "department": "发改委",
        "due": days("2023-10-01", "2023-10-01"), "state": ["逾期", "办结"],
    })  # fmt: skip
    measures = pd.DataFrame(
        {"entry": ["CS01"], "name": ["建平台"], "department": "大数据局", "due": days("2023-06-30"), "late": [True]}
    )
    told = dispatch.late_by_owner(projects, problems, measures, DAY)
    assert told[["owner", "kind", "entry", "days"]].to_numpy().tolist() == [
        ["发改委", "应竣工未竣工", "XM002", 31],
        ["发改委", "问题逾期未办结", "WT001", 30],
        ["大数据局", "措施逾期未完成", "CS01", 123],
        ["（未填责任部门）", "应开工未开工", "XM001", 61],
    ]


def test_who_has_not_reported() -> None:
    standing = pd.DataFrame({
        "entry": ["XM001", "XM002"], "name": ["一", "二"], "department": "发改委",
        "last_report": days("2023-09-25", "2023-09-26"),
    })  # fmt: skip
    told = dispatch.not_reported("project", standing, DAY)
    assert told[["owner", "entry", "cycle", "days"]].to_numpy().tolist() == [["发改委", "XM001", "每月一报", 36]]
    assert dispatch.not_reported("park", standing, DAY).empty  # a park reports by quarter


def test_every_list_has_its_cycle() -> None:
    assert list(cycles().index) == list(ledgers())[:5]
    assert (cycles()["days"] > cycles()["cycle"].map({"month": 31, "quarter": 92})).all()


def test_the_two_legends_never_meet() -> None:
    from indicators.signals.lights import legend as climate

    mine = dispatch.legend()
    assert mine["word"].tolist() == ["正常", "提示", "警告", "未评"]
    assert mine["symbol"].is_unique
    assert not set(mine["word"]) & (set(climate()["meaning"]) - {"正常"})
