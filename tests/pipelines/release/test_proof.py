"""Proof-reading: an edited bulletin gives each finding, an untouched one none."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import docx
import pyarrow as pa
import pytest
from rich.console import Console
from typer.testing import CliRunner

from classification.errors import InputError
from pipelines.cli import release_text
from pipelines.cli.app import app, main
from pipelines.release.figures import Span
from pipelines.release.manuscript import passages
from pipelines.release.proof import Proof
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of

# What a bureau writes in place of the section's first sentence, what is wrong with it, and what to write instead.
EDITS = [
    ("核心产业增加值增长−5.3%", "增长后面不写负数", "下降5.3%"),
    ("核心产业增加值下降-5.3%", "下降后面不写负数", "下降5.3%"),
    ("增速比前三季度加快0.1%", "增速之差应为百分点", "加快0.1个百分点"),
    ("增速高于GDP增速0.3%", "两个增速或比重之差应为百分点", "高于GDP增速0.3个百分点"),
    ("数字产品制造业拉动核心产业增长2.7%", "拉动应为百分点", "拉动核心产业增长2.7个百分点"),
    ("占GDP比重4.0%，比上年同期提高0.1%", "比重、增速等比率的变动应为百分点", "提高0.1个百分点"),
    ("核心产业增加值同比增长5.3个百分点", "总量的增减应为百分比", "增长5.3%"),
    ("核心产业占GDP比重4.0个百分点", "比率本身应为百分比", "比重4.0%"),
    ("核心产业增加值按现价增长4.1%，按可比价增长5.3%", "混用了价格", "分成两句"),
    ("按同口径增长5.3%，按公布基数增长6.1%", "混用了基数", "分成两句"),
    ("按初步数为92.3亿元，按最终核实数为93.1亿元", "混用了版次", "分成两句"),
    ("核心产业增加值为93.3亿元", "与发布包中的“核心产业增加值”不符", "92.3亿元"),
    ("甲区增加值92.3亿元", "表和观测值中没有这个数（未点明指标，与甲区", "甲区"),
    ("甲区同比增长92.3%", "没有这个数（未点明指标，与甲区的各指标都不符）", "2023年全年甲区的核心产业增加值同比增速为"),
    # The number is that of another indicator.
    (
        "专项债到位7.8亿元",
        "与发布包中的“专项债到位”不符，这是2023年全年示范市的专项债支出金额",
        "专项债到位金额为12.0亿元",
    ),
    ("新建5G基站6000个", "与发布包中的“新建5G基站”不符，这是2023年示范市的5G基站总量", "新建5G基站为906个"),
    # Every unit of the catalogue, and with 万 or 亿 before it.
    ("一件事一次办事项135项", "与发布包中的“一件事一次办事项”不符", "134项"),
    ("归集数据24.5亿条", "与发布包中的“归集数据”不符", "24.4亿条"),
    ("数据资源目录2.1万个", "与发布包中的“数据资源目录”不符", "20,153个"),
    ("重点园区入驻企业1190户", "与发布包中的“重点园区入驻企业”不符", "1,180家"),
    ("核心产业增加值同比下降5.3%", "增减方向与发布包相反", "增长"),
]
FINE = [
    "核心产业达到92.3亿元，增长5.3%，高于GDP增速0.3个百分点",
    "增加值92.3亿元（现价），同比增长5.3%（可比价）",
    "2022年全年核心产业增加值85.1亿元，根据《统计法》第12条和附表3",
    "占GDP比重比上年同期提高0.1个百分点",
    "甲区、乙区、丙区三地合计占全市的49.1%",
    "数字产品制造业拉动2.7个百分点，贡献率52.0%",
    "请于2024年1月25日前报送第3号文件的附表2，合计12页",
    "近8个季度、11个月和3个工作日，《条例》第12条第3项",
    "数据资源目录2.0万个，归集数据24.4亿条，新建5G基站906个，总量6000个",
    "重点园区入驻企业1180家，其中数字经济企业402家，占34.1%",
    "专项债到位12.0亿元，支出7.8亿元，支出进度65.0%",
]


@pytest.fixture(scope="module")
def proof(city: Made) -> Proof:
    return Proof(city.folder)


def _edited(folder: Path, tmp_path: Path, sentence: str) -> Path:
    page = (folder / "bulletin.html").read_text(encoding="utf-8")
    assert "经初步测算，" in page
    path = tmp_path / "edited.html"
    path.write_text(page.replace("<p>经初步测算，", f"<p>{sentence}。经初步测算，", 1), encoding="utf-8")
    return path


@pytest.mark.parametrize("which", ["city", "nation", "flash"])
def test_the_untouched_is_clean(which: str, request: pytest.FixtureRequest, proof: Proof) -> None:
    folder = request.getfixturevalue(which).folder
    held = proof if which == "city" else Proof(folder)
    for name in ("bulletin.html", "bulletin.docx", "leaders.html"):
        assert held.remarks(folder / name) == []


@pytest.mark.parametrize("edit", EDITS)
def test_each_fault_is_found(edit: tuple[str, str, str], city: Made, proof: Proof, tmp_path: Path) -> None:
    sentence, wrong, instead = edit
    found = proof.remarks(_edited(city.folder, tmp_path, sentence))
    assert len(found) == 1, found
    assert wrong in found[0].wrong
    assert instead in found[0].instead
    assert re.fullmatch(r"第\d+段", found[0].where)
    bare = found[0].around.replace("【", "").replace("】", "").strip("…")
    assert bare in sentence


def test_a_number_on_another_basis_is_named_as_such(city: Made, tmp_path: Path) -> None:
    tables = stand_in.city_tables()
    rows = tables["observation"].to_pylist()
    here = {"indicator": "core_growth", "period": "2023Q4", "span": "cumulative", "class": "core"}
    (ours,) = (row for row in rows if row["region"] == stand_in.PLACE and here.items() <= row.items())
    other = pa.Table.from_pylist(
        [*rows, ours | {"price_basis": "current", "value": 0.061}], schema=tables["observation"].schema
    )
    proof = Proof(city.folder)
    proof.figures = figures_of(city.workspace, tables | {"observation": other})
    (found,) = proof.remarks(_edited(city.folder, tmp_path, "核心产业增加值同比增长6.1%"))
    assert found.wrong == "基数或版次不同：这是现价、同口径、初步版次的数"
    assert "可比价增速" in found.instead
    assert proof.remarks(_edited(city.folder, tmp_path, "核心产业增加值按现价同比增长6.1%")) == []


@pytest.mark.parametrize("sentence", FINE)
def test_what_is_right_is_let_be(sentence: str, city: Made, proof: Proof, tmp_path: Path) -> None:
    assert proof.remarks(_edited(city.folder, tmp_path, sentence)) == []


def test_a_changed_cell_of_a_word_table(city: Made, proof: Proof, tmp_path: Path) -> None:
    document = docx.Document(str(city.folder / "bulletin.docx"))
    cell = next(
        row.cells[1] for table in document.tables for row in table.rows if row.cells[0].text == "数字产品制造业"
    )
    cell.paragraphs[0].runs[0].text = "49.9"
    paragraph = next(p for p in document.paragraphs if p.text.startswith("经初步测算"))
    paragraph.runs[0].text = paragraph.text.replace("92.3亿元", "95.0亿元")
    path = tmp_path / "edited.docx"
    document.save(str(path))
    number, cell_remark = sorted(proof.remarks(path), key=lambda remark: "表第" in remark.where)
    assert "【95.0亿元】" in number.around
    assert cell_remark.around == "数字产品制造业：【49.9】"
    assert cell_remark.instead == "48.0"


def _withholding(city: Made, name: str, **place: str) -> Proof:
    """A copy that does not tell a figure of the release's span, though its sentences may still hold the number."""
    held = Proof(city.folder)
    key = Span("cumulative", "2023Q4")
    found = {
        (indicator, definition, span, region, cls): (
            [replace(figure, status="C", value=math.nan) for figure in figures]
            if (indicator, span, region, cls) == (name, key, place.get("region", stand_in.PLACE), place["cls"])
            else figures
        )
        for (indicator, definition, span, region, cls), figures in held.figures._found.items()
    }
    held.figures = replace(held.figures, _found=found)
    return held


