"""Names of columns that a county uses: likeness suggests, a person confirms, the reader knows them from then on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import forms
from pipelines.ingest.guard import Job, read_files
from pipelines.ingest.mapping import Mapped, applied, confirm, mapping_path, pairs, read_mapping
from pipelines.ingest.mapping_likeness import likely_form, proposals
from pipelines.ingest.reading import likeness, read_file, suggest
from pipelines.ingest.sheets import Sheet
from pipelines.workspace import Workspace
from tests.pipelines.ingest.builders import NAME, TITLE, csv_file, firm, industry, table, xlsx

FORM = forms()["industry"]
OWN = ["信用代码证", "企业全称", "区划", "所属行业代码", "产值", "去年产值", "本年营业收入", "去年同期营收", "用工人数"]
MEANT = ["unit", "name", "county", "gbt", "gross_output", "gross_output_base", "revenue", "revenue_base", "staff"]
CONFIRMED = tuple(zip(OWN, MEANT, strict=True))


def own(*extra: str) -> list[list[object]]:
    return [TITLE, [*OWN, *extra], [*firm(1), *extra], [*firm(2), *extra]]


def mapped(header: str, column: str, form: str = "industry") -> Mapped:
    return Mapped(form=form, header=header, column=column, confirmed_by="甲", confirmed_on=dt.date(2024, 1, 18))


def test_likeness_suggests_one_column_for_each_header() -> None:
    found = proposals((*OWN, "填报人", "", "备注"), FORM)
    assert {item.header: item.column for item in found} == dict(CONFIRMED) | {"填报人": "", "备注": ""}
    assert all(item.score < 100 for item in found)
    known = proposals(tuple(column.header for column in FORM.columns), FORM)
    assert [item.column for item in known] == [column.name for column in FORM.columns]
    assert all(item.known for item in known)


def test_last_year_is_never_taken_for_this_year() -> None:
    [found] = proposals(("上年同期产值",), FORM)
    assert found.column == "gross_output_base"
    found, other = proposals(("产值", "产值额"), FORM)
    assert sorted([found.column, other.column]) == ["", "gross_output"]


def test_the_header_that_resembles_most(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", own())
    found = likeness(path, "industry")
    assert found is not None
    assert (found.row, found.share(FORM)) == (2, 1.0)
    assert [item.column for item in found.proposals] == MEANT
    [answer] = read_files([Job(path, "industry", ask=True)])
    assert answer.likeness == found
    two = [TITLE, [*OWN[:4], "产值", "", "营收", "", "用工人数"], ["", "", "", "", *["本年累计", "上年同期"] * 2, ""]]
    found = likeness(xlsx(tmp_path / "b.xlsx", [*two, firm()], merges=("E2:F2", "G2:H2")), "industry")
    assert found is not None
    assert [item.header for item in found.proposals][4:8] == [
        "产值/本年累计",
        "产值/上年同期",
        "营收/本年累计",
        "营收/上年同期",
    ]
    assert [item.column for item in found.proposals] == MEANT
    [nothing] = read_files([Job(csv_file(tmp_path / "c.csv", [["x"], ["y"]]), "industry", ask=True)])
    assert nothing.likeness is None
    assert nothing.refusal is None


def test_a_file_of_unknown_name_resembles_a_form(tmp_path: Path) -> None:
    assert suggest(csv_file(tmp_path / "a.csv", own())) == "industry"
    assert suggest(csv_file(tmp_path / "b.csv", [["姓名", "电话", "地址"], ["a", "b", "c"]])) == ""
    for form in forms().values():
        if form.columns:
            rows = table(form.id)
            assert likely_form([Sheet(1, "", rows, ragged=True)]) in {form.id, "service", "trade"}


def test_confirmed_names_are_read(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", own("填报人"))
    with pytest.raises(RefusalError):
        read_file(path, "industry", NAME)
    found = read_file(path, "industry", NAME, CONFIRMED)
    assert found.table["gross_output"].to_pylist() == ["1200", "1200"]
    assert found.table["revenue_base"].to_pylist() == ["900", "900"]
    [answer] = read_files([Job(path, "industry", NAME, CONFIRMED)])
    assert answer.table.equals(found.table)
    assert applied(FORM, ()) is FORM


def test_the_forms_own_name_comes_first(tmp_path: Path) -> None:
    rows = industry()
    rows[1] = [*rows[1], "产值"]
    rows[2:4] = [[*row, 7] for row in rows[2:4]]
    found = read_file(csv_file(tmp_path / "a.csv", rows), "industry", NAME, (("产值", "gross_output"),))
    assert found.table["gross_output"].to_pylist() == ["1200", "1200"]


def test_two_confirmed_names_of_one_column_on_one_sheet_are_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", own("工业产值"))
    with pytest.raises(RefusalError, match="“产值”“工业产值”") as refused:
        read_file(path, "industry", NAME, (*CONFIRMED, ("工业产值", "gross_output")))
    assert refused.value.fault.code == "doubled_header"


def test_names_are_kept_with_who_and_when(workspace: Workspace) -> None:
    assert pairs(workspace, "industry") == ()
    path = confirm(workspace, FORM, [mapped("产值", "gross_output"), mapped("营收", "revenue")])
    assert path == mapping_path(workspace, "industry") == workspace.home / "mappings" / "industry.csv"
    assert path.read_text(encoding="utf-8-sig").splitlines() == [
        "form,header,column,confirmed_by,confirmed_on",
        "industry,产值,gross_output,甲,2024-01-18",
        "industry,营收,revenue,甲,2024-01-18",
    ]
    # Another county's name for the same column, and a header confirmed anew.
    confirm(workspace, FORM, [mapped("工业产值", "gross_output"), mapped("营收", "revenue_base")])
    assert pairs(workspace, "industry") == (
        ("产值", "gross_output"), ("工业产值", "gross_output"), ("营收", "revenue_base"),
    )  # fmt: skip
    assert not list(path.parent.glob(".*"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("产值", "output")], "没有名为“output”的列"),
        ([("产值", "gross_output"), ("产值额", "gross_output")], "对应了同一列"),
        ([("产值", "gross_output"), ("产 值", "revenue")], "对应了两列"),
        ([("营业收入", "gross_output")], "另有所指（营业收入/本年累计）"),
        ([(" ", "gross_output")], "另有所指"),
    ],
)
def test_names_that_cannot_stand_are_refused(workspace: Workspace, rows: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        confirm(workspace, FORM, [mapped(*row) for row in rows])
    assert refused.value.en
    assert not mapping_path(workspace, "industry").exists()


@pytest.mark.parametrize(
    "text",
    [
        "header,column\n产值,gross_output\n",
        "form,header,column,confirmed_by,confirmed_on\nindustry,产值,gross_output,甲,soon\n",
        "form,header,column,confirmed_by,confirmed_on\ntrade,产值,revenue,甲,2024-01-18\n",
        "form,header,column,confirmed_by,confirmed_on\nindustry,产值,output,甲,2024-01-18\n",
        "form,header,column,confirmed_by,confirmed_on\nindustry,产值,vat,甲,2024-01-18\nindustry,产值,tax,甲,2024-01-18\n",
    ],
)
def test_a_table_that_somebody_got_wrong(workspace: Workspace, text: str) -> None:
    path = mapping_path(workspace, "industry")
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"industry\.csv"):
        read_mapping(workspace, "industry")
