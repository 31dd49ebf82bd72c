"""A flash says that it is one, and how much of it is imputed; a preliminary release says that nothing is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from classification.errors import InputError
from pipelines.release import bulletin, exhibits, read, sentences, tables
from pipelines.release.cut import cut, manifest
from pipelines.release.figures import Span
from pipelines.release.issue import Issue
from pipelines.release.notes import notes
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of
from tests.pipelines.release.test_cited import all_linked

YEAR = Span("cumulative", "2023Q4")


def page(made: Made, name: str = "bulletin.html") -> str:
    return (made.folder / name).read_text(encoding="utf-8")


def test_every_number_of_a_flash_is_linked(flash: Made) -> None:
    all_linked(flash.folder)


def test_name_and_manifest_tell_a_flash_from_a_release(city: Made, flash: Made) -> None:
    assert flash.folder.name.startswith("2023Q4_2024-01-20_flash_")
    assert manifest(flash.folder)["vintage"] == "flash"
    assert "flash" not in city.folder.name
    assert manifest(city.folder)["vintage"] == "preliminary"
    ours = "SELECT DISTINCT vintage FROM observation WHERE authority = '监测测算'"
    assert read.query(flash.workspace, ours).rows == [("flash",)]


def test_every_page_that_names_its_vintage_says_flash(city: Made, flash: Made) -> None:
    text = page(flash)
    assert "<title>示范市数字经济季度运行监测报告（2023年全年，快报）</title>" in text
    assert "季度运行监测报告 · 2023年全年，快报" in text
    assert "L2 · 快报 · 数据截止 2024-01-20" in text
    assert "据快报测算，2023年全年" in text
    assert "经初步测算" not in text
    assert "L2 · 快报 · 数据截止" in page(flash, "dictionary.html")
    assert "据快报测算" not in page(city)
    assert "2023年全年，快报" not in page(city)
    assert "L2 · 初步 · 数据截止" in page(city)
    assert "经初步测算，2023年全年" in page(city)


def test_what_is_imputed_is_said_in_text_table_and_note(flash: Made) -> None:
    f = flash.figures
    assert "其中推算3家，占1.2%。" in "".join(sentences.overall(f))
    (covered,) = sentences.of_coverage(f)
    assert covered == (
        "应报2,010家，已报2,004家，未报6家；按上年同期营业收入计，覆盖率99.8%。"
        "未报单位中5家按上年报表推算，1家无法推算，未计入。"
    )
    table = tables.imputed(f, YEAR)
    assert table is not None
    assert [row.label for row in table.rows] == ["数字经济核心产业", "数字产品制造业", "甲区"]
    said = dict(notes(f, Issue("x", f.quarter, f.as_of, "flash"), []))
    assert said["推算"].startswith("本期为快报。应报2,010家")
    assert "比率均值法" in said["推算"]
    assert "推算" in page(flash)


def test_a_flash_without_anything_imputed_says_so(tmp_path: Path) -> None:
    flashed = stand_in.flash_tables()
    frame = flashed["observation"].to_pandas()
    none = frame["value"].where(~frame["indicator"].str.startswith("core_imputed"), 0.0)
    flashed["observation"] = stand_in._arrow(frame.assign(value=none))
    f = figures_of(stand_in.city_workspace(tmp_path), flashed)
    assert "其中没有推算单位。" in "".join(sentences.overall(f))
    assert tables.imputed(f, YEAR) is None


def test_a_preliminary_release_says_that_nothing_is_imputed(city: Made) -> None:
    f = city.figures
    assert "推算" not in "".join(sentences.overall(f))
    (covered,) = sentences.of_coverage(f)
    assert covered.endswith("初步数不作推算，推算0家，未报单位未计入。")
    assert dict(notes(f, Issue("x", f.quarter, f.as_of), []))["推算"] == covered
    assert tables.imputed(f, YEAR) is None
    table = tables.coverage(f)
    assert table is not None
    assert [row.label for row in table.rows] == ["合计", "工业", "批零业", "服务业"]
    assert table.rows[2].cells[-1] is None  # nothing of last year to set it against


def test_without_firms_nothing_is_due(nation: Made) -> None:
    assert sentences.of_coverage(nation.figures) == []
    assert tables.coverage(nation.figures) is None
    assert "推算" not in dict(notes(nation.figures, Issue("x", nation.figures.quarter, nation.figures.as_of), []))


def test_a_flash_stands_beside_gdp_of_its_own_vintage_only(city: Made, flash: Made) -> None:
    f = flash.figures
    assert "GDP增速" not in "".join(sentences.overall(f))
    assert f.gdp_growth(YEAR) is None
    assert city.figures.gdp_growth(YEAR) is not None
    lines = exhibits.growth_lines(f)
    assert lines is not None
    assert "GDP" not in lines.title
    labels = [row.label for row in tables.overview(f).rows]
    assert "地区生产总值（初步）" in labels
    assert bulletin.sections(f)


def test_the_workbook_says_flash_and_has_both_tables(city: Made, flash: Made) -> None:
    book = openpyxl.load_workbook(flash.folder / "workbook.xlsx")
    assert {"报表覆盖", "推算"} <= set(book.sheetnames)
    told = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=3, max_col=2)}
    assert told["版次"] == "快报"
    assert book["总表 T1"]["A2"].value == f"内部 · L2 · 核心产业增加值（监测测算） · 快报 · {flash.folder.name}"
    sheet = [[cell.value for cell in row] for row in book["推算"].iter_rows(min_row=4, max_col=3)]
    assert sheet[0] == ["类别、地区", "推算单位数", "推算占增加值比重"]
    assert sheet[1][1:] == [3, pytest.approx(1.23)]
    plain = openpyxl.load_workbook(city.folder / "workbook.xlsx")
    assert "推算" not in plain.sheetnames
    assert plain["说明"]["B4"].value == "初步"


def test_a_release_is_of_one_vintage(tmp_path: Path) -> None:
    workspace = stand_in.city_workspace(tmp_path)
    for found, vintage in ((stand_in.city_tables(), "flash"), (stand_in.flash_tables(), "preliminary")):
        with pytest.raises(InputError, match="一个发布包只有一个版次") as raised:
            cut(workspace, stand_in.LAST, stand_in.AS_OF, found, stand_in.PROVENANCE, vintage=vintage)
        assert vintage in raised.value.en
    assert not workspace.releases.exists()


def test_a_flash_never_takes_the_place_of_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.release import cut as module

    def fill(folder: Path, workspace: object, issue: object, found: dict, *_: object) -> None:
        module.snapshot.write_database(found, folder / read.DATABASE)

    monkeypatch.setattr(module, "_fill", fill)
    workspace = stand_in.city_workspace(tmp_path)

    def made(as_of: dt.date, *, flash: bool = False) -> Path:
        found = stand_in.flash_tables() if flash else stand_in.city_tables()
        vintage = "flash" if flash else "preliminary"
        return cut(workspace, stand_in.LAST, as_of, found, stand_in.PROVENANCE, vintage=vintage)

    early = made(dt.date(2024, 1, 18), flash=True)
    assert read.current(workspace) == early
    release = made(dt.date(2024, 1, 20))
    assert read.current(workspace) == release
    made(dt.date(2024, 1, 25), flash=True)
    assert read.current(workspace) == release
