from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from classification.errors import InputError
from pipelines.ingest.forms import forms
from pipelines.ingest.landing import receipts, register
from pipelines.ingest.mapping import Mapped, confirm
from pipelines.ingest.raw import FAULTS, Reading, read, schema
from pipelines.lake import Lake
from pipelines.steps.raw import raw
from pipelines.workspace import Workspace
from tests.pipelines.ingest.builders import EXPORT, NAME, csv_file, firm, industry, xlsx


def test_rows_with_their_provenance(workspace: Workspace) -> None:
    xlsx(workspace.inbox / NAME, industry())
    (workspace.inbox / "received.csv").write_text(f"file,received_at\n{NAME},2024-01-18\n", encoding="utf-8")
    register(workspace)
    [receipt] = receipts(workspace, "industry")
    found = read([receipt], "industry")
    assert found.table.schema == schema(forms()["industry"]) == schema("industry")
    row = found.table.to_pylist()[0]
    assert row["row_id"] == f"{receipt.sha256[:16]}:001:0000003"
    assert (row["file"], row["sheet"], row["row"]) == (NAME, "Sheet1", 3)
    assert (row["received_at"], row["quarter"], row["months"]) == (dt.date(2024, 1, 18), "2023Q4", 12)
    assert (row["yuan_per_unit"], row["gross_output"], row["profit"]) == (1000, "1200", None)
    assert found.refused.num_rows == 0
    assert found.notices.schema == FAULTS


def test_one_bad_file_does_not_cost_the_others(workspace: Workspace) -> None:
    xlsx(workspace.inbox / NAME, industry())
    xlsx(workspace.inbox / NAME.replace(".xlsx", "_乙区.xlsx"), [["规上工业"], *industry(firm(9))[1:]])
    xlsx(workspace.inbox / NAME.replace("1-12", "1-11"), industry(firm(8)))
    register(workspace)
    found = read(receipts(workspace, refused=True), forms()["industry"])
    assert found.table.num_rows == 2
    faults = found.refused.select(["file", "form", "row", "code"]).to_pylist()
    assert {(f["code"], f["row"]) for f in faults} == {("unit_undeclared", 0), ("no_quarter", 0)}
    assert {f["form"] for f in faults} == {"industry"}
    for fault in found.refused.to_pylist():
        assert fault["reason_zh"]
        assert fault["reason_en"]