@pytest.mark.parametrize(
    "case",
    [
        ("数字产品制造业增加值48.0亿元", "core_value_added", {"cls": "01"}, "数字产品制造业的核心产业增加值"),
        ("数字产品制造业增长7.7%", "core_growth", {"cls": "01"}, "数字产品制造业的核心产业增加值同比增速"),
        ("数字产品制造业拉动核心产业2.7个百分点", "core_pull", {"cls": "01"}, "数字产品制造业的拉动核心产业增长"),
        ("数字产品制造业占核心产业的99.0%", "core_class_share", {"cls": "01"}, "占核心产业增加值比重"),
        ("甲区增加值1.2亿元", "core_value_added", {"cls": "core", "region": "419901"}, "甲区的核心产业增加值"),
        ("经核算，甲区增长1.2%", "core_growth", {"cls": "core", "region": "419901"}, "甲区的核心产业增加值同比增速"),
    ],
)
def test_a_number_of_what_is_withheld_may_not_be_told(
    case: tuple[str, str, dict[str, str], str], city: Made, tmp_path: Path
) -> None:
    sentence, name, place, what = case
    held = _withholding(city, name, **place)
    (found,) = held.remarks(_edited(city.folder, tmp_path, sentence))
    assert found.wrong == "这个数因保密不得公布"
    assert found.instead.startswith("※ 不得公布：2023年全年")
    assert what in found.instead
    document = docx.Document()
    document.add_paragraph(f"{sentence}。")
    document.save(str(tmp_path / "edited.docx"))
    assert [remark.instead for remark in held.remarks(tmp_path / "edited.docx")] == [found.instead]


