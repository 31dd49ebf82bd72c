"""The second engine: a quarter of a city, from returns to cells, is the same on Spark as on DuckDB, value by value."""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import cells as ladder
from benchmarks.units import Rung, workspace_of
from classification.errors import InputError
from pipelines.contracts import contract
from pipelines.dialect import translated
from pipelines.engine import statement
from pipelines.engines import local_engine, unit_engine
from pipelines.lake import ALL, Lake, Made
from pipelines.review.rules import finding_statement, rules
from pipelines.spark import SparkEngine, end_session, require
from pipelines.steps import annual, cells, claims, classified, core, imputed, queries
from pipelines.steps import register as registered
from pipelines.steps.lines import lines_partition
from pipelines.workspace import EngineTerms, Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import duplicate, told

# Sockets to the Java process that its client leaves to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
QUARTER: Final = "2021Q3"
TENTH: Final = Decimal("0.1")
FIRM_RULES: Final = rules("quarterly")
TABLES: Final = (
    "core_register", "core_change", "class_check",
    "core_history", "core_return", "core_set_aside", "core_finding", "core_query", "class_return", "class_missing",
    "class_part", "cell_leaf", "cell_published", "cell_crossed", "cell_concentration", "cell_population",
)  # fmt: skip
YEARLY: Final = ("core_annual", "cell_annual", "cell_size", "cell_adoption")
PARTITIONS: Final = [
    *((table, QUARTER) for table in TABLES),
    *((table, ALL) for table in YEARLY),
    *((table, lines_partition("annual")) for table in ("core_finding", "core_set_aside")),
    *((table, lines_partition("register", QUARTER)) for table in ("core_finding", "core_set_aside")),
    ("core_set_aside", lines_partition("claim", QUARTER)),
]
# Put together by this process from what Spark gives, or small by nature.
OURS: Final = {"core_set_aside", "core_query", "class_part", *YEARLY[1:]}
# As users have it, but for what Java takes of the machine, how long it compiles itself, how few rows share a part, and
# that no code is made for expressions, which over Spark Connect is (test_spark_connect).
ENGINE: Final = """
[engine]
kind = "spark"
master = "local[2]"
[engine.settings]
"spark.driver.memory" = "1g"
"spark.driver.extraJavaOptions" = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"spark.sql.shuffle.partitions" = "1"
"spark.sql.adaptive.enabled" = "false"
"spark.sql.codegen.factoryMode" = "NO_CODEGEN"
"""

# What Java writes of every start.
USUAL: Final = """WARNING: Using incubator modules: jdk.incubator.vector
Using Spark's default log4j profile: org/apache/spark/log4j2-defaults.properties
26/11/30 15:23:40 WARN Utils: Your hostname, vm, resolves to a loopback address: 127.0.0.1; using 192.0.2.2 instead
26/11/30 15:23:40 WARN Utils: Set SPARK_LOCAL_IP if you need to bind to another address
Setting default log level to "WARN".
To adjust logging level use sc.setLogLevel(newLevel). For SparkR, use setLogLevel(newLevel).
"""


@contextmanager
def _errors_kept(path: Path) -> Iterator[None]:
    """Within the block what is written to standard error goes to a file; whoever is started keeps writing there."""
    kept = os.dup(2)
    try:
        with path.open("wb") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@pytest.fixture(scope="module")
