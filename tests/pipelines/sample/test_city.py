"""The files: the same bytes twice, every planted error where the list says, settings that load."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from stdnum.cn import uscc

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.ingest.texts import parse_number
from pipelines.sample import write_city
from pipelines.sample.city import TURNING_POINTS
from pipelines.sample.firm_files import file_name, received_on
from pipelines.workspace import Workspace
from tests.pipelines.sample.conftest import FIRMS

IN_BOOKS = {"L04", "L05", "L06"}  # slips in workbooks of a sheet per county, found by the tests of ledgers
STRAY = {"P51", "P52", "P53", "P54", "P55", "P56", "P57", "P58"}


def _hashes(home: Path) -> dict[str, str]:
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _table(path: Path) -> list[list[str]]:
    """The rows of a file as text, the first row first."""
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        return [
            [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in r] for r in rows
        ]
    text = path.read_bytes()
    encoding = "utf-8-sig" if text.startswith(b"\xef\xbb\xbf") else "gb18030"
    return list(csv.reader(text.decode(encoding).splitlines()))


def _listed(home: Path) -> list[dict[str, str]]:
    with (home / "planted_errors.csv").open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def _sent(home: Path) -> dict[str, dict[str, str]]:
    with (home / "inbox" / "received.csv").open(encoding="utf-8") as lines:
        return {row["file"]: row for row in csv.DictReader(lines)}


def test_the_same_seed_gives_the_same_bytes(small_city: Path, tmp_path: Path) -> None:
    said: list[str] = []
    write_city(tmp_path, firms=FIRMS, progress=said.append)
    assert _hashes(tmp_path) == _hashes(small_city)
    assert said[0].startswith("生成")
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    write_city(tmp_path, firms=FIRMS)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == stamps


def test_files_and_register_lines_of_others_stay(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "自有.csv").write_text("x", encoding="utf-8")
    (inbox / "received.csv").write_text("file,received_at\n自有.csv,2024-01-02\n", encoding="utf-8")
    write_city(tmp_path, firms=FIRMS, seed=7)
    assert (inbox / "自有.csv").read_text(encoding="utf-8") == "x"
    assert _sent(tmp_path)["自有.csv"]["received_at"] == "2024-01-02"
    assert not list(tmp_path.glob(".sample-*"))


def test_too_small_a_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        write_city(tmp_path / "none", firms=50)


@pytest.mark.parametrize("last", [Quarter(2020, 4), Quarter(2024, 1)])
def test_a_city_ends_with_a_quarter_that_can_be_released(tmp_path: Path, last: Quarter) -> None:
    with pytest.raises(ValueError, match="one of 2021Q1 to 2023Q4"):
        write_city(tmp_path / "none", firms=FIRMS, last=last)


# With the first quarter of 2023 come the year's ledgers and the stray files, one of them a copy of another.
@pytest.mark.parametrize("last", [Quarter(2021, 1), Quarter(2023, 1)])
def test_a_city_that_ends_earlier_has_the_same_files(small_city: Path, tmp_path: Path, last: Quarter) -> None:
    write_city(tmp_path, firms=FIRMS, last=last)
    whole, part = _hashes(small_city), _hashes(tmp_path)
    files = {path.name for path in (tmp_path / "inbox").iterdir()} - {"received.csv"}
    assert {f"inbox/{name}": part[f"inbox/{name}"] for name in files}.items() <= whole.items()
    assert _sent(tmp_path) == {name: line for name, line in _sent(small_city).items() if name in files}
    assert _listed(tmp_path) == [line for line in _listed(small_city) if line["file"] in files]
    assert [file_name("trade", quarter) in files for quarter in (last, last + 1)] == [True, False]
    assert max(name for name in files if name.startswith("A103")).endswith(f"_{last.year - 1}年.xlsx")
    assert Workspace.locate(tmp_path).city.release_quarters[-1] == last
    with (tmp_path / TURNING_POINTS).open(encoding="utf-8-sig") as lines:
        assert all(row["first"] <= str(last) for row in csv.DictReader(lines))


def test_settings_load(small_city: Path) -> None:
    city = Workspace.locate(small_city).city
    assert (city.code, city.name, city.synthetic) == ("419900", "示范市", True)
    assert [str(q) for q in (city.release_quarters[0], city.release_quarters[-1])] == ["2021Q1", "2023Q4"]
    assert len(city.counties) == 10
    assert set(city.required_forms) <= set(forms())
    assert "焦作市" in city.note


def test_every_file_is_registered_and_every_line_has_its_file(small_city: Path) -> None:
    there = {path.name for path in (small_city / "inbox").iterdir()} - {"received.csv"}
    assert set(_sent(small_city)) == there


def test_planted_errors_stand_where_the_list_says(small_city: Path) -> None:
    planted = _listed(small_city)
    assert len(planted) >= 20
    assert len({row["id"] for row in planted}) == len(planted)
    for row in planted:
        assert (small_city / "inbox" / row["file"]).exists(), row
        assert row["what"]
        if row["id"] in STRAY | IN_BOOKS:
            assert row["row"] == ""
            continue
        table = _table(small_city / "inbox" / row["file"])
        cells = table[int(row["row"]) - 1]
        position = _column(table, row["column"])
        assert cells[position] == row["found"] or _number(cells[position]) == _number(row["found"]), row


def _column(table: list[list[str]], header: str) -> int:
    upper, _, lower = header.partition("/")
    for at, line in enumerate(table[:8]):
        if header in line:
            return line.index(header)
        if lower and upper in line:
            below = table[at + 1]
            return next(i for i in range(line.index(upper), len(below)) if below[i] == lower)
    raise AssertionError(header)


def _number(text: str) -> object:
    try:
        return parse_number(text)
    except ValueError:
        return text


def test_corrections_hold_true_rows_and_come_later(small_city: Path) -> None:
    sent = _sent(small_city)
    fixed = [row for row in _listed(small_city) if row["corrected_by"]]
    late = [row for row in fixed if row["expected"] == "accepted_then_superseded"]
    assert len(late) >= 3
    for row in fixed:
        assert sent[row["corrected_by"]]["received_at"] > sent[row["file"]]["received_at"]
        codes = [
            cell for line in _table(small_city / "inbox" / row["corrected_by"]) for cell in line if len(cell) == 18
        ]
        assert any(uscc.is_valid(code) for code in codes)


def test_all_other_codes_of_a_file_are_valid(small_city: Path) -> None:
    for survey in ("industry", "service", "trade", "construction"):
        table = _table(small_city / "inbox" / file_name(survey, Quarter(2020, 2)))
        codes = [cell for line in table for cell in line if len(cell) == 18 and cell.startswith("91")]
        assert len(codes) == len(set(codes)) > 5
        assert all(uscc.is_valid(code) for code in codes)


def test_names_say_that_units_are_synthetic(small_city: Path) -> None:
    table = _table(small_city / "inbox" / file_name("service", Quarter(2020, 4)))
    names = [cell for line in table for cell in line if cell.endswith("有限公司")]
    assert names
    assert all("演示" in name and "第" in name for name in names)


def test_services_lag_a_month_from_2021() -> None:
    assert file_name("service", Quarter(2020, 1)).endswith("2020年1-3月.csv")
    assert file_name("service", Quarter(2021, 1)).endswith("2021年1-2月.csv")
    assert received_on(Quarter(2020, 3)).isoformat() == "2021-02-20"
    assert received_on(Quarter(2023, 4)).isoformat() == "2024-01-18"


def test_accounts_keep_earlier_estimates(small_city: Path) -> None:
    def gdp(tag: str, quarter: str) -> str:
        table = _table(small_city / "inbox" / f"GDP_示范市_季度_{tag}.csv")
        head = next(line for line in table if line[0] == "指标")
        row = next(line for line in table if line[0] == "国内生产总值累计值(亿元)")
        assert len(head) <= 7
        return row[head.index(quarter)]

    assert gdp("2022年4季度", "2022年第四季度") == "2234.78"
    assert gdp("2021年4季度", "2021年第四季度") == "2136.84"
    assert gdp("2022年1季度", "2022年第一季度") != gdp("2022年4季度", "2022年第一季度")
    assert not (small_city / "inbox" / "GDP_示范市_季度_2020年3季度.csv").exists()


def test_columns_and_names_vary_between_quarters(small_city: Path) -> None:
    headers = set()
    for number in (1, 2, 3):
        table = _table(small_city / "inbox" / file_name("trade", Quarter(2021, number)))
        headers.add(tuple(next(line for line in table if any("行业" in cell for cell in line))))
    assert len(headers) == 3
