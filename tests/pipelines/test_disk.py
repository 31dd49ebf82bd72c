"""A disk without room is told in one way, and what was there before stays.

Who writes to ``/dev/full`` meets the error of a full disk as the system gives it. It is only ever reached by a link:
some libraries remove what they could not write.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from xlsxwriter.exceptions import FileCreateError

from classification.errors import InputError
from pipelines.cli import app
from pipelines.cli.answer import write_answer
from pipelines.cli.instance import _failure
from pipelines.disk import DiskFullError, full, full_disk_told
from pipelines.engine import within_means
from pipelines.ingest import guard, landing
from pipelines.journal import Journal
from pipelines.lake import ALL, Lake, write_table
from pipelines.release import cut as cutting
from pipelines.release.read import DATABASE, current
from pipelines.workspace import Workspace
from tests.end_to_end.running import told
from tests.pipelines.ingest.builders import industry, xlsx
from tests.pipelines.release import stand_in
from tests.pipelines.test_lake import TERMS, put, rows

NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
# As DuckDB 2.0 said it when a disk of 6 MB was full: while it wrote a table, and while it spilled.
WRITING = 'IO Error: Could not write file "x.parquet": No space left on device'
SPILLING = "failed to offload data block. This limit was set by the 'max_temp_directory_size' setting."
LOW = "failed to allocate data of size 2.0 MiB (72.0 KiB/976.5 KiB used)"


def full_file(path: Path) -> Path:
    """A place that takes nothing."""
    path.symlink_to("/dev/full")
    return path


def fails(*_: object, **__: object) -> None:
    raise NO_ROOM


def by_python(path: Path) -> None:
    path.write_text("x")


def by_arrow(path: Path) -> None:
    write_table(rows(["a"], [1]), path)


def by_excel(_: Path) -> None:
    raise FileCreateError(NO_ROOM)  # as xlsxwriter does of what its zip file says


def by_sqlite(_: Path) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE t AS SELECT zeroblob(100000) AS x")


def by_duckdb(_: Path) -> None:
    raise duckdb.IOException(WRITING)


def by_spilling(_: Path) -> None:
    with duckdb.connect() as connection, within_means(connection, {}):
        raise duckdb.OutOfMemoryException(SPILLING)


@pytest.mark.parametrize("write", [by_python, by_arrow, by_excel, by_sqlite, by_duckdb, by_spilling])
def test_whoever_writes_it_is_the_same_error(write: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match=r"磁盘空间不足.*现余 [0-9,]+ MB") as raised, full_disk_told([tmp_path]):
        write(full_file(tmp_path / "x"))
    assert "MB are free" in raised.value.en
    assert raised.value.where


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), full_disk_told([tmp_path]):
        (tmp_path / "nowhere" / "x").write_text("x")
    low, told = duckdb.connect(), pytest.raises(InputError, match="memory_limit")
    with told, full_disk_told([tmp_path]), within_means(low, {}):
        raise duckdb.OutOfMemoryException(LOW)
    with pytest.raises(DiskFullError) as raised, full_disk_told([tmp_path]), full_disk_told([tmp_path / "inner"]):
        raise NO_ROOM
    assert raised.value.where == str(tmp_path)  # the folder above is the first that is there


def test_of_folders_on_one_disk_the_first_is_told_while_others_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter(range(100, 0, -1))
    monkeypatch.setattr("pipelines.disk._free", lambda _: next(left))
    with pytest.raises(DiskFullError) as raised, full_disk_told([tmp_path]):
        raise NO_ROOM
    assert raised.value.where == str(tmp_path)


def test_what_led_to_an_error_counts_unless_it_was_dealt_with() -> None:
    def after(cause: Exception | None) -> Exception:
        try:
            try:
                raise NO_ROOM
            except OSError as fault:
                raise RuntimeError("wrapped") from (fault if cause is None else cause)
        except RuntimeError as wrapped:
            return wrapped

    assert full(after(None))
    assert not full(after(ValueError("another")))
    assert full(OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)))


def test_a_file_that_the_error_names_is_the_place(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError) as raised, full_disk_told([Path("/")]):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "gone" / "x"))
    assert raised.value.where == str(tmp_path)


@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_a_partition_and_its_note_stay_as_they_were(tmp_path: Path, kind: str) -> None:
    lake = Lake(tmp_path)
    put(lake, rows(["b"], [7]))
    before = lake.note_of("t")
    full_file(tmp_path / "t" / f"{ALL}.{kind}.{os.getpid()}.part")
    with pytest.raises(OSError, match="No space left"):
        put(lake, rows(["a"], [1]), "new")
    assert lake.read("t")["money"].to_pylist() == [7]
    assert lake.note_of("t") == before
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == [f"{ALL}.json", f"{ALL}.parquet"]
    assert lake.refresh("t", ALL, fails, made_from=["x"], held_to=TERMS).note == before  # fresh: nothing is written


def test_a_copy_of_what_was_received_is_whole_or_not_there(tmp_path: Path) -> None:
    workspace = stand_in.city_workspace(tmp_path)
    store = tmp_path / landing.STORE
    store.mkdir()
    full_file(store / f".part-{os.getpid()}")
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(DiskFullError), workspace.held("test"):
        landing.keep(workspace, tmp_path / "a.csv", "a.csv")
    assert list(store.iterdir()) == []


def test_what_a_file_holds_finds_no_room_and_the_file_is_not_blamed(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    full_file(tmp_path / "0.arrow")
    job = guard.Job(book, "industry")
    with pytest.raises(OSError, match="No space left") as raised:
        list(guard._answers([job], tmp_path, memory=guard.child.MEMORY, timeout=60))
    assert raised.value.filename == str(tmp_path)
    (tmp_path / "0.arrow").unlink()
    [result] = guard._answers([job], tmp_path, memory=guard.child.MEMORY, timeout=60)
    assert result.refusal is None


def test_a_log_goes_on_once_there_is_room(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "log.jsonl")
    journal.append(['{"a":1}'])
    full_file(tmp_path / f".{journal.head.name}.{os.getpid()}.part")
    with pytest.raises(OSError, match="No space left"):
        journal.append(['{"a":2}'])
    journal.append(['{"a":3}'])
    assert journal.read() == ('{"a":1}', '{"a":2}', '{"a":3}')
    assert sorted(path.name for path in tmp_path.iterdir()) == [journal.path.name, journal.head.name]


def test_the_release_before_stays_and_no_half_of_one_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(folder: Path, *_: object) -> None:
        (folder / DATABASE).write_bytes(b"whole")

    workspace, tables = stand_in.nation_workspace(tmp_path), stand_in.nation_tables()
    monkeypatch.setattr(cutting, "_fill", fill)
    before = cutting.cut(workspace, "2023Q3", stand_in.AS_OF, tables, stand_in.PROVENANCE)
    monkeypatch.setattr(cutting, "_write_manifest", fails)
    with pytest.raises(DiskFullError) as raised, workspace.held("test"):
        cutting.cut(workspace, "2023Q4", stand_in.AS_OF, tables, stand_in.PROVENANCE)
    assert raised.value.where.startswith("/")
    assert current(workspace) == before
    assert sorted(path.name for path in workspace.releases.iterdir()) == sorted([before.name, "current"])


def test_an_answer_is_whole_or_not_there(tmp_path: Path) -> None:
    def lines(number: int) -> object:
        yield ["a"]
        if number:
            raise NO_ROOM

    write_answer(tmp_path / "answer.csv", ["x"], lines(0))
    before = (tmp_path / "answer.csv").read_bytes()
    with pytest.raises(DiskFullError) as raised:
        write_answer(tmp_path / "answer.csv", ["x"], lines(1))
    assert raised.value.where == str(tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_a_command_ends_with_it_as_with_any_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "app", fails)
    said = told("where")
    assert said.code == 2
    assert "磁盘空间不足" in said.err
    assert "Traceback" not in said.err


def test_a_step_of_dagster_fails_in_our_words(tmp_path: Path) -> None:
    @dg.op
    def write() -> None:
        with Workspace(tmp_path).held("test"):
            raise NO_ROOM

    @dg.job
    def writing() -> None:
        write()

    fault = _failure(writing.execute_in_process(raise_on_error=False))
    assert "磁盘空间不足" in fault.zh
    assert fault.en.startswith("The disk is full")
    assert fault.where == "write"
