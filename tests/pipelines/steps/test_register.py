"""The register of units: who is in it on which day, what changed, and what a return is held to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from pipelines.lake import Lake
from pipelines.steps.annual import core_annual
from pipelines.steps.classified import FOREVER
from pipelines.steps.core import FIRM_FORMS, core_return
from pipelines.steps.lines import lines_partition
from pipelines.steps.queries import core_query
from pipelines.steps.raw import raw
from pipelines.steps.register import FORM, core_change, core_register
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import take_in
from tests.pipelines.steps.conftest import QUARTER

NEXT = by_hand.QUARTERS[1]
# Papers of 2022 come on the first of these days unless they are entered otherwise.
FIRST, LATER, LAST = dt.date(2023, 2, 10), dt.date(2023, 3, 1), dt.date(2023, 4, 1)


def registers(
    home: Path, rows: list[by_hand.Row], *, day: dt.date = FIRST, again: str = "", quarter: str = QUARTER
) -> Path:
    """Enter a register of units, received on a day."""
    path = by_hand.units(home / "inbox", quarter, rows, again=again)
    with (home / "inbox" / "received.csv").open("a", encoding="utf-8") as received:
        received.write(f"\n{path.name},{day},普查中心,名录")
    return path


def reports(home: Path, numbers: list[int], *, day: dt.date, again: str, **changes: object) -> None:
    """Enter returns of industry, received on a day."""
    rows = [by_hand.firm(number, by_hand.COMPUTERS, output=100, revenue=100, base=90) | changes for number in numbers]
    path = by_hand.industry(home / "inbox", QUARTER, rows, again=again)
    with (home / "inbox" / "received.csv").open("a", encoding="utf-8") as received:
        received.write(f"\n{path.name},{day},综合科,直报")


def register_of(home: Path, quarter: str = QUARTER) -> pd.DataFrame:
    core_register(take_in(home), quarter)
    return _read(home, "core_register", quarter).sort_values(["unit", "known_from", "row_id"])


def returns_of(home: Path, number: int) -> pd.DataFrame:
    workspace = take_in(home)
    for form in FIRM_FORMS:
        raw(workspace, form, QUARTER)
    core_return(workspace, QUARTER)
    frame = _read(home, "core_return", QUARTER)
    return frame[frame["unit"] == by_hand.unit(number)].sort_values("known_from")


def changes_of(home: Path) -> list[list[object]]:
    core_change(take_in(home), NEXT)
    frame = _read(home, "core_change", NEXT)
    frame["number"] = frame["unit"].map({by_hand.unit(number): number for number in range(20)})
    return frame[["number", "event", "date", "value_after", "known_from", "known_to"]].to_numpy(object).tolist()


def _read(home: Path, table: str, partition: str) -> pd.DataFrame:
    frame = Lake(home / "lake").read(table, [partition]).to_pandas()
    return frame.astype(object).where(frame.notna(), None)


def test_a_date_is_read_in_the_usual_spellings(unmade: Path) -> None:
    written = ["2015-03-02", "2015/3/2", "2015.3.2", "20150302", "2015年3月2日"]
    registers(unmade, [by_hand.registered(number, entry_date=date) for number, date in enumerate(written)])
    found = register_of(unmade)[["entry_date", "status", "queries"]].to_numpy().tolist()
    assert found == [[dt.date(2015, 3, 2), "accepted", ""]] * len(written)


def test_a_row_is_typed_and_its_faults_are_told(unmade: Path) -> None:
    rows = [
        by_hand.registered(1, gbt="C３９１１", kind="产业活动单位", parent_unit=by_hand.unit(2)),
        by_hand.registered(2, entry_date="2015-13-01"),
        by_hand.registered(3, entry_date="", exit_date="—"),
        by_hand.registered(4, exit_date="2014-12-31"),
        by_hand.registered(5, exit_date="2022-01-01", successor=by_hand.unit(6)),
        by_hand.registered(6, exit_date="2022-02-01", successor=by_hand.unit(7)),
        by_hand.registered(7, exit_date="2022-02-02", successor=by_hand.unit(5)),
        by_hand.registered(8, exit_date="2022-02-02", successor=by_hand.unit(19)),
        by_hand.registered(9, successor=by_hand.unit(8)),
        by_hand.registered(10, kind="分公司"),
        by_hand.registered(11, kind="产业活动单位"),
        by_hand.registered(12, kind="产业活动单位", parent_unit=by_hand.unit(18)),
        by_hand.registered(13, county="110101"),
        by_hand.registered(14),
        by_hand.registered(14),
        by_hand.registered(15) | {"unit": "91990101MA000001"},
    ]
    registers(unmade, rows)
    found = register_of(unmade)
    said = found.groupby("unit")[["rules", "queries"]].sum()
    expected = {2: "R01", 3: "R03", 4: "R02", 5: "R05", 6: "R05", 7: "R05", 8: "R04", 9: "R06", 10: "R07", 11: "R08"}
    for number in range(1, 13):
        assert said.loc[by_hand.unit(number)].tolist() == ["", {**expected, 12: "R09"}.get(number, "")], number
    first = found[found["unit"] == by_hand.unit(1)].iloc[0]
    assert (first["gbt"], first["kind"], first["parent_unit"]) == ("3911", "local", by_hand.unit(2))
    aside = _read(unmade, "core_set_aside", lines_partition(FORM, QUARTER)).sort_values("row")
    assert aside[["row", "rule", "column"]].to_numpy().tolist() == [
        [15, "C01R", "行政区划代码"],
        [17, "C02", "统一社会信用代码"],
        [18, "C01", "统一社会信用代码"],
    ]
    queries = _read(unmade, "core_finding", lines_partition(FORM, QUARTER)).sort_values("row")
    assert queries["rule"].tolist() == [*expected.values(), "R09"]
    assert (queries["form"] == "M101").all()
    assert queries.iloc[0][["column", "value", "known_to"]].tolist() == ["入库日期", "2015-13-01", FOREVER]
    assert queries[queries["rule"] == "R02"]["expected"].tolist() == ["2015-01-01"]


def test_a_correction_takes_the_place_of_a_row_and_closes_its_query(unmade: Path) -> None:
    registers(unmade, [by_hand.registered(1, entry_date="?"), by_hand.registered(2)])
    registers(unmade, [by_hand.registered(1)], day=LATER, again="_更正")
    found = register_of(unmade)
    mine = found[found["unit"] == by_hand.unit(1)]
    assert mine["known_to"].tolist() == [LATER, FOREVER]
    assert mine["queries"].tolist() == ["R01", ""]
    assert found[found["unit"] == by_hand.unit(2)]["known_to"].tolist() == [FOREVER]
    assert _read(unmade, "core_finding", lines_partition(FORM, QUARTER))["known_to"].tolist() == [LATER]
    assert not any(made.computed for made in core_register(Workspace(unmade), QUARTER))


def test_what_comes_later_does_not_change_what_a_row_was_told(unmade: Path) -> None:
    registers(unmade, [by_hand.registered(1, exit_date="2022-01-01", successor=by_hand.unit(2))])
    registers(unmade, [by_hand.registered(2)], day=LATER, again="_补")
    assert register_of(unmade)["queries"].tolist() == ["R04", ""]


def test_a_refused_register_is_listed(unmade: Path) -> None:
    path = registers(unmade, [by_hand.registered(1)])
    path.write_text(path.read_text(encoding="utf-8").replace("入库日期", "日子"), encoding="utf-8")
    assert len(register_of(unmade)) == 0
    aside = _read(unmade, "core_set_aside", lines_partition(FORM, QUARTER))
    assert set(aside["file"]) == {path.name}


HELD: list[tuple[dict[str, object], str]] = [
    ({}, ""),
    ({"entry_date": "2022-03-31"}, ""),
    ({"entry_date": "2022-04-01"}, "C07"),
    ({"exit_date": "2021-12-31"}, "C07"),
    ({"exit_date": "2022-01-01"}, ""),  # leaves within the quarter
    ({"exit_date": "2014-01-01"}, ""),  # contradicts itself: asked about, not acted upon
    ({"entry_date": "unreadable"}, ""),
    ({"exit_date": "unreadable"}, ""),
    ({"entry_date": "", "exit_date": "2021-12-31"}, "C07"),
    ({"county": "110101"}, "C07"),
    ({"unit": by_hand.unit(9)}, "C07"),
]


def test_a_return_is_held_to_the_register(unmade: Path) -> None:
    numbers = list(range(11, 11 + len(HELD)))
    there = [by_hand.registered(number) | changes for number, (changes, _) in zip(numbers, HELD, strict=True)]
    registers(unmade, [*there, by_hand.registered(4)])
    reports(unmade, numbers, day=FIRST, again="_补报1")
    found = {number: returns_of(unmade, number)["rules"].tolist() for number in (2, *numbers)}
    assert found == {2: ["C07"]} | {number: [rules] for number, (_, rules) in zip(numbers, HELD, strict=True)}


def test_a_register_without_a_sound_row_holds_nobody(unmade: Path) -> None:
    registers(unmade, [by_hand.registered(1, county="110101")])
    assert returns_of(unmade, 2)["rules"].tolist() == [""]


def test_a_return_is_held_to_what_was_known_of_the_register_by_its_day(unmade: Path) -> None:
    registers(unmade, [by_hand.registered(1), by_hand.registered(2)], day=LATER)
    registers(unmade, [by_hand.registered(2, exit_date="2021-06-30")], day=LAST, again="_更正")
    reports(unmade, [1, 2, 3], day=LATER, again="_更正1")
    reports(unmade, [1, 2], day=LAST, again="_更正2")
    assert returns_of(unmade, 1)["rules"].tolist() == ["", "", ""]  # no register, then in it
    assert returns_of(unmade, 2)["rules"].tolist() == ["", "", "C07"]
    assert returns_of(unmade, 3)["rules"].tolist() == ["", "C07"]  # the first one as a service


LEGAL = by_hand.registered(1)
LOCAL = by_hand.registered(2, kind="产业活动单位", parent_unit=by_hand.unit(1))
OTHERS = [by_hand.registered(number) for number in (3, 4)]


def test_a_local_unit_is_not_counted_beside_its_legal_unit(unmade: Path) -> None:
    registers(unmade, [LEGAL, LOCAL, *OTHERS])
    assert returns_of(unmade, 1)["rules"].tolist() == [""]
    [local] = returns_of(unmade, 2).to_dict("records")
    assert (local["status"], local["rules"]) == ("set_aside", "C03R")


def test_a_local_unit_is_counted_until_its_legal_unit_reports(unmade: Path) -> None:
    legal = by_hand.registered(4)
    local = by_hand.registered(2, kind="产业活动单位", parent_unit=by_hand.unit(4))
    registers(unmade, [LEGAL, local, by_hand.registered(3), legal])
    reports(unmade, [4], day=LATER, again="_补报", revenue="约100")  # set aside: it holds nothing
    assert returns_of(unmade, 2)["known_to"].tolist() == [FOREVER]
    reports(unmade, [4], day=LAST, again="_补报2")
    reports(unmade, [2], day=LAST, again="_更正")
    found = returns_of(unmade, 2)
    assert found["known_to"].tolist() == [LAST, FOREVER]
    assert found["rules"].tolist() == ["", "C03R"]
    # Nobody corrected it, and what was asked about it is asked no more.
    raw(Workspace(unmade), "annual")
    core_annual(Workspace(unmade))
    core_query(Workspace(unmade), QUARTER)
    asked = [
        row for row in Lake(unmade / "lake").read("core_query", [QUARTER]).to_pylist() if row["unit"] == by_hand.unit(2)
    ]
    assert {row["status"] for row in asked} == {"withdrawn"}


def test_a_unit_that_the_register_later_calls_local_is_counted_until_that_day(unmade: Path) -> None:
    registers(unmade, [LEGAL, by_hand.registered(2), *OTHERS])
    registers(unmade, [LOCAL], day=LATER, again="_更正")
    found = returns_of(unmade, 2)
    assert found[["status", "known_to"]].to_numpy().tolist() == [["accepted", LATER]]


def test_two_local_units_that_name_each_other_are_both_counted(unmade: Path) -> None:
    one = by_hand.registered(1, kind="产业活动单位", parent_unit=by_hand.unit(2))
    registers(unmade, [one, LOCAL, *OTHERS])
    assert [returns_of(unmade, number)["rules"].tolist() for number in (1, 2)] == [[""], [""]]


BEFORE = [
    by_hand.registered(1),
    by_hand.registered(2),
    by_hand.registered(3),
    by_hand.registered(4, exit_date="2020-01-01"),
    by_hand.registered(5),
    by_hand.registered(6),
    by_hand.registered(7, entry_date="2022-05-01"),
]
NOW = [
    by_hand.registered(1),
    by_hand.registered(2, gbt="3912"),
    by_hand.registered(3, exit_date="2022-05-05", reason="停业"),
    by_hand.registered(4, exit_date="2020-01-01"),
    by_hand.registered(5, exit_date="2022-06-30", successor=by_hand.unit(1)),
    by_hand.registered(7, entry_date="2022-05-01"),
    by_hand.registered(8, entry_date="2022-04-01"),
    by_hand.registered(9, exit_date="2019-01-01"),
    by_hand.registered(10, entry_date="2022-04-02", exit_date="2022-06-01"),
    by_hand.registered(11, entry_date="2022-07-01"),
]


def test_what_changed_in_a_quarter(unmade: Path) -> None:
    registers(unmade, BEFORE)
    registers(unmade, NOW, quarter=NEXT)
    day = dt.date
    assert changes_of(unmade) == [
        [2, "recode", None, "3912", FIRST, FOREVER],
        [3, "exit", day(2022, 5, 5), None, FIRST, FOREVER],
        [5, "merger", day(2022, 6, 30), by_hand.unit(1), FIRST, FOREVER],
        [6, "exit", None, None, FIRST, FOREVER],  # no longer listed
        [7, "entry", day(2022, 5, 1), None, FIRST, FOREVER],
        [8, "entry", day(2022, 4, 1), None, FIRST, FOREVER],
        [10, "entry", day(2022, 4, 2), None, FIRST, FOREVER],
        [10, "exit", day(2022, 6, 1), None, FIRST, FOREVER],
    ]
    assert not core_change(Workspace(unmade), NEXT).computed


def test_a_move_and_a_return_to_the_register(unmade: Path) -> None:
    settings = (unmade / "city.toml").read_text(encoding="utf-8")
    (unmade / "city.toml").write_text(f'{settings}\n[[counties]]\ncode = "990102"\nname = "西区"\n', encoding="utf-8")
    registers(unmade, [by_hand.registered(1), by_hand.registered(2, exit_date="2022-01-05")])
    registers(
        unmade, [by_hand.registered(1, county="990102"), by_hand.registered(2, entry_date="2022-04-01")], quarter=NEXT
    )
    assert [line[:4] for line in changes_of(unmade)] == [
        [1, "move", None, "990102"],
        [2, "entry", dt.date(2022, 4, 1), None],
    ]


def test_without_a_register_of_the_quarter_before_the_dates_decide(unmade: Path) -> None:
    registers(unmade, NOW, quarter=NEXT)
    assert [line[:2] for line in changes_of(unmade)] == [
        [3, "exit"],
        [5, "merger"],
        [7, "entry"],
        [8, "entry"],
        [10, "entry"],
        [10, "exit"],
    ]


def test_a_change_is_known_while_both_registers_say_so(unmade: Path) -> None:
    registers(unmade, [by_hand.registered(1, gbt="3912"), by_hand.registered(2)], day=LATER)
    registers(unmade, [by_hand.registered(1), by_hand.registered(2), by_hand.registered(3)], quarter=NEXT)
    registers(unmade, [by_hand.registered(1)], day=LAST, again="_更正")
    registers(unmade, [by_hand.registered(2, exit_date="2022-05-01")], day=LAST, again="_更正", quarter=NEXT)
    assert changes_of(unmade) == [
        [1, "recode", None, "3911", LATER, LAST],
        [2, "exit", dt.date(2022, 5, 1), None, LAST, FOREVER],
        [3, "entry", dt.date(2015, 1, 1), None, LATER, FOREVER],
    ]
