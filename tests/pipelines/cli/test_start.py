"""shuce init: what a new workspace holds, and that its blanks can be filled in and read."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.console import Console

from classification.errors import InputError
from pipelines.cli.start import BLANKS, init
from pipelines.ingest import raw
from pipelines.ingest.forms import Form, forms
from pipelines.ingest.landing import register
from pipelines.ingest.receipts import receipts
from pipelines.workspace import Workspace
from tests.end_to_end.running import told

TABLES = [form for form in forms().values() if form.layout == "table"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("begun") / "某市"
    said = told("init", str(home))
    assert said.code == 0, said.err
    assert str(home) in said.out
    assert "shuce run" in said.out
    return home


def test_a_new_workspace_has_settings_an_inbox_and_every_blank(begun: Path) -> None:
    assert sorted(path.name for path in begun.iterdir()) == sorted(["city.toml", "inbox", BLANKS])
    assert {path.name for path in (begun / BLANKS).iterdir()} == {f"{form.code}_{form.title}.xlsx" for form in TABLES}
    with pytest.raises(InputError, match="counties"):  # it says what is to be filled in
        _ = Workspace(begun).city


def fill_in(begun: Path, home: Path) -> Workspace:
    """The settings with the county that they show as an example."""
    home.mkdir(exist_ok=True)
    text = (begun / "city.toml").read_text(encoding="utf-8")
    for line in ("[[counties]]", 'code = "000001"', 'name = "甲区"'):
        text = text.replace(f"# {line}", line)
    (home / "city.toml").write_text(text, encoding="utf-8")
    return Workspace(home)


def test_the_settings_hold_once_a_county_is_filled_in(begun: Path, tmp_path: Path) -> None:
    city = fill_in(begun, tmp_path).city
    assert city.kind == "city"
    assert not city.synthetic
    assert len(city.release_quarters) == 4
    assert set(city.required_forms) <= set(forms())


def test_a_second_init_changes_nothing(begun: Path) -> None:
    (begun / "city.toml").touch()
    before = (begun / "city.toml").read_bytes()
    said = told("init", str(begun))
    assert said.code == 2
    assert "此处已有工作区" in said.err
    assert (begun / "city.toml").read_bytes() == before


def period(form: Form) -> str:
    if form.id in ("register", "claim"):
        return "2023年4季度"
    return f"2023年1-{12 - form.lag}月" if form.period == "quarter" else "2023年"


def filled(form: Form, folder: Path, target: Path) -> list[str]:
    """Fill one row of a form's blank as a person would and put it into the inbox; returns what was filled in."""
    book = load_workbook(folder / f"{form.code}_{form.title}.xlsx")
    sheet = book.active
    kinds = {"code": "X1", "text": "某", "money": 12, "count": 3, "number": 1.5, "integer": 2023, "date": "2023-01-01"}
    values = [kinds.get(column.kind, "是") for column in form.columns]
    for at, value in enumerate(values, start=1):
        sheet.cell(row=5, column=at, value=value)
    book.save(target / f"{form.code}_{form.title}_{period(form)}.xlsx")
    return [str(value) for value in values]


def test_a_blank_that_is_filled_in_can_be_read(begun: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    workspace = fill_in(begun, home)
    values = {form.id: filled(form, begun / BLANKS, home / "inbox") for form in TABLES}
    with workspace.held("test"):
        register(workspace)
    for form in TABLES:
        outcome = raw.read(receipts(workspace, form=form.id), form)
        assert outcome.refused.to_pylist() == [], form.id
        rows = outcome.table.to_pylist()
        assert len(rows) == 1, form.id
        assert [rows[0][column.name] for column in form.columns] == values[form.id]
        assert rows[0]["row"] == 5
        assert rows[0]["yuan_per_unit"] == (1000 if form.money else 0)


def test_a_file_is_no_place_for_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="另指一个目录"):
        init(tmp_path / "note.txt", Console())
    assert (tmp_path / "note.txt").read_text(encoding="utf-8") == "x"
