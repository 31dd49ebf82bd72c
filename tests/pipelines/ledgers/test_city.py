"""A year of ledgers from files to lights: counts as published, slips found, the same bytes, as known on a day."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from indicators.dispatch import progress_sentence
from pipelines.contracts import contract
from pipelines.ingest.forms.ledgers import ledgers
from pipelines.ingest.receipts import receipts
from pipelines.lake import Lake
from pipelines.ledgers import board as boards
from pipelines.ledgers import doubles, sums
from pipelines.ledgers.board import FIVE, Board, Cycle
from pipelines.sample.ledgers import FRIDAYS
from pipelines.sample.profile import rows
from pipelines.steps import ledgers as ledgers_of_steps
from pipelines.steps.core import small_set_aside
from pipelines.steps.ledgers import GIVEN, board, make_ledgers, refreshed
from pipelines.workspace import Workspace
from tests.end_to_end.running import hashes
from tests.pipelines.ledgers.conftest import write

YEAR_END = dt.date(2024, 1, 8)
PUBLISHED = {row["indicator"]: float(row["value"]) for row in rows("departments.csv")}


@pytest.fixture(scope="module")
def last(ledger_city: Workspace) -> Board:
    return board(ledger_city)


def test_every_week_something_came(ledger_city: Workspace) -> None:
    days = {receipt.received_at for receipt in receipts(ledger_city)}
    assert len(FRIDAYS) == 52
    assert set(FRIDAYS) <= days


def test_the_slips_of_the_year_are_seen(last: Board) -> None:
    lit = last.lights.set_index(["entry", "cycle"])["light"].unstack()
    assert lit.loc["XM005"].tolist()[-1] == "red"  # started months late
    assert lit.loc["XM026", "2023-12"] == "red"  # has not started at all
    silent = lit.loc[["XM002", "XM012", "XM022"], ["2023-06", "2023-07"]]
    assert (silent == "grey").all(axis=None)
    assert (lit.loc[silent.index, "2023-08"] != "grey").all()
    assert (lit.loc["XM009", :"2023-08"] == "grey").all()  # no credit code until September
    assert lit.loc["XM009", "2023-09"] != "grey"
    assert lit.loc["XM017", "2023-05"] == "grey"  # an end before the start, until it was put right
    reason = last.lights.query("entry == 'XM017' and cycle == '2023-05'")["reason"].item()
    assert reason == "存疑：竣工日期早于开工日期"
    assert last.of("project").set_index("entry").loc["XM016", "name"] == "基因测序与体外诊断设备制造项目"
    assert set(last.problems["state"]) == {"办结", "逾期办结", "逾期", "在办", "办结无佐证"}
    assert last.bonds.set_index("entry").loc["ZX003", "idle"]


def test_every_planted_slip_is_found(ledger_city: Workspace, history: pd.DataFrame) -> None:
    with (ledger_city.home / "planted_errors.csv").open(encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert [line["id"] for line in sorted(lines, key=lambda line: line["id"])] == [
        line["id"] for line in rows("ledger_slips.csv")
    ]
    aside = {line["file"] for line in small_set_aside(ledger_city, "core_ledger_history").to_pylist()}
    pairs = Lake(ledger_city.lake).read("core_ledger_duplicate").to_pandas()
    received = {receipt.file: receipt.received_at for receipt in receipts(ledger_city)}
    for line in lines:
        mine = history[history["file"] == line["file"]]
        if line["row"]:
            mine = mine[mine["row"] == int(line["row"])]
            assert mine["value"].tolist() == [money_or_text(mine["field"].item(), line["found"])]
        else:
            mine = mine[mine["entry"] == line["found"]]
        if line["expected"] == "sheet_set_aside":
            assert mine.empty
            assert line["file"] in aside
            continue
        [entry], [ledger] = mine["entry"].unique(), mine["ledger"].unique()
        if line["expected"] == "paired":
            assert entry in {*pairs["entry"], *pairs["other"]}
        else:
            doubts = Board(history, received[line["file"]]).doubts(ledger)
            assert (entry, line["rule"]) in set(zip(doubts["entry"], doubts["rule"], strict=True)), line


def money_or_text(field: str, found: str) -> str:
    """A cell of a list of changes, which counts money in 万元, as it is kept."""
    return str(int(found) * 10_000) if field == "spent" else found


def test_overspending_is_doubted_until_it_is_put_right(history: pd.DataFrame) -> None:
    doubts = Board(history, dt.date(2023, 9, 10)).doubts("bond")
    assert doubts[["entry", "rule"]].to_numpy().tolist() == [["ZX006", "spent_over_arrived"]]
    assert Board(history, dt.date(2023, 9, 22)).doubts("bond").empty


def test_money_in_doubt_is_in_no_sum_and_that_is_said(ledger_city: Workspace, history: pd.DataFrame) -> None:
    from pipelines.cli.ledger_views import headline
    from pipelines.reports import tables

    doubted, mended = (Board(history, dt.date(2023, 9, day)) for day in (10, 22))
    assert doubted.left_out("bond") == {"ZX006"}
    assert doubted.bonds.set_index("entry").loc["ZX006", ["spent", "arrived"]].tolist() == [1.5e9, 1.5e8]
    assert doubted.bonds.set_index("entry")["progress"].isna()["ZX006"]
    counted = {name: doubted.counting("bond")[name].sum() for name in ("arrived", "spent")}
    others = doubted.of("bond").query("entry != 'ZX006'")
    assert counted == {name: others[name].sum() for name in counted}
    totals = sums._totals(doubted)
    assert {name: totals[name, ""].value for name in counted} == counted
    assert totals["arrived", ""].entries == 7
    assert mended.counting("bond")["arrived"].sum() == mended.of("bond")["arrived"].sum()
    table = tables.bonds(doubted)
    assert table is not None
    assert "其中1项存疑未计入" in table.notes[-1]
    assert [row.cells[-1] for row in table.rows if row.label.startswith("ZX006")] == ["存疑"]
    assert any("其中1项存疑未计入" in line for line in headline(doubted))
    assert not any("存疑" in line for line in headline(mended))


def test_doubts_by_owner_say_what_why_and_since_when(history: pd.DataFrame) -> None:
    from pipelines.ledgers.remarks import headers

    board = Board(history, dt.date(2023, 9, 10))
    told = board.doubtful.set_index(["entry", "rule"])
    bond = told.loc["ZX006", "spent_over_arrived"]
    assert (bond["owner"], bond["ledger"], bond["zh"]) == ("财政局", "bond", "支出金额大于到位金额")
    assert headers(bond) == "支出金额、到位金额"
    assert (bond["since"], bond["days"]) == (pd.Timestamp("2023-09-08"), 2)
    assert told.loc["XM009", "no_credit_code"]["since"] == pd.Timestamp("2023-01-06")  # what is missing, from the first
    assert board.doubtful["owner"].is_monotonic_increasing
    later = Board(history, dt.date(2024, 3, 1)).doubtful.query("rule == 'plan_of_another_year'")
    assert set(later["since"]) == {pd.Timestamp("2024-01-01")}  # until then the plan was of the year
    new = board.new_doubts(dt.date(2023, 9, 3))
    assert new[["entry", "rule"]].to_numpy().tolist() == [["ZX006", "spent_over_arrived"]]


def test_one_project_that_stands_twice_counts_once_where_that_is_certain(history: pd.DataFrame) -> None:
    from pipelines.ledgers.doubles import COLUMNS
    from pipelines.ledgers.remarks import remark

    open_pair = dict.fromkeys(COLUMNS, "") | {"ledger": "project", "other_ledger": "project", "entry": "XM014",
                                              "other": "XM021", "declared": False, "certain": False}  # fmt: skip
    told = {certain: pd.DataFrame([open_pair | {"certain": certain}]) for certain in (False, True)}
    boards = {certain: Board(history, YEAR_END, pairs=lambda _, rows=rows: rows) for certain, rows in told.items()}
    planned = {certain: found.planned.set_index("entry")["year_plan"] for certain, found in boards.items()}
    assert planned[False].drop("XM021").sum() == planned[True].sum() < planned[False].sum()
    assert remark(boards[False], "project") == "1对疑似重复尚未认定，两项均已计入"
    assert remark(boards[True], "project") == "1项与另一项信用代码、名称、金额相同，只计一次"
    assert boards[True].counts == boards[False].counts
    assert remark(Board(history, YEAR_END), "project") == ""


def test_what_is_summed_says_over_how_many(ledger_city: Workspace) -> None:
    found = Lake(ledger_city.lake).read("cell_ledger").to_pandas().query("quarter == '2023Q4'")
    city = found[found["region"] == ledger_city.city.code].set_index(["item", "class"])
    amounts = {"arrived", "spent", "done", "planned", "tenants", "tenants_digital", "future_invested"}
    assert set(city.index[city["entries"].notna()].get_level_values(0)) == amounts
    assert city.loc[("arrived", ""), "entries"] == 8
    assert city.loc[("spent", ""), "entries"] == 7  # nothing of ZX003
    one = city.loc[("future_invested", "quantum_information")]
    assert one["entries"] == city.loc[("future_projects", "quantum_information"), "value"] == 1
    assert city.loc["future_firms"]["value"].sum() > 0


def test_measures_say_what_departments_reported(last: Board) -> None:
    told = {row["indicator"]: (float(row["value"]), float(row["target"])) for row in rows("departments.csv")
            if row["target"]}  # fmt: skip
    measures = last.measures.set_index("entry")
    for entry, indicator in {"CS004": "base_stations_5g_new", "CS006": "charging_piles_new",
                             "CS015": "hydrogen_stations", "CS019": "data_licensed"}.items():  # fmt: skip
        value, target = told[indicator]
        measure = measures.loc[entry]
        assert f"{target:.0f}" in measure["name"]
        assert measure["progress"] == min(100, round(100 * value / target))
        assert measure["done"] == (value >= target)


def test_no_two_parks_are_alike(last: Board) -> None:
    shares = last.parks[["digital_share", "above_share", "revenue_per_mu"]]
    assert (shares.nunique() == len(shares)).all()
    assert shares["digital_share"].max() > 3 * shares["digital_share"].min()


def test_every_list_is_asked_for_its_reports(last: Board) -> None:
    assert {"firm", "project", "lead"} <= set(last.quiet["ledger"])
    assert last.quiet.set_index("entry").loc["QY013", "cycle"] == "每季一报"


def test_the_shifted_sheet_was_set_aside_and_came_again(ledger_city: Workspace) -> None:
    lines = small_set_aside(ledger_city, "core_ledger_history").to_pylist()
    assert {(line["sheet"], line["file"]) for line in lines} == {("己县", "TZ02_重点项目清单_2023-05-03.xlsx")}
    april = board(ledger_city, dt.date(2023, 5, 10)).of("project").set_index("entry")
    assert april.loc[["XM006", "XM016"], "last_report"].tolist() == [pd.Timestamp("2023-04-30")] * 2


def test_who_came_and_who_left(last: Board) -> None:
    from indicators.dispatch import moves

    left = moves(last.ever("project"), dt.date(2023, 1, 6), YEAR_END).query("move == 'out'")
    assert left["reason"].tolist() == ["竣工投用", "投资方终止", "调整为县级项目"]
    assert len(last.ever("project")) == 27


def test_a_day_sees_what_was_known_then(history: pd.DataFrame, last: Board) -> None:
    early = Board(history, dt.date(2023, 7, 10))
    assert [str(cycle) for cycle in early.cycles] == [f"2023-{month:02d}" for month in range(1, 7)]
    both = early.lights.merge(last.lights, on=["entry", "cycle"], suffixes=("", "_later"))
    assert len(both) == len(early.lights)
    assert (both["reason"] == both["reason_later"]).all()  # what was shown then is never changed by what came later
    assert early.counts != last.counts
    assert early.completion is not None
    assert progress_sentence(early.completion, 6).startswith("年度计划投资")


def test_the_sums_of_quarters_are_as_known_some_days_later(ledger_city: Workspace, last: Board) -> None:
    found = Lake(ledger_city.lake).read("cell_ledger").to_pandas()
    assert sorted(set(found["quarter"])) == ["2023Q1", "2023Q2", "2023Q3", "2023Q4"]
    assert set(found["known_from"].map(str)) == {"2023-04-05", "2023-07-05", "2023-10-05", "2024-01-05"}
    found = found[(found["region"] == ledger_city.city.code) & (found["class"] == "")]
    year = found[found["quarter"] == "2023Q4"].set_index("item")["value"]
    assert last.completion is not None
    assert year["done"] == round(last.completion.done)
    assert (year["due"], year["started"]) == last.starts
    assert year["signed"] == PUBLISHED["contracts_sangeyipi"]
    spring = found[found["quarter"] == "2023Q1"].set_index("item")["value"]
    cumulative = ["arrived", "spent", "signed", "fulfilled", "begun", "produced", "at_capacity"]
    assert (spring[cumulative] <= year[cumulative]).all()
    assert 0 < spring["done"] < spring["planned"]
    assert year["idle"] == last.bonds["idle"].sum() > 0
    assert year["tenants"] == last.parks["tenants"].sum()


def test_a_county_has_counts_alone_and_they_add_up(ledger_city: Workspace, last: Board) -> None:
    found = Lake(ledger_city.lake).read("cell_ledger").to_pandas().query("quarter == '2023Q4'")
    mine = found[found["region"] != ledger_city.city.code]
    lists = [f"{name}s" for name in FIVE]
    assert set(mine["region"]) == {county.code for county in ledger_city.city.counties}
    assert set(mine["item"]) == {*lists, "lit", "due", "started"}
    whole = found[found["region"] == ledger_city.city.code].set_index(["item", "class"])["value"]
    parts = mine.groupby(["item", "class"])["value"].sum()
    there = {name: last.of(name)["county"].isin(set(mine["region"])).sum() for name in FIVE}
    assert {name: parts[f"{name}s", ""] for name in FIVE} == there
    assert (parts <= whole[parts.index]).all()
    assert parts["due", ""] > parts["started", ""] > 0
    lit = {light: whole["lit", light] for light in ("red", "yellow", "grey", "green")}
    assert sum(lit.values()) == whole["projects", ""] == len(last.lit)
    assert {light: number for light, number in lit.items() if number} == last.lit["light"].value_counts().to_dict()


def test_weekly_changes_are_small(history: pd.DataFrame) -> None:
    changed = Board(history, FRIDAYS[20]).changes(FRIDAYS[19])
    assert 0 < len(changed) < 40
    assert set(changed["ledger"]) <= set(ledgers())


def test_a_board_of_nothing_is_empty() -> None:
    empty = contract("core_ledger").schema.empty_table().to_pandas()
    nothing = Board(empty, YEAR_END)
    assert nothing.cycles == []
    assert nothing.lights.empty
    assert nothing.completion is None
    assert nothing.year == 2024
    assert not any(nothing.counts.values())
    assert nothing.changes(FRIDAYS[0]).empty


def test_plans_of_another_year_are_no_progress(history: pd.DataFrame) -> None:
    later = Board(history, dt.date(2024, 3, 1))
    assert later.cycles[-1] == Cycle(2024, 1)
    assert later.completion is None
    lit = later.lights.query("cycle == '2024-01'")
    assert not (lit["light"] == "green").any()
    assert "计划年度不是本年" in lit["reason"].iloc[0]


def test_a_month_in_which_nobody_reports_is_dispatched_all_the_same(
    ledger_city: Workspace, history: pd.DataFrame
) -> None:
    day = dt.date(2024, 4, 10)
    kept = board(ledger_city, day)
    assert kept.kept is not None
    assert kept.kept["cycle"].max() < str(kept.cycles[-1]) == "2024-03"
    march = kept.lights[kept.lights["cycle"] == "2024-03"]
    assert len(march)
    assert set(march["light"]) <= {"grey", "red"}
    assert any("期未报" in reason for reason in march["reason"])
    assert kept.lights["reason"].tolist() == Board(history, day).lights["reason"].tolist()


def test_codes_contacts_and_own_figures_stay_in_l3(ledger_city: Workspace) -> None:
    lake = Lake(ledger_city.lake)
    full = lake.read("core_ledger_history").to_pandas()
    codes = set(full[full["field"] == "credit_code"]["value"])
    assert len(codes) > 50
    shown = lake.read("core_ledger").to_pandas()
    hidden = shown[
        [field in ledgers()[ledger].private for ledger, field in zip(shown["ledger"], shown["field"], strict=True)]
    ]
    assert set(hidden["value"]) == {GIVEN}
    for table in ("core_ledger", "core_ledger_duplicate", "core_dispatch"):
        assert contract(table).level == "L1"
        texts = lake.read(table).to_pandas().select_dtypes("str")
        assert not any(texts[column].isin(codes).any() for column in texts)


def test_the_city_and_its_ledgers_share_no_code(ledger_city: Workspace, written_city: Path) -> None:
    full = Lake(ledger_city.lake).read("core_ledger_history").to_pandas()
    codes = set(full[full["field"] == "credit_code"]["value"])
    register = next((written_city / "inbox").glob("M101*2023年4季度*"))
    text = register.read_bytes()
    assert not any(code.encode() in text for code in codes)


def test_any_order_of_arrival_gives_the_same_bytes(ledger_city: Workspace, tmp_path: Path) -> None:
    home = tmp_path / "home"
    write(home)
    late = sorted((home / "inbox").glob("TZ0[026]*"))[::2]
    aside = tmp_path / "later"
    aside.mkdir()
    for path in late:
        shutil.move(path, aside / path.name)
    workspace = Workspace(home)
    with workspace.held("test"):
        refreshed(workspace)
        for path in late:
            shutil.move(aside / path.name, path)
        refreshed(workspace)
        assert not any(made.computed for made in refreshed(workspace))
    mine, other = hashes(home), hashes(ledger_city.home)
    assert {name: mine[name] for name in mine if name.startswith("core")} == {
        name: other[name] for name in other if name.startswith("core")
    }


def test_whatever_reckons_is_in_the_fingerprint(ledger_city: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, list[str]] = {}
    monkeypatch.setattr(Lake, "refresh", lambda _, table, *__, made_from: kept.update({table: made_from}))
    monkeypatch.setattr(ledgers_of_steps, "code_hash", lambda *packages: " ".join(packages))
    make_ledgers(ledger_city)
    reckoned = {"core_ledger_duplicate": doubles, "core_dispatch": boards, "cell_ledger": sums}
    for table, module in reckoned.items():
        tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
        named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        ours = {name for name in named if name.split(".")[0] in {"classification", "indicators", "pipelines"}}
        packages = {package for text in kept[table] for package in text.split()}
        assert ours
        assert all(any(f"{name}.".startswith(f"{package}.") for package in packages) for name in ours), (table, ours)


def test_months_follow_each_other() -> None:
    assert Cycle(2023, 12).next == Cycle(2024, 1)
    assert Cycle(2023, 2).last_day == dt.date(2023, 2, 28)
    assert str(Cycle(2023, 2)) == "2023-02"
    assert tuple(ledgers())[:5] == FIVE
