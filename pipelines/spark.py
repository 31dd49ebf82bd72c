"""The second engine: the same statements on Spark, for whoever outgrows one machine.

Belongs here: a session, and named inputs and statements on it. Does not belong here: what a statement says in Spark's
dialect (dialect), which engine a workspace uses (engines).

Cost: a session takes seconds to start and is shared by the process; whatever is kept is computed once and held by the
cluster. A table is written as one file, so the last step of a table runs on one worker.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from classification.errors import InputError
from pipelines.dialect import translated
from pipelines.engine import SPILL, Engine, Input, Parameters

_DIALECT: Final = "spark"
_PORT: Final = 7077  # of a Spark master where the address names none
_SETTINGS: Final = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


class SparkEngine(Engine):
    """One Spark session with the inputs of one table's making as views."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def add(self, **inputs: Input) -> None:
        """Make inputs known under their names: Arrow tables, or Parquet files read as one."""
        for name, value in inputs.items():
            given = isinstance(value, pa.Table)
            rows = self._session.createDataFrame(value) if given else self._session.read.parquet(*map(str, value))
            rows.createOrReplaceTempView(name)

    def view(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed when they are read."""
        # As text, not as a plan: a view sees what its inputs are when it is read, as in the first engine.
        self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW `{name}` AS {translated(text, _DIALECT, parameters)}")

    def alias(self, name: str, of: str) -> None:
        """Make an input known under a second name, in place of what bore it before."""
        self.view(name, f'FROM "{of}"')

    def learn(self, name: str, function: Callable[[Input], Input]) -> None:
        """Make a function over a column of texts known to statements: one truth value per text, none for none."""
        from pyspark.sql.pandas.functions import arrow_udf

        def applied(texts: pa.Array) -> pa.Array:
            there = pc.is_valid(texts)
            return pc.replace_with_mask(pa.nulls(len(texts), pa.bool_()), there, function(texts.filter(there)))

        self._session.udf.register(name, arrow_udf(applied, "boolean"))  # type: ignore[call-overload]

    def keep(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed now."""
        self._select(text, parameters).localCheckpoint().createOrReplaceTempView(name)

    def append(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Add the rows of a statement to those kept under a name, column by name."""
        both = self._session.table(name).unionByName(self._select(text, parameters))
        both.localCheckpoint().createOrReplaceTempView(name)

    def columns(self, name: str) -> list[str]:
        """The columns of what is known under a name."""
        return list(self._session.table(name).columns)

    def rows(self, text: str, parameters: Parameters | None = None) -> pa.Table:
        """The rows of a statement as an Arrow table; for small results only."""
        return self._select(text, parameters).toArrow()

    def write(self, text: str, path: Path, parameters: Parameters | None = None) -> None:
        """Write the rows of a statement to a Parquet file, in the order in which the statement gives them."""
        with TemporaryDirectory(dir=path.parent, prefix=".spark-") as folder:
            parts = Path(folder) / "parts"
            self._select(text, parameters).coalesce(1).write.parquet(str(parts))
            (part,) = parts.glob("*.parquet")
            part.replace(path)

    def _select(self, text: str, parameters: Parameters | None) -> Any:
        return self._session.sql(translated(text, _DIALECT, parameters))


@contextmanager
def spark_engine(within: Path, master: str, settings: Mapping[str, str]) -> Iterator[SparkEngine]:
    """A Spark engine of its own for one piece of work; the session behind it is shared by the process.

    Args:
        within: the folder in which this machine's part of Spark puts what it cannot hold in memory.
        master: ``local[2]``, or the address of a cluster, ``spark://host:7077``.
        settings: further settings of Spark by name.

    Raises:
        InputError: pyspark or Java is not there, or nobody answers at the address.
    """
    _require(master)
    said = {"spark.local.dir": str(within / SPILL), **settings}
    yield SparkEngine(_session(master, tuple(sorted(said.items()))).newSession())


def _require(master: str) -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise InputError(
            "没有安装 Spark：请运行 pip install 'shuce[spark]'，或在 city.toml 的 [engine] 中改用 kind = \"duckdb\"。",
            "Spark is not installed: pip install 'shuce[spark]', or set kind = \"duckdb\" under [engine].",
            where="city.toml [engine]",
        )
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=f"{home}/bin" if home else None):
        raise InputError(
            '没有找到 Java：Spark 需要 Java 17 或更新版本，请安装并设好 JAVA_HOME，或改用 kind = "duckdb"。',
            'There is no Java: Spark needs Java 17 or newer; install it and set JAVA_HOME, or set kind = "duckdb".',
            where="city.toml [engine]",
        )
    address = urlsplit(master)
    if address.scheme == "spark" and not _answers(address.hostname or "", address.port or _PORT):
        raise InputError(
            "Spark 集群没有应答：请核对 [engine] master 的地址和端口，并确认集群在运行。",
            "Nobody answers at the Spark master: check host and port under [engine] master, and that it runs.",
            where="city.toml [engine]",
        )


def _answers(host: str, port: int, *, seconds: float = 5) -> bool:
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False


def end_session() -> None:
    """End Spark in this process, if it runs; the next engine starts it anew."""
    if not _session.cache_info().currsize:
        return
    from pyspark import SparkContext

    context: Any = SparkContext.getOrCreate()
    process = context._gateway.proc
    context.stop()
    # The context's own end leaves the Java process and the pipe to it open.
    context._gateway.shutdown()
    process.stdin.close()
    process.wait()
    SparkContext._gateway = SparkContext._jvm = None
    _session.cache_clear()


@cache
def _session(master: str, settings: tuple[tuple[str, str], ...]) -> Any:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers need what this interpreter has
    building = SparkSession.builder.appName("shuce").master(master)
    local = _SETTINGS if master.startswith("local") else {k: v for k, v in _SETTINGS.items() if "driver" not in k}
    for name, value in {**local, **dict(settings)}.items():
        building = building.config(name, value)
    session = building.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    atexit.register(end_session)
    return session