def on_spark(ran_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The city with one quarter's tables made anew on Spark."""
    home = duplicate(ran_city, tmp_path_factory.mktemp("spark") / "home")
    settings = home / "city.toml"
    settings.write_text(settings.read_text("utf-8").replace("[[counties]]", f"{ENGINE}\n[[counties]]", 1), "utf-8")
    workspace = Workspace(home)
    for table, partition in PARTITIONS:
        for path in (home / "lake" / table).glob(f"{partition}.*"):
            path.unlink()
    end_session()
    with _errors_kept(home / "said"):
        made = _made(workspace)
    assert {item.table for item in made if item.computed} == {*TABLES, *YEARLY}
    yield workspace
    end_session()
    gc.collect()


def _made(workspace: Workspace) -> list[Made]:
    made = [*annual.core_annual(workspace), *registered.core_register(workspace, QUARTER)]
    made += [registered.core_change(workspace, QUARTER)]
    made += [*claims.class_check(workspace, QUARTER), core.core_history(workspace, QUARTER)]
    made += [*core.core_return(workspace, QUARTER), *queries.core_query(workspace, QUARTER)]
    made += [core.reference_set_aside(workspace)]
    made += [step(workspace, QUARTER) for step in (classified.class_return, imputed.class_missing)]
    made += [step(workspace, QUARTER) for step in (classified.class_part, cells.cell_leaf, cells.cell_published)]
    made += [step(workspace, QUARTER) for step in (cells.cell_crossed, cells.cell_concentration, cells.cell_population)]
    made += [classified.cell_annual(workspace), cells.cell_adoption(workspace)]
    return [*made, classified.cell_size(workspace, cells.places(workspace))]


def test_spark_says_nothing_where_there_are_no_faults(on_spark: Workspace) -> None:
    assert (on_spark.home / "said").read_text("utf-8") == ""


@pytest.mark.parametrize(("table", "partition"), PARTITIONS)
def test_every_value_is_the_same_on_both_engines(
    ran_city: Path, on_spark: Workspace, table: str, partition: str
) -> None:
    there, here = (pq.read_table(Lake(home / "lake").path(table, partition)) for home in (ran_city, on_spark.home))
    assert here.cast(contract(table).schema).equals(there.cast(contract(table).schema))


@pytest.mark.parametrize(("table", "partition"), [part for part in PARTITIONS if part[0] not in OURS])
def test_spark_made_them(ran_city: Path, on_spark: Workspace, table: str, partition: str) -> None:
    there, here = (
        pq.read_metadata(Lake(home / "lake").path(table, partition)).created_by for home in (ran_city, on_spark.home)
    )
    assert ["parquet-mr" in there, "parquet-mr" in here] == [False, True]


def test_a_recursion_goes_as_far_as_it_has_to(on_spark: Workspace) -> None:
    walk = "WITH RECURSIVE w AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM w WHERE n < 120) SELECT max(n) AS n FROM w"
    with unit_engine(on_spark) as work:
        assert work.rows(walk)["n"].to_pylist() == [120]


def test_what_a_value_was_compared_with_is_one_text_at_any_size(on_spark: Workspace) -> None:
    amounts = [244_297_000_000, 10**10, 123_456_789_050, 2**53 + 1, 10**16 - 1, 50, -50, 0, None]
    rows = [(amount, unit) for amount in amounts for unit in (1, 1_000, 10_000)]
    asked = {name for rule in FIRM_RULES if rule.expected for name in re.findall(r"\b[a-z]\w+\b", rule.expected)}
    money = asked - {"amount", "coalesce", "yuan_per_unit", "staff", "class_head_p50", "before_class"}
    typed = pa.table(
        {name: pa.array([amount for amount, _ in rows], pa.int64()) for name in sorted(money)}
        | {"yuan_per_unit": [unit for _, unit in rows], "row_id": [str(number) for number in range(len(rows))]}
        | {name: [text] * len(rows) for name, text in {"status": "accepted", "before_class": "3911"}.items()}
        | {"staff": [10] * len(rows), "class_head_p50": [float(amount or 0) / 16 for amount, _ in rows]}
    )
    broken = {"predicate": "TRUE", "severity": "soft", "column": "'revenue'", "deviation": ""}
    found = tuple(rule.model_copy(update=broken) for rule in FIRM_RULES if rule.expected)
    asking = finding_statement(statement("pipelines", "query_finding"), found, "soft")
    said = []
    for engine in (unit_engine(on_spark), local_engine(on_spark)):
        with engine as work:
            work.add(typed=typed)
            said.append(work.rows(f"SELECT row_id, rule, expected FROM ({asking}) ORDER BY rule, row_id").to_pylist())
    assert said[0] == said[1]
    last_year = {int(row["row_id"]): row["expected"] for row in said[0] if row["rule"] == "B04"}
    assert [last_year[number] for number in range(len(rows))] == [
        None
        if amount is None
        else f"{(Decimal(amount) / unit).quantize(TENTH, ROUND_HALF_UP) + 0:f}".removesuffix(".0")
        for amount, unit in rows
    ]


def test_money_is_carried_to_the_last_yuan(on_spark: Workspace) -> None:
    amounts = pa.table({"x": [2**53 + 1, -(2**53) - 1, 10**16 - 1, -7, 0]})
    for engine in (unit_engine(on_spark), local_engine(on_spark)):
        with engine as work:
            work.add(t=amounts)
            assert work.rows("SELECT carried(x, 3, 3) AS x FROM t")["x"].to_pylist() == amounts["x"].to_pylist()


def test_the_ladder_s_cells_are_the_same(monkeypatch: pytest.MonkeyPatch, on_spark: Workspace, tmp_path: Path) -> None:
    monkeypatch.setattr(ladder, "_SPARK", on_spark.city.engine.settings)
    home = workspace_of(tmp_path / "small", Rung("small", 500, 5)).home
    there, here = (ladder.WAYS[way](home, "all")() for way in ("ours", "spark"))
    assert here.cast(there.schema).equals(there)
    assert len(there) > 20


def test_the_project_s_functions_are_written_out() -> None:
    text = translated(
        "SELECT whole(x) AS n FROM t WHERE entered(d, CAST($day AS DATE))", "spark", {"day": "2023-01-01"}
    )
    assert "whole" not in text.lower()
    assert "2023-01-01" in text
    with pytest.raises(KeyError, match="day"):
        translated("SELECT $day AS d", "spark")


def test_a_cluster_that_does_not_see_the_lake_is_told(
    on_spark: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from pyspark.sql.readwriter import DataFrameWriter

    table, swept = tmp_path / "table", list[Path]()
    table.mkdir()

    def elsewhere(_: DataFrameWriter, path: str) -> None:
        Path(path).mkdir()
        swept.extend(tmp_path.glob("*/*.part"))  # as the lake looks for what a killed run left

    source = table / "t.parquet"
    pq.write_table(pa.table({"a": [1]}), source)
    with unit_engine(on_spark) as work:
        work.add(t=[source])
        source.unlink()
        with pytest.raises(InputError, match="集群看不到数据湖"):
            work.keep("kept", "FROM t")
        with pytest.raises(InputError, match="集群看不到数据湖"):
            work.rows("FROM t")
        monkeypatch.setattr(DataFrameWriter, "parquet", elsewhere)
        with pytest.raises(InputError, match="集群看不到数据湖"):
            work.write("SELECT 1 AS a", table / "o.parquet")
    assert len(swept) == 1
    assert not list(table.iterdir())


@pytest.mark.filterwarnings("ignore:Unable to cleanly shutdown Spark:RuntimeWarning")
def test_a_java_that_ended_by_itself_is_cleared_away(on_spark: Workspace) -> None:
    from pyspark import SparkContext

    java = SparkContext._gateway
    assert java is not None
    with unit_engine(on_spark) as work:
        work.add(t=pa.table({"a": [1]}))
        java.proc.kill()
        java.proc.wait()
        for ask in (work.rows, lambda text: work.keep("kept", text), lambda text: work.view("seen", text)):
            with pytest.raises(InputError, match="Spark 中途停止或失去联系") as raised:
                ask("FROM t")
            assert raised.value.where == "city.toml [engine]"
    end_session()
    assert SparkContext._active_spark_context is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Job aborted due to stage failure: ExecutorLostFailure (executor 1 exited", "Spark 中途停止"),
        ("Cannot call methods on a stopped SparkContext", "Spark 中途停止"),
        ("StatusCode.UNAVAILABLE: failed to connect to all addresses", "Spark 中途停止"),
        ("java.lang.OutOfMemoryError: Java heap space", "Spark 中途停止"),
        ("java.io.IOException: No space left on device", "No space left"),  # whoever makes the table tells it
        ("[DIVIDE_BY_ZERO] Division by zero", "DIVIDE_BY_ZERO"),
    ],
)
def test_what_a_cluster_says_midway_is_told_where_it_tells_of_the_cluster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, words: str
) -> None:
    def sql(_: str) -> None:
        raise RuntimeError(said)

    work = SparkEngine(tmp_path, "local[1]", {})
    monkeypatch.setitem(vars(work), "_session", SimpleNamespace(sql=sql))
    with pytest.raises((InputError, RuntimeError), match=re.escape(words)) as raised:
        work.rows("SELECT 1 AS a")
    assert said in str(raised.value)