def test_a_withheld_figure_on_another_basis_is_not_the_one_meant(city: Made, tmp_path: Path) -> None:
    held = Proof(city.folder)
    key = ("core_growth", "rate_method", Span("cumulative", "2023Q4"), stand_in.PLACE, "01")
    (told,) = held.figures._found[key]
    rough = replace(told, value=0.045, status="R", step=0.005)
    current = replace(told, price="current", status="C", value=math.nan)
    held.figures = replace(held.figures, _found=held.figures._found | {key: [rough, current]})
    (found,) = held.remarks(_edited(city.folder, tmp_path, "数字产品制造业增长4.6%"))
    assert "没有这个数" in found.wrong
    assert found.instead == "2023年全年示范市数字产品制造业的核心产业增加值同比增速为4.5%（修约数）"
    (hidden,) = held.remarks(_edited(city.folder, tmp_path, "数字产品制造业按现价增长4.6%"))
    assert hidden.wrong == "这个数因保密不得公布"
    assert held.remarks(_edited(city.folder, tmp_path, "数字产品制造业增长约4.5%")) == []


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("增速比上年同期回落3.1个百分点", False),
        ("增速比前三季度加快0.1个百分点，比上年同期回落3.1个百分点", False),
        # A difference that there is, but from another period, or of what is no growth.
        ("增速比上年同期回落0.1个百分点", True),
        ("增速比前三季度加快3.1个百分点", True),
        ("增速比前三季度加快2.7个百分点", True),
        ("增速比前三季度加快0.0个百分点", True),
    ],
)
def test_a_pace_is_a_difference_of_growths_from_the_period_named(
    sentence: str, wrong: bool, city: Made, proof: Proof, tmp_path: Path
) -> None:
    found = [remark.wrong for remark in proof.remarks(_edited(city.folder, tmp_path, sentence))]
    assert found == (["发布包中没有这样的增速之差"] if wrong else [])


