"""A real city starts with its own files alone: three firms, five quarters, one command."""

from __future__ import annotations

import csv
import datetime as dt
import io
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.cells import cell_len

from pipelines.access import accesses
from pipelines.cli.run import behind
from pipelines.clock import today
from pipelines.contracts import contracts
from pipelines.ingest.receipts import STORE, latest
from pipelines.lake import Lake
from pipelines.levels import FOLDERS, MODES
from pipelines.release.read import current, query
from pipelines.steps.observed import SMALL, day_of_knowledge, evidence, known_cells, observation
from pipelines.steps.released import release
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.conftest import HandRun
from tests.end_to_end.running import ROOT, computed, duplicate, hashes, make_quarter, make_reference, told

# 5,600 千元 of computers and 1,400 of software at a rate of 25 %, and 40 % of the cables' 2,800.
INDUSTRY = 1_400_000 + 280_000
CORE = INDUSTRY + 350_000
CORE_SQL = (
    "SELECT value FROM observation WHERE indicator = 'core_value_added' AND class = 'core' AND span = 'cumulative' "
    f"AND region = '{by_hand.CITY}' AND period = '{by_hand.LAST}'"
)

LOOKED_AT_AGAIN = (
    "import sys; sys.argv = ['shuce', 'run', sys.argv[1], '--home', sys.argv[2]]\n"
    "from pipelines.cli.app import app; app(standalone_mode=False)\n"
    "print('great_expectations' in sys.modules)"
)


def test_what_a_run_leaves_opens_to_whom_its_level_says(hand_run: HandRun) -> None:
    """What is of L2 and L3 for its owner alone, whatever the umask of who started the run."""
    there = {path.name for path in hand_run.home.iterdir() if path.is_dir()}
    assert there - {"inbox"} <= set(FOLDERS)
    assert {"_dagster", "lake", "log", "received", "release", "report"} <= there
    wrong = []
    for name in there - {"inbox"}:
        folder, modes = hand_run.home / name, MODES[FOLDERS[name]]
        for path in (folder, *(path for path in folder.rglob("*") if not path.is_symlink())):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode not in ({modes.folder} if path.is_dir() else {modes.file, modes.kept}):
                wrong.append(f"{path.relative_to(hand_run.home)} {mode:o}")
    assert not wrong
    received = [path for path in (hand_run.home / STORE).rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in received} == {MODES["L3"].kept}


def test_one_command_gives_a_release(hand_run: HandRun) -> None:
    home, said = hand_run.home, hand_run.said
    assert said.code == 0, said.err
    folder = current(Workspace(home))
    assert folder.name.startswith(f"{by_hand.LAST}_{by_hand.DUE}_")
    for words in ("手工市", "2022Q1—2023Q1", "公报", "工作簿", "数据库", str(folder / "bulletin.html"), "用时"):
        assert words in said.out
    assert query(Workspace(home), CORE_SQL).rows == [(CORE,)]


