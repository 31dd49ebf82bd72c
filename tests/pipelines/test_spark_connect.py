"""Spark Connect: over a server's address the same statements give the same values as on DuckDB."""

from __future__ import annotations

import gc
import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from threading import Thread
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from classification.errors import InputError
from pipelines.contracts import contract
from pipelines.engines import unit_engine
from pipelines.lake import Lake
from pipelines.spark import require, spark_engine
from pipelines.steps import cells, classified
from pipelines.workspace import EngineTerms, Workspace
from tests.end_to_end.running import duplicate

QUARTER: Final = "2021Q3"
STEPS: Final = {
    "class_return": classified.class_return,
    "cell_leaf": cells.cell_leaf,
    "cell_published": cells.cell_published,
    "cell_population": cells.cell_population,
}
# What a server says for itself where it is as small as this one.
SETTINGS: Final = {"spark.sql.shuffle.partitions": "8"}
SERVER: Final = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.ui.enabled": "false",
}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of Spark Connect, with all that this interpreter sees."""
    import pyspark

    command = [str(Path(pyspark.__file__).parent / "bin" / "spark-submit"), "--master", "local[2]"]
    command += [word for name, value in SERVER.items() for word in ("--conf", f"{name}={value}")]
    home = tmp_path_factory.mktemp("server")
    command += ["--conf", f"spark.local.dir={home}"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    seen = {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": os.pathsep.join(sys.path)}
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(
            command,
            cwd=home,
            env={**os.environ, **seen},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        patch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")  # which the client sets, and nobody takes back
        assert server.stderr is not None
        try:
            started = next(line for line in server.stderr if "server started at: " in line)
            Thread(target=server.stderr.read, daemon=True).start()  # a full pipe would hold the server up
            yield f"sc://{started.rpartition(' ')[2].strip()}"
        finally:
            # Asked to end it would not, had this process been told to ignore that: whom it starts ignores it too.
            server.kill()
    gc.collect()


@pytest.fixture(scope="module")
def connected(ran_city: Path, master: str, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The city with some of one quarter's tables made anew over Spark Connect."""
    home = duplicate(ran_city, tmp_path_factory.mktemp("connect") / "home")
    city = Workspace(home).city
    terms = EngineTerms(kind="spark", master=f"{master}/;user_id=test", settings=SETTINGS)
    workspace = Workspace(home, city.model_copy(update={"engine": terms}))
    for table in STEPS:
        for path in (home / "lake" / table).glob(f"{QUARTER}.*"):
            path.unlink()
    assert all(step(workspace, QUARTER).computed for step in STEPS.values())
    return workspace


@pytest.mark.parametrize("table", STEPS)
def test_every_value_is_the_same_over_spark_connect(ran_city: Path, connected: Workspace, table: str) -> None:
    there, here = (Lake(home / "lake").path(table, QUARTER) for home in (ran_city, connected.home))
    schema = contract(table).schema
    assert pq.read_table(here).cast(schema).equals(pq.read_table(there).cast(schema))
    assert "parquet-mr" in pq.read_metadata(here).created_by


def test_each_engine_has_a_session_of_its_own_and_ends_it(connected: Workspace) -> None:
    with unit_engine(connected) as first, unit_engine(connected) as second:
        first.add(t=pa.table({"a": ["x", None]}), empty=pa.table({"n": pa.array([], pa.int64())}))
        assert first.columns("empty") == ["n"]
        second.add(t=pa.table({"a": ["y", "zz"]}))
        first.keep("kept", "FROM t")
        second.learn("short", lambda texts: pc.equal(pc.utf8_length(texts), 1))
        second.keep("kept", "SELECT a, short(a) AS b FROM t")
        first.append("kept", "SELECT 'w' AS a")
        gc.collect()
        assert first.rows("FROM kept").to_pylist() == [{"a": "x"}, {"a": None}, {"a": "w"}]
        assert second.rows("FROM kept").to_pylist() == [{"a": "y", "b": True}, {"a": "zz", "b": False}]
        first.learn("known", lambda texts: pc.equal(texts, "x"))
        assert first.rows("SELECT known(a) AS b FROM t").to_pylist() == [{"b": True}, {"b": None}]
        second.view("only", "FROM t")
        with pytest.raises(Exception, match="TABLE_OR_VIEW_NOT_FOUND"):
            first.columns("only")
        sessions = [work._session for work in (first, second)]  # type: ignore[attr-defined]
    assert all(session.is_stopped for session in sessions)


