"""The engine: named inputs in, rows out, exact and in order."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from classification.errors import InputError
from pipelines import engine as engines
from pipelines.engine import engine, statement, within_means
from pipelines.lake import write_table

ROOT = Path(__file__).parents[2]
NUMBERS = pa.table({"n": pa.array([3, 1, 2], pa.int64())})


def test_statements_are_read_from_their_package() -> None:
    assert statement("classification", "assign").startswith("--")
    with pytest.raises(FileNotFoundError):
        statement("pipelines", "nowhere")


def test_inputs_are_tables_or_files_and_may_be_replaced(tmp_path: Path) -> None:
    for name, table in (("one", NUMBERS), ("two", NUMBERS.slice(0, 1))):
        write_table(table, tmp_path / f"{name}.parquet")
    with engine(tmp_path) as work:
        work.add(numbers=NUMBERS)
        assert work.rows("SELECT sum(n)::BIGINT AS s FROM numbers")["s"].to_pylist() == [6]
        work.add(files=[tmp_path / "one.parquet", tmp_path / "two.parquet"])
        assert work.rows("SELECT sum(n)::BIGINT AS s FROM files")["s"].to_pylist() == [9]
        work.add(files=[tmp_path / "two.parquet"])
        assert work.rows("SELECT n FROM files")["n"].to_pylist() == [3]


def test_a_view_follows_its_input_and_a_kept_table_does_not() -> None:
    with engine() as work:
        work.add(numbers=NUMBERS)
        work.view("seen", "SELECT n + 1 AS n FROM numbers ORDER BY n")
        work.keep("kept", "SELECT n FROM numbers WHERE n > $least ORDER BY n", {"least": 1})
        work.keep("kept", "SELECT n FROM numbers WHERE n > $least ORDER BY n", {"least": 2})
        assert work.rows("FROM seen")["n"].to_pylist() == [2, 3, 4]
        assert work.rows("FROM kept")["n"].to_pylist() == [3]


def test_a_view_takes_what_its_parameters_stand_for() -> None:
    asked = {"text": "it's", "day": dt.date(2023, 1, 5), "least": 2}
    with engine() as work:
        work.add(numbers=NUMBERS)
        work.view("seen", "SELECT n, $text AS text, CAST($day AS DATE) AS day FROM numbers WHERE n >= $least", asked)
        found = work.rows("FROM seen ORDER BY n").to_pylist()
    assert found == [{"n": n, "text": "it's", "day": dt.date(2023, 1, 5)} for n in (2, 3)]


@pytest.mark.parametrize(
    ("x", "k", "expected"),
    [
        (3, "0.5", 2),
        (-3, "0.5", -2),
        (-1, "0.499999", 0),
        (7, "1", 7),
        (7, "0", 0),
        (8_999_999_999_999, "0.999999", 8_999_990_999_999),
        (9_000_000_000_001, "0.5", 4_500_000_000_001),
        (-9_999_999_999_999_999, "0.333333", -3_333_330_000_000_000),
        (None, "0.5", None),
    ],
)
def test_a_portion_is_exact_half_away_from_zero(x: int | None, k: str, expected: int | None) -> None:
    with engine() as work:
        work.add(given=pa.table({"x": pa.array([x], pa.int64()), "k": pa.array([Decimal(k)], pa.decimal128(7, 6))}))
        assert work.rows("SELECT portion(x, k) AS p FROM given")["p"].to_pylist() == [expected]


def test_a_part_of_the_pipeline_is_that_of_the_public_split() -> None:
    edges = (0, 1, -1, 899_999_999_999, 900_000_000_000, -900_000_000_001, 2**53 + 1)
    amounts = pa.array([edge * sign + more for edge in edges for sign in (1, -1) for more in range(4)], pa.int64())
    rows = pa.array([str(number) for number in range(len(amounts))])
    shares = [Decimal(text) for text in ("0", "0.000001", "0.333333", "0.5", "0.999999", "1")]
    bounds = [(lo, hi) for lo in shares for hi in shares if lo < hi]
    share = pa.table({
        "row_id": pa.array([row for row in rows.to_pylist() for _ in bounds]),
        "k_lo": pa.array([lo for _ in rows for lo, _ in bounds], pa.decimal128(7, 6)),
        "k_hi": pa.array([hi for _ in rows for _, hi in bounds], pa.decimal128(7, 6)),
        "de": pa.array([f"{number:02d}" for _ in rows for number in range(len(bounds))]),
    })  # fmt: skip
    with engine() as work:
        work.add(units=pa.table({"row_id": rows, "unit": rows, "value": amounts}), given=share)
        work.view("share", "SELECT *, '' AS gbt, '' AS level_used FROM given")
        joined = "FROM share JOIN units USING (row_id) ORDER BY row_id, de"
        ours = work.rows(f"SELECT part_between(value, k_lo, k_hi) AS value {joined}")
        assert ours["value"].to_pylist() == work.rows(statement("classification", "split"))["value"].to_pylist()


def test_engines_of_one_folder_know_nothing_of_each_other(tmp_path: Path) -> None:
    with engine(tmp_path) as one, engine(tmp_path) as other:
        one.add(numbers=NUMBERS)
        one.keep("kept", "FROM numbers")
        one.view("seen", "FROM kept")
        for name in ("numbers", "kept", "seen"):
            with pytest.raises(duckdb.CatalogException):
                other.rows(f"FROM {name}")
        other.keep("kept", "SELECT 7 AS n")
        assert one.rows("FROM seen")["n"].to_pylist() == [3, 1, 2]
    with engine(tmp_path) as later, pytest.raises(duckdb.CatalogException):
        later.rows("FROM kept")


def test_a_file_put_in_anothers_place_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    for found in ([1, 2], [3, 4]):
        write_table(pa.table({"n": found}), path)
        with engine(tmp_path) as work:
            work.add(numbers=[path])
            assert work.rows("FROM numbers")["n"].to_pylist() == found


def test_a_database_outlives_small_inputs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    connect = duckdb.connect
    monkeypatch.setattr(engines.duckdb, "connect", lambda **how: opened.append(how) or connect(**how))
    path = tmp_path / "n.parquet"
    for rows, databases in ((10, 1), (10, 1), (1_000_000, 1), (10, 2)):
        write_table(pa.table({"n": np.random.default_rng(1).random(rows)}), path)
        with engine(tmp_path) as work:
            work.add(numbers=[path])
            work.keep("kept", "FROM numbers")
        assert len(opened) == databases


def test_a_name_stands_for_one_function(tmp_path: Path) -> None:
    def there(texts: pa.Array) -> pa.Array:
        return pc.is_valid(texts)

    for _ in range(2):
        with engine(tmp_path) as work:
            work.learn("there", there)
            assert work.rows("SELECT there('x') AS t")["t"].to_pylist() == [True]
    with engine(tmp_path) as work, pytest.raises(ValueError, match="there"):
        work.learn("there", pc.is_null)


def test_rows_are_added_by_name_of_column() -> None:
    with engine() as work:
        work.keep("sum", "SELECT 1 AS a, 'x' AS b")
        work.append("sum", "SELECT 'y' AS b, CAST($a AS INTEGER) AS a", {"a": 2})
        assert work.rows("FROM sum ORDER BY a").to_pylist() == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_rows_are_written_in_the_order_of_the_statement(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    with engine(tmp_path) as work:
        work.add(numbers=NUMBERS)
        work.write("SELECT n FROM numbers WHERE n < $most ORDER BY n DESC", path, {"most": 3})
    assert pq.read_table(path)["n"].to_pylist() == [2, 1]


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1,234.5", 1_234_500),
        ("１２", 12_000),
        (" 1 000 ", 1_000_000),
        ("0.0005", 1),
        ("-0.0005", -1),
        ("9007199254740.993", 9_007_199_254_740_993),
        ("—", None),
        ("", None),
        ("约12", None),
        (None, None),
    ],
)
def test_money_becomes_whole_yuan(text: str | None, yuan: int | None) -> None:
    with engine() as work:
        found = work.rows("SELECT yuan($text::VARCHAR, 1000) AS y", {"text": text})
        assert found["y"].to_pylist() == [yuan]
        assert found.schema.field("y").type == pa.int64()


def test_an_empty_cell_is_told_from_one_that_cannot_be_read() -> None:
    with engine() as work:
        found = work.rows("SELECT is_missing('…') AS a, is_missing('12a') AS b, whole('1.5') AS c, whole('2.0') AS d")
    assert found.to_pylist() == [{"a": True, "b": False, "c": None, "d": 2}]


def test_a_statement_reaches_no_file_outside_its_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    write_table(NUMBERS, outside / "n.parquet")
    (inside / "link").symlink_to(outside)
    write_table(NUMBERS, inside / "n.parquet")
    forbidden = [
        f"SELECT * FROM read_parquet('{outside / 'n.parquet'}')",
        f"SELECT * FROM read_text('{outside / 'n.parquet'}')",
        f"SELECT * FROM read_parquet('{inside}/../out/n.parquet')",
        f"COPY (SELECT 1) TO '{outside / 'made.csv'}'",
        f"ATTACH '{outside / 'made.db'}'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "INSTALL httpfs",
    ]
    with engine(inside) as work:
        work.add(numbers=[inside / "n.parquet"])
        assert work.rows("SELECT count(*) AS c FROM numbers")["c"].to_pylist() == [3]
        for text in forbidden:
            with pytest.raises(duckdb.Error):
                work.rows(text)
    with engine() as work, pytest.raises(duckdb.PermissionException):
        work.add(numbers=[inside / "n.parquet"])
    assert [path.name for path in outside.iterdir()] == ["n.parquet"]


def test_a_memory_limit_that_is_too_low_is_told_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    limits = {"memory_limit": "1MB", "threads": 1}
    with engine(tmp_path, limits) as work, pytest.raises(InputError, match="memory_limit") as raised:
        work.write("SELECT i FROM range(3000000) AS t(i) ORDER BY i DESC", path)
    assert "上限 1MB，线程 1 个" in raised.value.zh
    assert "limit 1MB, threads 1" in raised.value.en
    assert not raised.value.where  # the text names the settings, a run adds the step
    assert not list(tmp_path.glob("*.parquet"))


def test_a_limit_that_nobody_set_is_told_as_duckdb_has_it() -> None:
    connection = duckdb.connect(config={"memory_limit": "1GB", "threads": 3})
    with pytest.raises(InputError) as raised, engines.within_means(connection, {}):
        raise duckdb.OutOfMemoryException("failed to allocate")
    assert "limit 953.6 MiB, threads 3" in raised.value.en


def test_what_killed_processes_had_spilled_is_swept_and_that_of_living_ones_left(tmp_path: Path) -> None:
    text, limits = "SELECT i, md5(i::VARCHAR) AS m FROM range(2000000) AS t(i)", {"memory_limit": "40MB", "threads": 1}
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom pipelines.engine import engine\n"
        f"with engine(Path(sys.argv[1]), {limits}) as work:\n"
        f"    work.keep('kept', '{text}')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with engine(tmp_path, limits) as work:
        work.keep("kept", text)
        ours = set((tmp_path / engines.SPILL).iterdir())
        killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
        left = set((tmp_path / engines.SPILL).iterdir()) - ours
        assert killed.returncode == -signal.SIGKILL
        assert ours
        assert left
        assert engines.sweep_spilled(tmp_path) == len(left)
        assert set((tmp_path / engines.SPILL).iterdir()) == ours
        assert work.rows("SELECT count(DISTINCT m) AS n FROM kept")["n"].to_pylist() == [2_000_000]


def test_what_does_not_fit_into_memory_is_spilled(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    with engine(tmp_path, {"memory_limit": "40MB", "threads": 1}) as work:
        work.write("SELECT i, i % 1013 AS k FROM range(3000000) AS t(i) ORDER BY k, i DESC", path)
    assert pq.read_metadata(path).num_rows == 3_000_000


def test_a_statement_that_is_stopped_stops_whoever_asked() -> None:
    """DuckDB itself makes an error of its own of what the handler raised."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with engine(limits={"threads": 1}) as work:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(KeyboardInterrupt):
                work.keep("kept", "SELECT sum(hash(range)) AS s FROM range(100_000_000_000_000)")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_an_error_of_duckdb_is_no_interrupt() -> None:
    with engine() as work, pytest.raises(RuntimeError, match="of another kind"), within_means(work._connection, {}):
        raise RuntimeError("of another kind")