def test_run_again_nothing_is_made_and_that_is_said_without_great_expectations(hand_run: HandRun) -> None:
    home = hand_run.home
    lake = Lake(home / "lake")
    before, folder = hashes(home), current(Workspace(home))
    checked = [lake.note_of("check_result", name) for name in lake.partitions("check_result")]
    assert lake.partitions("check_result") == [
        *by_hand.QUARTERS,
        "reference",
        *(f"{kind}-{by_hand.LAST}" for kind in ("release", "revision", "signal")),
    ]
    command = [sys.executable, "-c", LOOKED_AT_AGAIN, by_hand.LAST, str(home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.endswith("False\n")
    assert "汇总：未变化" in done.stdout
    assert "质量报告" in done.stdout
    assert checked == [lake.note_of("check_result", name) for name in lake.partitions("check_result")]
    assert hashes(home) == before
    assert current(Workspace(home)) == folder


def test_figures_that_can_be_checked_by_hand(hand_run: HandRun) -> None:
    rows = query(
        Workspace(hand_run.home),
        "SELECT indicator, price_basis, value FROM observation WHERE class = 'core' AND span = 'quarter' "
        f"AND region = '{by_hand.CITY}' AND period = '{by_hand.LAST}'",
    ).rows
    found = {(indicator, basis): value for indicator, basis, value in rows}
    assert found["core_share_gdp", "current"] == pytest.approx(CORE / 110_000_000, abs=1e-12)
    assert found["core_growth", "current"] == pytest.approx(0.4, abs=1e-9)
    assert found["core_growth", "constant"] == pytest.approx(1.4 / 1.02 - 1, abs=1e-6)


def test_a_figure_is_explained_down_to_its_files_and_for_some_to_its_units(hand_run: HandRun) -> None:
    home = str(hand_run.home)
    said = told("explain", "core_value_added", by_hand.LAST, "--home", home)
    assert said.code == 0, said.err
    assert f"{CORE / 1e8:.4f} 亿元" in said.out
    assert "与发布数逐元相等" in said.out
    assert max(cell_len(line) for line in said.out.splitlines()) <= 100
    for words in (
        "省-大类-2021",
        by_hand.CABLES,
        "专家",
        "L2",
        "1.02",
        "B203_",
        "F203_",
        "HS02_",
        "HS03_",
        "比上年同期",
        "0.250000",
        "评估（手工）",
        "2020-01-01起",
        "核算科",
        "JG01_",
        "比上季",
    ):
        assert words in said.out, words
    assert by_hand.unit(1) not in said.out
    assert accesses(Workspace(hand_run.home)) == []
    units = ("--class", "01", "--units", "--purpose", "核对归类")
    told_all = told("explain", "core_value_added", by_hand.LAST, "--home", home, *units)
    look = accesses(Workspace(hand_run.home))[0]
    assert (look.command, look.asked["class"], look.purpose, look.units) == ("explain", "01", "核对归类", 2)
    assert by_hand.unit(1) in told_all.out
    assert by_hand.unit(3) not in told_all.out
    assert "L3" in told_all.out
    sha = next(iter(receipt.sha256 for receipt in latest(Workspace(hand_run.home)) if "B203" in receipt.name
                    and "2023" in receipt.name))  # fmt: skip
    assert sha[:16] in told_all.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gdp", by_hand.LAST), "core_value_added"),
        (("core_value_added", by_hand.LAST, "--region", "000001"), "000001"),
        (("core_value_added", by_hand.LAST, "--class", "1' OR '1"), "代码"),
        (("core_value_added", "2021Q4"), "2021Q4"),
        (("core_value_added", by_hand.LAST, "--definition", "full_scope"), "full_scope"),
        (("core_value_added", by_hand.LAST, "--units"), "--purpose"),
    ],
)
def test_what_is_not_there_is_not_explained(hand_run: HandRun, arguments: tuple[str, ...], words: str) -> None:
    said = told("explain", *arguments, "--home", str(hand_run.home))
    assert said.code == 2
    assert words in said.err
    assert said.out == ""


def test_where_and_sql_read_the_release(hand_run: HandRun) -> None:
    home = str(hand_run.home)
    assert "bulletin.html" in told("where", "--home", home).out
    table = told("sql", f"{CORE_SQL} UNION ALL SELECT NULL UNION ALL SELECT 1.5", "--home", home)
    assert "2.03e+06" in table.out
    assert "1.5" in table.out
    assert "共 3 行" in table.out
    lines = list(csv.reader(io.StringIO(told("sql", CORE_SQL, "--home", home, "--csv").out)))
    assert lines == [["value"], [str(float(CORE))]]


@pytest.mark.parametrize("statement", ["SELECT nothing FROM nowhere", "DROP TABLE observation", "SELECT 1; SELECT 2"])
def test_a_statement_that_cannot_be_run_is_told(hand_run: HandRun, statement: str) -> None:
    said = told("sql", statement, "--home", str(hand_run.home))
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("✗")


def test_without_a_register_all_is_known_on_the_day_it_is_registered(tmp_path: Path) -> None:
    """Two quarters and the industry's form are enough: without services nothing needs last year's months."""
    home = by_hand.write(tmp_path / "home", register=False)
    settings = by_hand.SETTINGS.replace('"2022Q1"', '"2022Q4"').replace("base_quarters = 4", "base_quarters = 1")
    (home / "city.toml").write_text(settings, encoding="utf-8")
    for path in (home / "inbox").glob("F203*"):
        path.unlink()
    make_reference(home)
    for quarter in by_hand.QUARTERS[-2:]:
        make_quarter(home, quarter)
    workspace, day = Workspace(home), today()
    as_of = day_of_knowledge(workspace, by_hand.LAST)
    assert as_of == day
    observation(workspace, by_hand.LAST, as_of)
    rows = Lake(workspace.lake).read("observation", [by_hand.LAST]).to_pandas()
    core = rows[(rows["indicator"] == "core_value_added") & (rows["class"] == "core") & (rows["span"] == "quarter")]
    assert set(core["value"]) == {INDUSTRY}
    assert set(core["as_of"]) == {day}


def test_a_second_is_told_who_holds_the_workspace(hand_run: HandRun) -> None:
    told_off = hand_run.while_it_ran
    assert told_off.code == 2
    assert f"shuce run {by_hand.LAST}" in told_off.err
    assert f"pid {hand_run.killed}" in told_off.err
    assert "--wait" in told_off.err
    assert "Traceback" not in told_off.err