def test_a_server_that_does_not_see_the_lake_is_told(connected: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1]}), source)
    with unit_engine(connected) as work:
        with pytest.raises(InputError, match="集群看不到数据湖"):
            work.add(t=[tmp_path / "none.parquet"])
        work.add(t=[source])
        source.unlink()
        with pytest.raises(InputError, match="集群看不到数据湖"):
            work.keep("kept", "FROM t")
        with pytest.raises(InputError, match="集群看不到数据湖"):
            work.rows("FROM t")


def test_a_setting_that_a_session_cannot_have_is_told(master: str, tmp_path: Path) -> None:
    work = spark_engine(tmp_path, f"{master}/;user_id=secret", {"spark.executor.memory": "1g"})
    with pytest.raises(
        InputError, match=r"Spark 没有启动(?s:.)*CANNOT_MODIFY_CONFIG.*spark\.executor\.memory"
    ) as raised:
        work.rows("SELECT 1 AS a")
    assert "secret" not in str(raised.value)
    work.close()  # of what was never opened


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sc://127.0.0.1:1/;use_ssl=true;token=secret", "Spark 集群没有应答（127.0.0.1:1）"),
        ("sc://[::1]:1", "Spark 集群没有应答（[::1]:1）"),
    ],
)
def test_an_address_that_does_not_serve_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, words: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))  # none is needed here
    with pytest.raises(InputError) as raised:
        spark_engine(tmp_path, address, {}).rows("SELECT 1 AS a")
    assert words in str(raised.value)
    assert "secret" not in str(raised.value)


def test_whatever_else_answers_is_one_message(tmp_path: Path) -> None:
    def refuse(listening: socket.socket) -> None:
        while True:
            try:
                with listening.accept()[0] as asking:
                    asking.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            except OSError:  # closed: the test is over
                return

    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as listening:
        patch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")
        Thread(target=refuse, args=[listening], daemon=True).start()
        with pytest.raises(InputError, match=r"Spark 没有启动(?s:.)*该端口没有按 Spark Connect 应答") as raised:
            spark_engine(tmp_path, f"sc://127.0.0.1:{listening.getsockname()[1]}", {}).rows("SELECT 1 AS a")
        assert "nobody there answered as Spark Connect" in raised.value.en
        assert "SETTINGS" not in str(raised.value)
        listening.shutdown(socket.SHUT_RDWR)
    gc.collect()


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ("connection attempt timed out before receiving SETTINGS frame", "没有按 Spark Connect 应答"),
        ("Socket closed", "没有按 Spark Connect 应答"),
        ("recvmsg:Connection reset by peer (104)", "没有按 Spark Connect 应答"),
        ("Tls handshake failed (TSI_PROTOCOL_FAILURE)", "：UNAVAILABLE: Tls handshake failed (TSI_PROTOCOL_FAILURE)。"),
    ],
)
def test_what_comes_back_is_told_where_it_tells_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, details: str, words: str
) -> None:
    from pyspark.sql import SparkSession

    def create(_: object) -> None:
        raise RuntimeError(f'<_Rpc that ended with:\n\tstatus = StatusCode.UNAVAILABLE\n\tdetails = "{details}"\n>')

    monkeypatch.setattr(SparkSession.Builder, "create", create)
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(InputError) as raised:
        spark_engine(tmp_path, f"sc://127.0.0.1:{listening.getsockname()[1]}", {}).rows("SELECT 1 AS a")
    assert words in raised.value.zh
    assert "Rpc" not in str(raised.value)


def test_an_address_without_a_port_is_asked_at_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], **_: object) -> socket.socket:
        asked.append(address)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)
    for master in ("sc://h1", "sc://[::1]/;token=secret", "sc://h1:443"):
        with pytest.raises(InputError, match="Spark 集群没有应答") as raised:
            require(master)
        assert "secret" not in str(raised.value)
    assert asked == [("h1", 15002), ("::1", 15002), ("h1", 443)]


@pytest.mark.parametrize("package", ["pyspark", "grpc", "grpc_status", "google.rpc", "zstandard"])
def test_a_package_that_connecting_needs_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str) -> None:
    def find(name: str) -> ModuleSpec | None:
        return None if name == package else ModuleSpec(name, None)

    monkeypatch.setattr(importlib.util, "find_spec", find)
    with pytest.raises(InputError, match="没有安装 Spark"):
        spark_engine(tmp_path, "sc://127.0.0.1:1", {}).rows("SELECT 1 AS a")