def test_a_pace_of_a_rate_that_is_told_rounded_has_no_number(city: Made, tmp_path: Path) -> None:
    held = Proof(city.folder)
    key = ("core_growth", "rate_method", Span("cumulative", "2022Q4"), stand_in.PLACE, "core")
    rough = [replace(one, status="R", step=0.005) for one in held.figures._found[key]]
    held.figures = replace(held.figures, _found=held.figures._found | {key: rough})
    (found,) = held.remarks(_edited(city.folder, tmp_path, "核心产业增速比上年同期回落3.1个百分点"))
    assert found.wrong == "发布包中没有这样的增速之差"


def test_what_is_told_beside_the_withheld_is_let_be(city: Made, tmp_path: Path) -> None:
    held = _withholding(city, "core_growth", cls="01")
    assert held.remarks(_edited(city.folder, tmp_path, "数字产品制造业增加值48.0亿元，占核心产业的52.0%")) == []
    assert held.remarks(_edited(city.folder, tmp_path, "2022年上半年数字产品制造业增加值22.1亿元")) == []


def test_a_withheld_cell_of_a_table_stays_withheld(city: Made, tmp_path: Path) -> None:
    held = Proof(city.folder)
    row = next(row for row in held.rows if row[0] == "数字产品制造业" and row[1] == "48.0")
    held.rows = {kept for kept in held.rows if kept[0] != row[0]} | {(row[0], "※", *row[2:])}
    path = tmp_path / "edited.html"
    cells = "".join(f"<td>{cell}</td>" for cell in row)
    path.write_text(f"<table><tr>{cells}</tr></table>", encoding="utf-8")
    (found,) = held.remarks(path)
    assert (found.wrong, found.instead) == ("这个数因保密不得公布", "※ 不得公布")


def test_a_row_that_is_not_in_the_release(city: Made, proof: Proof, tmp_path: Path) -> None:
    page = (city.folder / "bulletin.html").read_text(encoding="utf-8")
    path = tmp_path / "edited.html"
    path.write_text(page.replace("</tbody>", "<tr><td>新区</td><td>1.0</td></tr></tbody>", 1), encoding="utf-8")
    (found,) = proof.remarks(path)
    assert found.wrong == "发布包的表中没有这一行"


def test_tracked_changes_are_read_as_accepted(city: Made, tmp_path: Path) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    paragraph = document.add_paragraph("增加值")
    for text in ("ins", "del"):
        tag = "t" if text == "ins" else "delText"
        xml = f'<w:{text} {nsdecls("w")} w:id="1" w:author="x"><w:r><w:{tag}>{text}</w:{tag}></w:r></w:{text}>'
        paragraph._p.append(parse_xml(xml))
    document.save(str(tmp_path / "t.docx"))
    assert [passage.text for passage in passages(tmp_path / "t.docx")] == ["增加值ins"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.docx", b"no archive", "打不开"),
        ("a.doc", b"", "另存为 .docx"),
        ("a.html", "统计".encode("gb18030"), "不是 UTF-8"),
        ("none.html", None, "没有这个文件"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, data: bytes | None, said: str, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=said):
        passages(tmp_path / name)


def test_the_command_finds_the_release_by_what_the_file_says(city: Made, tmp_path: Path) -> None:
    console = Console(record=True, width=200)
    home = city.workspace.home
    assert release_text.show(home, city.folder / "bulletin.html", console, release="") == 0
    edited = _edited(city.folder, tmp_path, EDITS[0][0])
    assert release_text.show(home, edited, console, release=city.folder.name) == 1
    told = console.export_text()
    assert f"未发现问题（对照发布包 {city.folder.name}）" in told
    assert "增长后面不写负数" in told
    assert "改为：下降5.3%" in told


@pytest.mark.parametrize(("sentence", "code"), [("", 0), (EDITS[0][0], 1)])
def test_the_exit_code_says_whether_anything_is_wrong(sentence: str, code: int, city: Made, tmp_path: Path) -> None:
    path = _edited(city.folder, tmp_path, sentence) if sentence else city.folder / "leaders.html"
    told = CliRunner().invoke(app, ["check-text", str(path), "--home", str(city.workspace.home)])
    assert told.exit_code == code


def test_an_unreadable_file_ends_with_2(city: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["shuce", "check-text", str(tmp_path / "a.doc"), "--home", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