def test_spark_is_asked_only_where_something_is_to_be_made(copied_city: Path) -> None:
    city = Workspace(copied_city).city
    away = {"engine": EngineTerms(kind="spark", master="spark://127.0.0.1:1")}
    fresh = Workspace(copied_city, city.model_copy(update=away))
    assert not any(made.computed for made in (*annual.core_annual(fresh), *core.core_return(fresh, QUARTER)))
    stale = Workspace(copied_city, city.model_copy(update={**away, "counties": city.counties[:-1]}))
    for make in (annual.core_annual, lambda home: core.core_return(home, QUARTER)):
        with pytest.raises(InputError, match="Spark 集群没有应答"):
            make(stale)


@pytest.mark.parametrize(
    ("master", "java", "words"),
    [
        ("local[1]", "", "中没有 bin/java"),
        ("local[1]", "1.8.0_402", "版本 1.8.0_402"),
        ("local[1]", "11.0.22", "版本 11.0.22"),
        ("local[1]", "of none", "版本 ?"),
        ("spark://127.0.0.1:1,[::1]:1", "17.0.15", "Spark 集群没有应答（127.0.0.1:1、[::1]:1）"),
    ],
)
def test_a_spark_that_cannot_start_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, master: str, java: str, words: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if java:
        _java(tmp_path, java)
    with pytest.raises(InputError, match=re.escape(words)) as raised:
        SparkEngine(tmp_path, master, {}).rows("SELECT 1 AS a")
    assert raised.value.where == "city.toml [engine]"
    home = tmp_path / "home"
    home.mkdir()
    settings = by_hand.SETTINGS.replace(
        "[[counties]]", f'engine.kind = "spark"\nengine.master = "{master}"\n[[counties]]', 1
    )
    (home / "city.toml").write_text(settings, "utf-8")
    said = told("run", by_hand.LAST, "--home", str(home))
    assert said.code == 2
    assert said.out == ""
    assert words in said.err
    assert [path.name for path in home.iterdir() if path.name not in {"city.toml", "log"}] == []