@pytest.mark.parametrize(
    ("form", "name", "rows"), [("industry", NAME, industry()), ("account", "GDP_示范市_季度.csv", EXPORT)]
)
def test_pieces_of_a_file_are_the_whole_of_it(
    form: str, name: str, rows: list[list[Any]], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (xlsx if name == NAME else csv_file)(workspace.inbox / name, rows)
    (workspace.inbox / "received.csv").write_text(
        f"file,received_at,region,vintage,authority\n{name},2024-01-18,419900,初步,省级反馈\n", encoding="utf-8"
    )
    register(workspace)
    arrived = receipts(workspace, form)
    whole = read(arrived, form)
    monkeypatch.setattr("pipelines.ingest.raw._PIECE", 1)
    pieces = Reading(arrived, forms()[form])
    found = list(pieces)
    assert len(found) == len(whole.table) > 1
    assert pa.concat_tables(found).equals(whole.table)
    assert not list(pieces)
    assert (pieces.refused, pieces.notices) == (whole.refused, whole.notices)


def test_files_of_one_name_and_day_are_told_apart_by_which_came_first(workspace: Workspace) -> None:
    (workspace.inbox / "received.csv").write_text(f"file,received_at\n{NAME},2024-01-18\n", encoding="utf-8")
    for number in (7, 8, 9):
        xlsx(workspace.inbox / NAME, industry(firm(number)))
        register(workspace)
    found = read(receipts(workspace, "industry"), "industry")
    by_version = {one.sha256: one.version for one in receipts(workspace, "industry")}
    files = dict(zip(found.table["file_sha"].to_pylist(), found.table["file"].to_pylist(), strict=True))
    assert {by_version[sha]: name for sha, name in files.items()} == {
        1: NAME, 2: f"{NAME}（当日第2件）", 3: f"{NAME}（当日第3件）"
    }  # fmt: skip


def test_the_same_bytes_under_two_names_are_read_under_each(workspace: Workspace) -> None:
    """A name says which period a file is of; that of a twin says nothing about it."""
    xlsx(workspace.inbox / NAME, [["规模以上工业企业财务状况（2023年1—12月）"], *industry(firm(1))])
    register(workspace)
    [receipt] = receipts(workspace, "industry")
    other = NAME.replace("1-12", "1-11")
    twin = receipt.model_copy(update={"name": other})
    for both in ([receipt, twin], [twin, receipt]):
        found = read(both, "industry")
        assert found.table["file"].to_pylist() == [NAME]
        assert found.refused.select(["file", "code"]).to_pylist() == [{"file": other, "code": "period_conflict"}]


def test_the_long_layout(workspace: Workspace) -> None:
    csv_file(workspace.inbox / "GDP_示范市_季度.csv", EXPORT, "gb18030")
    name = "GDP_示范市_季度.csv"
    (workspace.inbox / "received.csv").write_text(
        f"file,received_at,region,vintage,authority\n{name},2024-01-18,419900,初步,省级反馈\n", encoding="utf-8"
    )
    register(workspace)
    found = read(receipts(workspace, "account"), "account")
    assert found.table.schema == schema("account")
    assert "quarter" not in found.table.column_names
    ids = found.table["row_id"].to_pylist()
    assert len(set(ids)) == 6
    assert ids == sorted(ids)
    row = found.table.to_pylist()[0]
    assert (row["subject"], row["column"], row["row"]) == ("国内生产总值当季值(亿元)", "2022年第一季度", 4)
    assert (row["region"], row["vintage"], row["status"], row["authority"]) == ("419900", "preliminary", "", "省级反馈")
    assert "数据来源：国家统计局" in found.notices["reason_zh"].to_pylist()


def test_no_receipts_give_an_empty_table() -> None:
    found = read([], "trade")
    assert found.table.schema == schema("trade")
    assert found.table.num_rows == found.refused.num_rows == found.notices.num_rows == 0


def test_a_copy_that_is_gone_or_changed_is_an_error(workspace: Workspace) -> None:
    xlsx(workspace.inbox / NAME, industry())
    register(workspace)
    [receipt] = receipts(workspace)
    assert receipt.path.stat().st_mode & 0o777 == 0o400
    receipt.path.chmod(0o644)
    receipt.path.write_bytes(receipt.path.read_bytes() + b" ")
    with pytest.raises(InputError, match=rf"(?s){NAME}.*被改动过.*was changed") as changed:
        read([receipt], "industry")
    assert changed.value.where == str(receipt.path)
    receipt.path.unlink()
    with pytest.raises(InputError, match=rf"(?s){NAME}.*不在了.*is gone"):
        read([receipt], "industry")


def test_confirmed_names_are_part_of_what_a_raw_table_is_made_from(workspace: Workspace) -> None:
    rows = industry()
    rows[1] = ["产值" if name == "工业总产值/本年累计" else name for name in rows[1]]
    xlsx(workspace.inbox / NAME, rows)
    register(workspace)
    before = raw(workspace, "industry", "2023Q4")
    assert before.note.rows == 0
    assert raw(workspace, "industry", "2023Q4").computed is False
    day = dt.date(2024, 1, 18)
    mapped = Mapped(form="industry", header="产值", column="gross_output", confirmed_by="甲", confirmed_on=day)
    confirm(workspace, forms()["industry"], [mapped])
    after = raw(workspace, "industry", "2023Q4")
    assert (after.computed, after.note.rows) == (True, 2)
    assert after.note.fingerprint != before.note.fingerprint
    table = Lake(workspace.lake).read("raw_industry", ["2023Q4"])
    assert table["gross_output"].to_pylist() == ["1200", "1200"]
    assert raw(workspace, "industry", "2023Q3").computed is True
