import itertools
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classification.errors import InputError
from pipelines import lake as lake_module
from pipelines.contracts import Column, Contract
from pipelines.lake import ALL, ContractError, Lake, fingerprint_of, join_files, table_hash, write_table, write_tables
from tests.end_to_end import by_hand

TERMS = Contract(
    table="t",
    title="试",
    description="",
    level="L2",
    partition="none",
    key=("code",),
    columns=(
        Column(name="code", type="text", zh="代码", allowed=("a", "b")),
        Column(name="money", type="yuan", zh="金额", nullable=True),
    ),
)


def rows(codes: list[str | None], money: list[int | None], kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"code": pa.array(codes, pa.string()), "money": pa.array(money, kind or pa.int64())})


def put(lake: Lake, table: pa.Table, made_from: str = "x") -> object:
    return lake.refresh("t", ALL, lambda path: write_table(table, path), made_from=[made_from], held_to=TERMS)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def test_files_are_joined_in_their_order_and_a_single_one_is_moved(tmp_path: Path) -> None:
    parts = [tmp_path / f"{n}.parquet" for n in range(3)]
    for part, code in zip(parts, ("b", "a", "b"), strict=True):
        write_table(rows([code], [1]), part)
    join_files(parts[:2], tmp_path / "two.parquet", rows([], []).schema)
    assert pq.read_table(tmp_path / "two.parquet").equals(rows(["b", "a"], [1, 1]))
    join_files(parts[2:], tmp_path / "one.parquet", rows([], []).schema)
    assert pq.read_table(tmp_path / "one.parquet").equals(rows(["b"], [1]))
    assert not parts[2].exists()


def test_writes_reads_and_skips_what_is_fresh(lake: Lake) -> None:
    assert put(lake, rows(["a"], [1])).computed
    assert not put(lake, rows(["b"], [2])).computed  # same inputs by word: not even looked at
    assert lake.read("t")["code"].to_pylist() == ["a"]
    assert put(lake, rows(["b"], [2]), "y").computed
    assert lake.read("t")["code"].to_pylist() == ["b"]
    assert lake.partitions("t") == [ALL]


def test_money_above_two_to_the_53_stays_exact(lake: Lake) -> None:
    put(lake, rows(["a"], [9007199254740993]))
    assert lake.read("t")["money"].to_pylist() == [9007199254740993]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (rows(["a", "a"], [1, 2]), "主键重复"),
        (rows([None], [1]), "为空"),
        (rows(["z"], [1]), "取值"),
        (rows(["a"], [1.0], pa.float64()), "类型"),
        (pa.table({"money": [1], "code": ["a"]}), "列应为"),
    ],
)
def test_a_broken_contract_leaves_the_old_table(lake: Lake, table: pa.Table, message: str) -> None:
    put(lake, rows(["b"], [7]))
    with pytest.raises(ContractError, match=message):
        put(lake, table, "new")
    assert lake.read("t")["money"].to_pylist() == [7]
    assert not list(lake.root.rglob("*.part"))


def test_a_check_has_limits_of_its_own_and_spills_into_the_lake(lake: Lake) -> None:
    put(lake, rows(["a"], [1]))
    settings = "SELECT value FROM duckdb_settings() WHERE name IN ('memory_limit', 'temp_directory') ORDER BY name"
    with lake_module._checker(lake.root)[0].cursor() as connection:
        found = [value for (value,) in connection.execute(settings).fetchall()]
    assert found == ["953.6 MiB", str(lake.root / ".spill")]


@pytest.mark.parametrize(("said", "held"), [("600MB", "572.2 MiB"), ("2GB", "953.6 MiB")])
def test_a_check_keeps_the_limits_of_the_settings_beside_the_lake(tmp_path: Path, said: str, held: str) -> None:
    engine = f"\n[engine]\nmemory_limit = '{said}'\nthreads = 1\n"
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS + engine, encoding="utf-8")
    lake = Lake(tmp_path / "lake")
    put(lake, rows(["a"], [1]))
    with lake_module._checker(lake.root)[0].cursor() as connection:
        found = connection.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchall()
    assert found == [(held, 1)]