def test_killed_and_run_again_the_bytes_are_those_of_an_undisturbed_run(hand_run: HandRun, tmp_path: Path) -> None:
    home = by_hand.write(tmp_path / "home")
    make_reference(home)
    for quarter in by_hand.QUARTERS:
        make_quarter(home, quarter)
    folder = release(Workspace(home), by_hand.LAST, dt.date.fromisoformat(by_hand.DUE))
    # What Dagster's checks found is kept by Dagster's runs alone.
    made, run = (
        {name: digest for name, digest in hashes(place).items() if not name.startswith("check_result/")}
        for place in (home, hand_run.home)
    )
    assert made == run
    assert folder.name == current(Workspace(hand_run.home)).name
    assert not list(hand_run.home.rglob("*.part"))


def spoil(paths: Iterable[Path]) -> None:
    """Put rubbish in the place of files: whoever reads one of them fails."""
    for path in paths:
        path.unlink()
        path.write_bytes(b"rubbish")


def microdata(home: Path) -> list[Path]:
    shown = {held_to.table for held_to in contracts() if held_to.level != "L3"}
    return [path for path in (home / "lake").glob("*/*.parquet") if path.parent.name not in shown]


def test_whether_anything_changed_is_told_without_reading_a_table_or_a_copy(hand_run: HandRun, tmp_path: Path) -> None:
    home = duplicate(hand_run.home, tmp_path / "home")
    spoil([*(home / "lake").glob("*/*.parquet"), *(home / STORE).iterdir()])
    assert behind(Workspace(home), by_hand.QUARTERS) == []


def test_a_late_return_makes_anew_what_rests_on_it_and_reads_nothing_else(hand_run: HandRun, tmp_path: Path) -> None:
    home = duplicate(hand_run.home, tmp_path / "home")
    first, second, *between, last = by_hand.QUARTERS
    arrived = latest(Workspace(home))
    copies = [one.path for one in arrived if (one.form, one.quarter) != ("industry", first)]
    compared = {"core_history", "core_register"}  # with which later quarters are
    spoil([*copies, *(path for path in microdata(home) if path.stem in between and path.parent.name not in compared)])
    row = by_hand.firm(1, by_hand.COMPUTERS, output=8000, revenue=8000, base=4000)
    late = by_hand.industry(home / "inbox", first, [row], again="_更正1")
    with (home / "inbox" / "received.csv").open("a", encoding="utf-8") as register:
        register.write(f"\n{late.name},2023-05-05,综合科,直报")

    made = [*make_reference(home), *(one for quarter in by_hand.QUARTERS for one in make_quarter(home, quarter))]
    reviewed = {"core_return", "core_set_aside", "core_finding"}
    parts = {"class_missing", "class_part"}
    cells = {"cell_leaf", "cell_published", "cell_concentration", "cell_crossed"}

    def of(quarter: str) -> set[str]:
        return computed(one for one in made if one.partition == quarter)

    assert not [one for one in made if one.computed and one.partition in ("all", *between)]
    assert of(first) == {"raw_industry", "core_history", "core_query", "class_return"} | reviewed | parts | cells
    assert of(second) == reviewed  # held against the quarter before, and found as it was
    assert of(last) == reviewed | parts | cells  # grows on it


def test_cells_of_all_quarters_are_read_without_microdata(hand_run: HandRun, tmp_path: Path) -> None:
    home = duplicate(hand_run.home, tmp_path / "home")
    lake = Lake(home / "lake")
    closing = {lake.path("core_return", by_hand.QUARTERS[3]), lake.path("core_annual")}  # counted against each other
    spoil(set(microdata(home)) - closing - {lake.path(table) for table in SMALL.values()})
    day = dt.date.fromisoformat(by_hand.DUE)
    found, known = (evidence(Workspace(place), by_hand.LAST, day) for place in (home, hand_run.home))
    assert len(found.cells) > 0
    assert found.cells.equals(known.cells)
    spoil(lake.root.glob(f"cell_*/{by_hand.LAST}.parquet"))  # nor is a quarter that is not asked for
    assert len(known_cells(lake, "cell_published", by_hand.QUARTERS[:-1], day)) > 0


def test_with_wait_the_second_begins_when_the_first_is_done(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    program = (
        "import sys\nfrom pipelines.workspace import Workspace\n"
        "with Workspace.locate(sys.argv[1]).held('another run'):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        released: list[float] = []

        def let_go() -> None:
            released.append(time.monotonic())
            assert holder.stdin is not None
            holder.stdin.close()

        # Once it is its turn, it looks at the quarter: one that cannot be released ends it at once.
        run = ("run", "2031Q1", "--home", str(tmp_path))
        assert "another run" in told(*run).err
        timer = threading.Timer(0.3, let_go)
        timer.start()
        said = told(*run, "--wait")
        timer.join()
    assert "2031Q1 不在可发布的期间" in said.err
    assert time.monotonic() > released[0]