def test_a_java_that_is_not_there_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match=re.escape(f"JAVA_HOME={tmp_path} 中没有 bin/java")) as raised:
        require("local[1]")
    assert f"JAVA_HOME={tmp_path} has no bin/java: correct JAVA_HOME, or unset it" in raised.value.en
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="没有找到 Java") as raised:
        require("local[1]")
    assert "Spark needs Java 17 or newer" in raised.value.en


def test_without_the_extra_it_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(InputError, match="没有安装 Spark"):
        SparkEngine(tmp_path, "local[1]", {}).learn("known", lambda texts: texts)
    without = "import sys; sys.modules['sqlglot'] = None; import pipelines.spark"
    subprocess.run([sys.executable, "-c", without], check=True)


@pytest.mark.filterwarnings("ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning")
def test_whatever_keeps_spark_from_starting_is_one_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    end_session()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    _java(tmp_path, "17.0.15")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # One of two masters answers, which is enough to try.
        work = SparkEngine(tmp_path, f"spark://127.0.0.1:1,127.0.0.1:{listening.getsockname()[1]}", {})
        with pytest.raises(InputError, match=r"Spark 没有启动(?s:.)*spark-class: "):
            work.rows("SELECT 1 AS a")
    gc.collect()


def test_an_open_port_that_is_no_master_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start(*_: object) -> None:  # what it comes to after a minute or two
        raise RuntimeError("Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at")

    end_session()
    monkeypatch.setattr("pyspark.java_gateway.launch_gateway", start)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        work = SparkEngine(tmp_path, f"spark://127.0.0.1:{listening.getsockname()[1]}", {})
        with pytest.raises(InputError, match="nobody there answered as a Spark master") as raised:
            work.rows("SELECT 1 AS a")
    assert "没有按 Spark master 应答" in raised.value.zh


@pytest.mark.filterwarnings("ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("spark.driver.port", "none", 'in the config "spark.driver.port" is invalid'),
        ("spark.driver.memory", "banana", "：Invalid maximum heap size: -Xmxbanana。"),
    ],
)
def test_what_java_says_of_a_start_that_failed_is_told_and_nothing_else(
    tmp_path: Path, setting: str, value: str, words: str
) -> None:
    end_session()
    said, work = tmp_path / "said", SparkEngine(tmp_path, "local[1]", {setting: value})
    with _errors_kept(said), pytest.raises(InputError, match=rf"Spark 没有启动.*{re.escape(words)}"):
        work.rows("SELECT 1 AS a")
    assert said.read_text("utf-8") == ""
    gc.collect()