def test_a_check_without_memory_is_told(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    low = duckdb.connect(config={"memory_limit": "1MB", "threads": 1})
    monkeypatch.setattr(lake_module, "_checker", lambda _: (low, {"memory_limit": "1MB"}))
    many = TERMS.model_copy(update={"key": ("money",)})
    table = rows(["a"] * 300_000, list(range(300_000)))
    with pytest.raises(InputError, match="内存不够（上限 1MB，线程 1 个）"):
        lake.write("t", ALL, lambda path: write_table(table, path), fingerprint="x", held_to=many)
    assert lake.partitions("t") == []


def test_missing_partitions_are_all_named(lake: Lake) -> None:
    with pytest.raises(ValueError, match="2023Q1、2023Q2"):
        lake.existing("t", ["2023Q1", "2023Q2"])
    with pytest.raises(ValueError, match="missing"):
        lake.read("t", [])


def test_a_killed_write_leaves_the_old_table_and_is_swept(lake: Lake) -> None:
    put(lake, rows(["b"], [7]))
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom tests.pipelines.test_lake import *\n"
        "def die(path):\n    write_table(rows(['a'], [1]), path)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "Lake(Path(sys.argv[1])).refresh('t', ALL, die, made_from=['z'], held_to=TERMS)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(lake.root)], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -9
    assert lake.read("t")["money"].to_pylist() == [7]
    assert lake.partitions("t") == [ALL]
    (lake.root / "t" / "x.part").mkdir()  # a folder of parts that were to be joined
    (lake.root / "t" / "x.part" / "2021-01-01.parquet").write_bytes(b"rows")
    assert lake.sweep() == 2
    assert not list(lake.root.rglob("*.part"))


def test_a_partition_without_its_note_is_made_again(lake: Lake) -> None:
    put(lake, rows(["a"], [1]))
    (lake.root / "t" / f"{ALL}.json").unlink()
    assert lake.note("t") is None
    assert lake.note_of("t").rows == 0
    assert put(lake, rows(["a"], [1])).computed


def test_hashes_tell_contents_apart() -> None:
    assert fingerprint_of("ab", "c") != fingerprint_of("a", "bc")
    assert table_hash(rows(["a"], [1])) == table_hash(pa.concat_tables([rows(["a"], [1])]))
    assert table_hash(rows(["a"], [1])) != table_hash(rows(["a"], [2]))


def test_a_full_disk_says_so_and_leaves_the_old_table(lake: Lake) -> None:
    put(lake, rows(["b"], [7]))

    def fill(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="No space left"):
        lake.refresh("t", ALL, fill, made_from=["w"], held_to=TERMS)
    assert lake.read("t")["money"].to_pylist() == [7]
    assert not list(lake.root.rglob("*.part"))


@pytest.mark.parametrize("sizes", [[], [0], [3], [4], [1, 0, 2, 7, 4]], ids=str)
def test_tables_in_turn_are_written_as_one_would_be(
    sizes: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_module, "_ROW_GROUP", 4)
    schema, numbers = pa.schema([("a", pa.string())]), itertools.count()
    tables = [pa.table({"a": [str(next(numbers)) for _ in range(size)]}, schema) for size in sizes]
    write_tables(iter(tables), schema, tmp_path / "turn.parquet")
    write_table(pa.concat_tables([schema.empty_table(), *tables]), tmp_path / "one.parquet")
    assert (tmp_path / "turn.parquet").read_bytes() == (tmp_path / "one.parquet").read_bytes()
    groups = pq.ParquetFile(tmp_path / "turn.parquet").metadata
    assert groups.num_row_groups == max(1, -(-sum(sizes) // 4))
