"""Missing and late returns: deadlines as data, who is called in, and the lists."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.review.late import deadlines, usual_day
from pipelines.review.late_list import REASONS, county_lists
from pipelines.steps.missing import late
from pipelines.workspace import Workspace
from tests.pipelines.review.asking import CITY, FOREVER, QUARTER, RECEIVED, asking, firm, put, returned, unit

DAY = dt.date(2024, 1, 22)
IN_TIME = RECEIVED


def registered(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "quarter": QUARTER, "row_id": f"{number:016x}:001:{number:07d}", "known_from": dt.date(2024, 1, 5),
        "known_to": FOREVER, "unit": unit(number), "name": firm(number), "county": f"41990{1 + number % 2}",
        "gbt": "3911", "kind": "legal", "parent_unit": None, "entry_date": None, "exit_date": None, "successor": None,
        "reason": None, "status": "accepted", "rules": "", "queries": "",
    } | changed  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Units 1 to 6 are due; 1 and 2 reported, 4 late, 3 was set aside, 5 and 6 sent nothing, 6 the larger."""
    workspace = asking(tmp_path / "home")
    put(workspace, "core_register", QUARTER, [registered(n) for n in range(1, 7)])
    before = {"quarter": "2022Q4", "known_from": dt.date(2023, 1, 18)}
    put(workspace, "core_return", "2022Q4", [returned(n, **before) for n in (1, 2, 5, 6)])
    late_day = dt.date(2024, 1, 20)
    put(
        workspace,
        "core_return",
        QUARTER,
        [
            returned(1),
            returned(2),
            returned(4, known_from=late_day),
            returned(3, status="set_aside", rules="A01;B03", sector="service"),
            # A correction that comes after the deadline makes nobody late.
            returned(12, unit=unit(2), known_from=late_day),
        ],
    )
    return workspace


def test_deadlines_are_days_of_the_month_after_the_quarter(workspace: Workspace) -> None:
    first, fourth = (
        {name: str(day) for name, day in deadlines(workspace, quarter).items()} for quarter in ("2023Q1", "2023Q4")
    )
    assert first == dict.fromkeys(("industry", "service", "trade", "construction"), "2023-04-18")
    assert fourth == dict.fromkeys(("industry", "service", "trade"), "2024-01-18") | {"construction": "2024-01-13"}


def with_settings(workspace: Workspace, settings: str) -> Workspace:
    (workspace.home / "city.toml").write_text(CITY + settings, encoding="utf-8")
    return Workspace(workspace.home)


def test_until_its_release_a_quarter_is_looked_at_as_of_today_and_then_as_on_its_last_deadline(
    workspace: Workspace,
) -> None:
    released = workspace.city.release_date(Quarter.parse(QUARTER))
    assert usual_day(workspace, QUARTER, released) == released
    assert usual_day(workspace, QUARTER, released + dt.timedelta(days=1)) == dt.date(2024, 1, 18)


def test_a_city_sets_its_own_days(workspace: Workspace) -> None:
    own = with_settings(workspace, "[deadlines]\nconstruction = 10\nindustry = 15\n")
    assert {str(day) for day in deadlines(own, QUARTER).values()} == {"2024-01-10", "2024-01-15", "2024-01-18"}
    with pytest.raises(InputError, match="没有这样的表：B203；可用：industry"):
        deadlines(with_settings(workspace, "[deadlines]\nB203 = 10\n"), QUARTER)
    with pytest.raises(InputError, match=r"city\.toml 有误"):
        deadlines(with_settings(workspace, "[deadlines]\nindustry = 31\n"), QUARTER)


def test_who_is_missing_and_who_was_late(workspace: Workspace) -> None:
    found = late(workspace, QUARTER, DAY)
    assert dict(found.due) == {("419901", "industry"): 3, ("419902", "industry"): 3}
    # Within a county the largest last revenue first.
    assert [(m.unit, m.state, m.rules, m.last_quarter) for m in found.missing] == [
        (unit(6), "absent", "", "2022Q4"),
        (unit(5), "absent", "", "2022Q4"),
        (unit(3), "set_aside", "A01;B03", ""),
    ]
    assert [(a.unit, str(a.arrived), str(a.due)) for a in found.late] == [(unit(4), "2024-01-20", "2024-01-18")]
    assert found.sentence == "应报 6 家，共 3 家未报（其中 1 家报了但被搁置，须更正）；迟报 1 家"
    assert found.missing_by == {("419901", "industry"): 1, ("419902", "industry"): 2}
    assert found.late_by == {"419901": 1}


def test_it_is_as_known_on_the_day(workspace: Workspace) -> None:
    before = late(workspace, QUARTER, dt.date(2024, 1, 10))
    assert (len(before.missing), before.late) == (6, ())
    assert before.sentence == "应报 6 家，共 6 家未报；迟报 0 家"
    assert late(workspace, QUARTER, dt.date(2024, 1, 1)).due.keys() == {("419901", "industry"), ("419902", "industry")}


def test_all_in_time_is_said(workspace: Workspace) -> None:
    put(workspace, "core_return", QUARTER, [returned(n) for n in range(1, 7)])
    found = late(workspace, QUARTER, DAY)
    assert found.sentence == "应报 6 家，全部已报；迟报 0 家"
    assert county_lists(found, workspace.city) == {}


def test_each_county_gets_its_own_list(workspace: Workspace) -> None:
    lists = county_lists(late(workspace, QUARTER, DAY), workspace.city)
    assert list(lists) == ["催报清单_2023Q4_419901_甲区.xlsx", "催报清单_2023Q4_419902_乙区.xlsx"]
    first, second = (openpyxl.load_workbook(io.BytesIO(content)) for content in lists.values())
    assert first.sheetnames == ["未报", "迟报", "填写说明"]
    assert second.sheetnames == ["未报", "填写说明"]
    rows = [[cell.value for cell in row] for row in second["未报"].iter_rows(min_row=5)]
    form = "B203 规模以上工业企业财务状况"
    blank = [None] * 3
    assert rows == [
        [1, unit(5), firm(5), form, "2024-01-18", 4, "未收到", "2022Q4", *blank],
        [2, unit(3), firm(3), form, "2024-01-18", 4, "已报但被搁置（规则 A01、B03），请更正后重报", "新单位", *blank],
    ]
    assert [cell.value for cell in first["迟报"][5]] == [
        1, unit(4), firm(4), form, "2024-01-18", "2024-01-20", 2,
    ]  # fmt: skip
    assert unit(5) not in str(list(first["未报"].values))
    [chosen] = [rule for rule in second["未报"].data_validations.dataValidation if rule.type == "list"]
    assert chosen.formula1 == f'"{",".join(REASONS)}"'
    assert lists == county_lists(late(workspace, QUARTER, DAY), workspace.city)


def test_nobody_is_overdue_before_the_deadline(workspace: Workspace) -> None:
    lists = county_lists(late(workspace, QUARTER, dt.date(2024, 1, 10)), workspace.city)
    rows = openpyxl.load_workbook(io.BytesIO(next(iter(lists.values()))))["未报"].iter_rows(min_row=5)
    assert {row[5].value for row in rows} == {0}
