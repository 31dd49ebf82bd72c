"""A disk that takes nothing is told in one way, and what was there before stays.

Who writes to ``/dev/full`` meets the error of a full disk as the system gives it. It is only ever reached by a link:
some libraries remove what they could not write.
"""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import tempfile
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
from pipelines.disk import DiskFullError, UnwritableError, disk_told, full, refuse_unwritable
from pipelines.engine import SPILL, engine, within_means
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


# As DuckDB 2.0, Arrow, SQLite and Python said it of a disk that was mounted read-only.
READ_ONLY = os.strerror(errno.EROFS)
READ_ONLY_FAULTS = [
    lambda file: OSError(errno.EROFS, READ_ONLY, str(file)),
    lambda file: OSError(errno.EROFS, f"Failed to open local file '{file}'. Detail: [errno 30] {READ_ONLY}"),
    lambda file: duckdb.IOException(f'IO Error: Cannot open file "{file}": {READ_ONLY}'),
    lambda file: duckdb.IOException(f'IO Error: Failed to create directory "{file}": {READ_ONLY}'),
    lambda _: sqlite3.OperationalError("attempt to write a readonly database"),
    lambda _: sqlite3.OperationalError("unable to open database file"),
    lambda _: OSError(errno.EROFS, READ_ONLY),
]


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
    with pytest.raises(DiskFullError, match=r"磁盘空间不足.*现余 [0-9,]+ MB") as raised, disk_told([tmp_path]):
        write(full_file(tmp_path / "x"))
    assert "MB are free" in raised.value.en
    assert raised.value.where


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), disk_told([tmp_path]):
        (tmp_path / "nowhere" / "x").write_text("x")
    low, told = duckdb.connect(), pytest.raises(InputError, match="memory_limit")
    with told, disk_told([tmp_path]), within_means(low, {}):
        raise duckdb.OutOfMemoryException(LOW)
    with pytest.raises(DiskFullError) as raised, disk_told([tmp_path]), disk_told([tmp_path / "inner"]):
        raise NO_ROOM
    assert raised.value.where == str(tmp_path)  # the folder above is the first that is there


def test_of_folders_on_one_disk_the_first_is_told_while_others_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter(range(100, 0, -1))
    monkeypatch.setattr("pipelines.disk._free", lambda _: next(left))
    with pytest.raises(DiskFullError) as raised, disk_told([tmp_path]):
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
    with pytest.raises(DiskFullError) as raised, disk_told([Path("/")]):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "gone" / "x"))
    assert raised.value.where == str(tmp_path)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """Makes a folder take nothing, whoever asks: permissions stop no root."""

    def close(folder: Path, number: int) -> None:
        def refuse(**asked: Path) -> io.BytesIO:
            if asked["dir"] == folder:
                raise OSError(number, os.strerror(number), str(folder / "tmp"))
            return io.BytesIO()

        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)

    return close


@pytest.mark.parametrize("fault", READ_ONLY_FAULTS)
def test_a_read_only_disk_is_the_same_error_whoever_says_it(
    fault: Callable[[Path], Exception], tmp_path: Path, closed: Callable[[Path, int], None]
) -> None:
    closed(tmp_path, errno.EROFS)
    with pytest.raises(UnwritableError, match=r"无法写入.*只读") as raised, disk_told([Path("/"), tmp_path]):
        raise fault(tmp_path / "gone" / "x")
    assert "read-only" in raised.value.en
    assert raised.value.where == str(tmp_path)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_place_of_others_is_told(number: int, tmp_path: Path, closed: Callable[[Path, int], None]) -> None:
    closed(tmp_path, number)
    with pytest.raises(UnwritableError, match="没有读写权限") as raised, disk_told([]):
        raise OSError(number, os.strerror(number), str(tmp_path / "from"), None, str(tmp_path / "to"))
    assert raised.value.where == str(tmp_path)
    with pytest.raises(UnwritableError, match="没有读写权限"):
        refuse_unwritable([tmp_path.parent, tmp_path])


def test_a_file_of_others_in_a_folder_of_ones_own_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "holder").write_text("x")

    def refuse(path: Path, *_: int) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnwritableError) as raised, disk_told([]):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path / "holder"))
    assert raised.value.where == str(tmp_path / "holder")


@pytest.mark.parametrize(
    "write",
    [
        lambda file: (file / "x").write_text("x"),
        lambda file: file.mkdir(exist_ok=True),
        lambda file: (file / "x").mkdir(parents=True),
        lambda file: write_table(rows(["a"], [1]), file / "x.parquet"),
        lambda file: duckdb.sql(f"COPY (SELECT 1) TO '{file}/x.parquet'"),
    ],
)
def test_a_file_in_the_way_of_a_folder_is_told(write: Callable[[Path], object], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    with pytest.raises(UnwritableError, match="应是文件夹") as raised, disk_told([]):
        write(file)
    assert raised.value.where == str(file)
    assert file.read_text() == "kept"


def test_a_file_in_the_way_of_what_is_spilled_is_told(tmp_path: Path) -> None:
    (tmp_path / SPILL).write_text("")
    few = {"memory_limit": "30MB", "threads": 1}
    with pytest.raises(UnwritableError) as raised, disk_told([tmp_path]), engine(tmp_path, few) as work:
        work.keep("t", "SELECT range AS i, md5(range::VARCHAR) AS s FROM range(3000000)")
    assert raised.value.where == str(tmp_path / SPILL)


def test_what_can_be_written_is_not_blamed(tmp_path: Path, closed: Callable[[Path, int], None]) -> None:
    (tmp_path / "there").write_text("x")
    named = OSError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path / "there"))
    for fault in (
        named,
        OSError(errno.EROFS, READ_ONLY),
        duckdb.IOException('Cannot open file "x": Permission denied'),
    ):
        with pytest.raises(type(fault)), disk_told([tmp_path]):
            raise fault
    closed(tmp_path, errno.EACCES)
    with pytest.raises(PermissionError), disk_told([tmp_path]):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))  # of a port
    closed(tmp_path, errno.EMFILE)
    refuse_unwritable([tmp_path])  # whoever writes says what that is


def test_before_a_run_nothing_is_left_where_it_is_asked(tmp_path: Path) -> None:
    refuse_unwritable([tmp_path, tmp_path / "lake" / SPILL])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["lake", f"lake/{SPILL}", "release", "report"])
def test_a_run_begins_only_where_it_can_write(name: str, tmp_path: Path) -> None:
    workspace = stand_in.city_workspace(tmp_path)
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("")
    said = told("run", "2023Q4", "--home", str(tmp_path))
    assert said.code == 2
    assert "应是文件夹" in said.err
    assert str(place) in said.err
    assert not workspace.dagster_home.exists()


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
    assert fault.zh.startswith("磁盘空间不足")
    assert fault.en.startswith("The disk is full")
    assert fault.where.startswith("/")
    assert fault.where.endswith("（write）")