@pytest.mark.parametrize(
    ("written", "fault", "cause"),
    [
        (
            (
                "Exception in thread \"main\" org.apache.spark.SparkException: When running with master 'yarn' either "
                "HADOOP_CONF_DIR or YARN_CONF_DIR must be set in the environment.\n\tat org.apache.spark.deploy"
            ),
            "[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number.",
            (
                "org.apache.spark.SparkException: When running with master 'yarn' either HADOOP_CONF_DIR or "
                "YARN_CONF_DIR must be set in the environment"
            ),
        ),
        (
            (
                "26/11/30 15:24:03 ERROR JavaUtils: Failed to create directory /lake/.spill/blockmgr-cd4c29ad\n"
                "java.nio.file.FileSystemException: /lake/.spill/blockmgr-cd4c29ad: Not a directory\n"
                "\tat java.base/sun.nio.fs.UnixException.translateToIOException(UnixException.java:100)\n"
                "java.io.IOException: Failed to create a temp directory (under /lake/.spill) after 10 attempts!"
            ),
            "[Errno 111] Connection refused",
            "java.nio.file.FileSystemException: /lake/.spill/blockmgr-cd4c29ad: Not a directory",
        ),
        (
            (
                "\nError occurred during initialization of VM\nMultiple garbage collectors selected\n"
                "Error: Could not create the Java Virtual Machine.\n"
                "Error: A fatal exception has occurred. Program will exit."
            ),
            "[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number.",
            "Multiple garbage collectors selected",
        ),
        ("", "[Errno 111] Connection refused", "[Errno 111] Connection refused"),
        (
            "java.io.IOException: written on the way",
            (
                "An error occurred while calling None.org.apache.spark.api.java.JavaSparkContext.\n"
                ": org.apache.spark.SparkException: thrown in the end\n\tat org.apache.spark.SparkContext"
            ),
            "org.apache.spark.SparkException: thrown in the end",
        ),
    ],
)
def test_the_cause_of_a_start_that_failed_is_found_in_what_java_wrote(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: str, fault: str, cause: str
) -> None:
    def start(_: object, kept: Mapping[str, BinaryIO]) -> None:
        os.write(kept["stderr"].fileno(), f"{USUAL}{written}".encode())
        raise RuntimeError(fault)

    end_session()
    monkeypatch.setattr("pyspark.java_gateway.launch_gateway", start)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    _java(tmp_path, "17.0.15")
    with pytest.raises(InputError) as raised:
        SparkEngine(tmp_path, "local[1]", {}).rows("SELECT 1 AS a")
    assert f"Spark 没有启动（local[1]）：{cause}。" in raised.value.zh
    assert f"Spark did not start at local[1] ({cause})." in raised.value.en


def test_a_java_that_was_still_starting_ends_with_who_waited_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    submit, started = tmp_path / "spark-submit", list[subprocess.Popen[bytes]]()
    submit.write_text("#!/bin/sh\nexec sleep 1000\n", "utf-8")
    submit.chmod(0o700)

    def start(*_: object) -> None:
        started.append(subprocess.Popen([submit]))
        raise KeyboardInterrupt

    end_session()
    monkeypatch.setattr("pyspark.java_gateway.launch_gateway", start)
    with pytest.raises(KeyboardInterrupt):
        SparkEngine(tmp_path, "local[1]", {"spark.app.id": "starting"}).rows("SELECT 1 AS a")
    assert [java.returncode for java in started] == [-signal.SIGKILL]


def test_ctrl_c_is_not_taken_by_spark(on_spark: Workspace) -> None:
    end_session()
    before = signal.getsignal(signal.SIGINT)
    with unit_engine(on_spark) as work:
        work.add(t=pa.table({"a": [1]}))
    assert signal.getsignal(signal.SIGINT) is before


def _java(home: Path, version: str) -> None:
    """A Java that tells its version and does nothing else."""
    (home / "bin").mkdir()
    java = home / "bin" / "java"
    java.write_text(f'#!/bin/sh\n[ "$1" = -version ] && echo \'openjdk version "{version}"\' >&2\n', "utf-8")
    java.chmod(0o700)
