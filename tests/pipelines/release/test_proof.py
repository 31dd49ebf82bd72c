"""Proof-reading: an edited bulletin gives each finding, an untouched one none."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pyarrow as pa
import pytest
from rich.console import Console
from typer.testing import CliRunner

from classification.errors import InputError
from pipelines.cli import release_text
from pipelines.cli.app import app, main
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
    ("核心产业增加值为93.3亿元", "表和观测值中没有这个数", "92.3亿元"),
    ("甲区增加值92.3亿元", "表和观测值中没有这个数", "甲区"),
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
