from __future__ import annotations

import datetime as dt
import hashlib
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.ingest import landing
from pipelines.ingest.landing import receipts, register, scan
from pipelines.ingest.receipts import Receipt, entries, log_path, seal
from pipelines.journal import Journal
from pipelines.workspace import Workspace
from tests.pipelines.ingest.builders import EXPORT, NAME, csv_file, industry, xlsx
from tests.pipelines.ingest.conftest import CITY


def put(workspace: Workspace, name: str = NAME, content: bytes | None = None) -> Path:
    path = workspace.inbox / name
    path.parent.mkdir(exist_ok=True)
    if content is None:
        return xlsx(path, industry())
    path.write_bytes(content)
    return path


def codes(found: list[Receipt]) -> dict[str, str]:
    return {r.name: r.refusal.code if r.refusal else r.form or "unknown" for r in found}


def test_a_file_is_logged_and_kept_as_received(workspace: Workspace) -> None:
    path = put(workspace)
    [receipt] = register(workspace)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (receipt.sha256, receipt.size, receipt.name) == (sha256, path.stat().st_size, NAME)
    assert (receipt.form, receipt.quarter, receipt.months) == ("industry", "2023Q4", 12)
    assert receipt.path == workspace.home / "received" / f"{sha256}.xlsx"
    assert receipt.path.read_bytes() == path.read_bytes()
    assert receipt.path.stat().st_mode & 0o222 == 0
    [line] = (workspace.log / "received.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["name"] == NAME
    assert "path" not in json.loads(line)
    assert receipts(workspace) == receipts(workspace, "industry", "2023Q4") == [receipt]
    assert receipts(workspace, "service") == receipts(workspace, quarter="2023Q3") == []
    assert not list((workspace.home / "received").glob(".part*"))


def test_the_same_bytes_are_recognised(workspace: Workspace) -> None:
    path = put(workspace)
    register(workspace)
    assert register(workspace) == []
    again = workspace.inbox / "乙区" / NAME
    again.parent.mkdir()
    again.write_bytes(path.read_bytes())
    assert register(workspace) == []
    assert len(entries(workspace)) == 1


def test_a_correction_is_a_new_version(workspace: Workspace) -> None:
    put(workspace)
    register(workspace)
    xlsx(workspace.inbox / NAME.replace(".xlsx", "_更正1.xlsx"), industry()[:-1])
    [second] = register(workspace)
    assert second.quarter == "2023Q4"
    assert len(receipts(workspace, "industry", "2023Q4")) == 2


def test_the_same_bytes_under_another_period_are_questioned(workspace: Workspace) -> None:
    path = put(workspace)
    (workspace.inbox / NAME.replace("1-12", "1-9")).write_bytes(path.read_bytes())
    found = register(workspace)
    assert sorted(codes(found).values()) == ["industry", "same_bytes"]
    assert register(workspace) == []


def test_the_register_of_papers(workspace: Workspace) -> None:
    put(workspace)
    put(workspace, "乙区/GDP_乙区.csv", "指标,2022年\n国内生产总值(亿元),1\n".encode())
    (workspace.inbox / "received.csv").write_bytes(
        (
            "file,received_at,reporter,source,region,vintage,status,authority\n"
            f"{NAME},2024年1月18日,甲区统计局,一套表,,,,\n"
            "乙区/GDP_乙区.csv,2024/1/19,,,419902,初步核算,P,省级反馈\n"
        ).encode("gb18030")
    )
    register(workspace)
    first, second = receipts(workspace)
    assert (first.received_at, first.reporter, first.source) == (dt.date(2024, 1, 18), "甲区统计局", "一套表")
    assert (second.region, second.vintage, second.status) == ("419902", "preliminary", "P")
    assert (second.authority, second.file, second.form) == ("省级反馈", "GDP_乙区.csv", "account")


def test_a_file_not_in_the_register_came_today(workspace: Workspace) -> None:
    put(workspace)
    [receipt] = register(workspace)
    assert str(receipt.received_at) == receipt.registered_at[:10]


@pytest.mark.parametrize(
    "text", ["name,received_at\na,b\n", "file,wann\na,b\n", f"file,received_at\n{NAME},2024-01-01\n{NAME},2024-01-02\n"]
)
def test_a_register_that_cannot_be_read(workspace: Workspace, text: str) -> None:
    put(workspace)
    (workspace.inbox / "received.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"received\.csv"):
        register(workspace)


@pytest.mark.parametrize("line", ["soon,", "2024-01-18,best", "2024-01-18,,X"])
def test_a_line_of_the_register_that_cannot_be_used(workspace: Workspace, line: str) -> None:
    put(workspace)
    register_file = workspace.inbox / "received.csv"
    register_file.write_text(f"file,received_at,vintage,status\n{NAME},{line}\n", encoding="utf-8")
    assert codes(register(workspace)) == {NAME: "bad_register"}
    register_file.write_text(f"file,received_at\n{NAME},2024-01-18\n", encoding="utf-8")
    assert codes(register(workspace)) == {NAME: "industry"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("B203_a\\b_2023年1-12月.xlsx", "bad_name"), ("B203_..2023年1-12月.xlsx", "bad_name"),
        ("B203_\n2023年1-12月.xlsx", "bad_name"), ("=B203_2023年1-12月.xlsx", "bad_name"),
        ("B203_\u202e2023年1-12月.xlsx", "bad_name"), ("B203_2023年1-12月.xlsm", "macros"),
        ("B203_2023年1-12月.docx", "unsupported_type"), ("B203_2023年1-11月.xlsx", "no_quarter"),
        ("B203_2019年1-12月.xlsx", "quarter_out_of_range"), ("B203_2024年1-3月.xlsx", "quarter_out_of_range"),
    ],
)  # fmt: skip
def test_names_and_periods_that_are_refused(workspace: Workspace, name: str, code: str) -> None:
    put(workspace, name, b"x")
    [receipt] = register(workspace)
    assert receipt.refusal is not None
    assert receipt.refusal.code == code
    assert "\n" not in receipt.name
    assert receipts(workspace) == []
    assert receipts(workspace, refused=True) == [receipt]
    assert register(workspace) == []


def test_a_name_that_is_no_text(workspace: Workspace) -> None:
    (workspace.inbox / os.fsdecode(b"B203_\xff_2023.xlsx")).write_bytes(b"x")
    [receipt] = register(workspace)
    assert receipt.refusal is not None
    assert receipt.refusal.code == "bad_name"


def test_links_pipes_and_empty_files_are_refused(workspace: Workspace) -> None:
    (workspace.inbox / "B203_2023年1-3月.xlsx").symlink_to("/etc/hostname")
    (workspace.inbox / "links").symlink_to("/etc")
    os.mkfifo(workspace.inbox / "B203_2023年1-6月.csv")
    put(workspace, "B203_2023年1-9月.csv", b"")
    found = register(workspace)
    assert codes(found) == {
        "B203_2023年1-3月.xlsx": "symlink", "links": "unsupported_type", "B203_2023年1-6月.csv": "not_a_file",
        "B203_2023年1-9月.csv": "empty_file",
    }  # fmt: skip
    assert not list(workspace.home.glob("received/*"))


def test_a_file_that_cannot_be_opened(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    put(workspace)

    opened = os.open

    def closed(path: Path, *flags: int) -> int:
        if path == workspace.inbox / NAME:
            raise PermissionError
        return opened(path, *flags)

    monkeypatch.setattr(landing.os, "open", closed)
    assert codes(register(workspace)) == {NAME: "cannot_open"}


def test_files_that_are_too_large(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    put(workspace)
    monkeypatch.setattr(landing, "MAX_BYTES", 10)
    assert codes(register(workspace)) == {NAME: "too_large"}


def test_what_was_refused_is_judged_again(workspace: Workspace) -> None:
    put(workspace, NAME.replace("2023", "2024"))
    assert list(codes(register(workspace)).values()) == ["quarter_out_of_range"]
    (workspace.home / "city.toml").write_text(CITY.replace("2023Q4", "2024Q4"), encoding="utf-8")
    [receipt] = register(Workspace(workspace.home))
    assert receipt.quarter == "2024Q4"
    assert [r.quarter for r in receipts(workspace, "industry")] == ["2024Q4"]


def test_unknown_files_come_with_a_suggestion(workspace: Workspace) -> None:
    put(workspace, "甲区报表.xlsx")
    csv_file(workspace.inbox / "季度.csv", EXPORT)
    csv_file(workspace.inbox / "电话.csv", [["姓名"], ["a"]])
    csv_file(workspace.inbox / "补报HS03表.csv", [["姓名"], ["b"]])
    found = {r.name: (r.form, r.suggestion) for r in register(workspace)}
    assert found == {
        "甲区报表.xlsx": (None, "industry"), "季度.csv": (None, "account"), "电话.csv": (None, None),
        "补报HS03表.csv": (None, "coefficient"),
    }  # fmt: skip
    assert receipts(workspace) == []
    (workspace.inbox / "甲区报表.xlsx").rename(workspace.inbox / NAME)
    assert codes(register(workspace)) == {NAME: "industry"}


def test_what_is_no_file_is_passed(workspace: Workspace, tmp_path: Path) -> None:
    for name in (".hidden.csv", "~$lock.xlsx", "Thumbs.db", "received.csv"):
        put(workspace, name, b"file\n")
    (workspace.inbox / "a" / "b").mkdir(parents=True)
    put(workspace, "a/B203_2023年1-12月.xlsx")
    assert [found.name for found in scan(workspace.inbox)] == ["a/B203_2023年1-12月.xlsx"]
    assert list(scan(tmp_path / "nowhere")) == []
    assert register(Workspace(workspace.home)) != []


def test_a_log_that_somebody_altered(workspace: Workspace) -> None:
    put(workspace)
    register(workspace)
    with (workspace.log / "received.jsonl").open("a", encoding="utf-8") as log:
        log.write("{}\n")
    with pytest.raises(InputError, match="第 2 行"):
        receipts(workspace)


def test_versions_count_form_period_and_reporter(workspace: Workspace) -> None:
    first, other = NAME, NAME.replace("1-12", "1-9")
    lines = ["file,received_at,reporter", f"{first},2024-01-18,甲科"]
    xlsx(workspace.inbox / first, industry())
    xlsx(workspace.inbox / other, industry()[:-1])
    for n, (mark, day, who) in enumerate(
        [("_更正1", "2024-03-01", "甲科"), ("（补报）", "2024-02-01", "甲科"), ("_乙", "2024-03-02", "乙科")], start=1
    ):
        name = first.replace(".xlsx", f"{mark}.xlsx")
        xlsx(workspace.inbox / name, industry(*[["91", f"{n}", "419901", "3911", n, 1, 1, 1, 1]]))
        lines.append(f"{name},{day},{who}")
    (workspace.inbox / "received.csv").write_text("\n".join(lines), encoding="utf-8")
    register(workspace)
    found = {r.name: r.version for r in receipts(workspace)}
    assert found == {
        first: 1, other: 1, first.replace(".xlsx", "_更正1.xlsx"): 3, first.replace(".xlsx", "（补报）.xlsx"): 2,
        first.replace(".xlsx", "_乙.xlsx"): 1,
    }  # fmt: skip
    xlsx(workspace.inbox / first, industry()[:-2])  # other bytes under the same name
    [again] = register(workspace)
    assert (again.name, again.version) == (first, 4)


def test_versions_without_a_named_reporter(workspace: Workspace) -> None:
    for place, rows in (("", 1), ("甲区/", 2), ("乙区/", 3)):
        (workspace.inbox / place).mkdir(exist_ok=True)
        xlsx(workspace.inbox / place / NAME, industry(*[["91", "厂", "419901", "3911", 1, 1, 1, 1, 1]] * rows))
    csv_file(workspace.inbox / "GDP_一.csv", EXPORT)
    csv_file(workspace.inbox / "GDP_二.csv", EXPORT[:-1])
    csv_file(workspace.inbox / "GDP_一_更正1.csv", EXPORT[:-2])
    put(workspace, NAME.replace("2023", "2033"))
    register(workspace)
    found = {r.name: r.version for r in receipts(workspace, refused=True)}
    assert found.pop("GDP_一_更正1.csv") == 2
    assert found.pop(NAME.replace("2023", "2033")) == 0
    assert set(found.values()) == {1}


def test_a_copy_is_made_once_and_never_over_another(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(workspace)
    register(workspace)
    monkeypatch.setattr(landing, "_copy", lambda *_: pytest.fail("copied again"))
    assert register(workspace) == []
    path.rename(path.with_name(NAME.replace("1-12", "1-9")))
    assert codes(register(workspace)) == {NAME.replace("1-12", "1-9"): "same_bytes"}


def test_a_line_of_the_log_that_is_chained_but_no_entry(workspace: Workspace) -> None:
    Journal(log_path(workspace)).append(['{"sha256":"a"}'])
    with pytest.raises(InputError, match="第 1 行"):
        receipts(workspace)


def test_an_old_log_is_sealed_after_its_copies_are_checked(workspace: Workspace) -> None:
    put(workspace)
    [receipt] = register(workspace)
    log, head = log_path(workspace), Journal(log_path(workspace)).head
    old = "".join(text + "\n" for text in Journal(log).read())
    log.write_text(old, encoding="utf-8")
    head.unlink()
    with pytest.raises(InputError, match="shuce inbox seal"):
        receipts(workspace)
    with pytest.raises(InputError, match="shuce inbox seal"):
        register(workspace)
    receipt.path.chmod(0o644)
    content = receipt.path.read_bytes()
    receipt.path.write_bytes(content + b" ")
    with pytest.raises(InputError, match="被改动过"):
        seal(workspace)
    receipt.path.write_bytes(content)
    assert seal(workspace).read_text(encoding="utf-8") == old
    assert receipts(workspace) == [receipt]
    with pytest.raises(InputError, match="不能重新封存"):
        seal(workspace)


def _register(home: Path) -> None:
    register(Workspace(home))


def test_two_processes_register_at_once(workspace: Workspace) -> None:
    for n in range(6):
        xlsx(workspace.inbox / NAME.replace(".xlsx", f"_{n}.xlsx"), industry(["91", f"{n}", *[1] * 7]))
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_register, args=(workspace.home,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert [one.exitcode for one in both] == [0, 0]
    assert len(entries(workspace)) == len(receipts(workspace)) == 6
