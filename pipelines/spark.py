"""The second engine: the same statements on Spark, for whoever outgrows one machine.

Belongs here: a session, what it needs to start, and named inputs and statements on it. Does not belong here: what a
statement says in Spark's dialect (dialect), which engine a workspace uses (engines).

Cost: a session takes seconds to start and is shared by the process, or is a server's; whatever is kept is computed once
and held by the cluster. A table is written as one file, so the last step of a table runs on one worker.
"""

from __future__ import annotations

import atexit
import gc
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from classification.errors import InputError
from pipelines.disk import full
from pipelines.engine import SPILL, Engine, Input, Parameters
from pipelines.lake import TEMPORARY

_DIALECT: Final = "spark"
_CONNECT: Final = "sc://"
_JAVA: Final = 17  # the oldest that this Spark runs on
_MOST_READ: Final = 1 << 20  # bytes of what Java wrote: what tells comes early
_PORT: Final = 15002  # of Spark Connect, where an address names none
_NOT_SEEN: Final = "FileNotFound|FILE_NOT_EXIST|PATH_NOT_FOUND"
# A Java, a cluster or a server that is gone, as the library, an executor or the network say it.
_NO_ANSWER: Final = ("Py4JError", "Py4JNetworkError")
_GONE: Final = (
    "SparkContext was shut down|stopped SparkContext|Master removed our application|ExecutorLostFailure|"
    "All masters are unresponsive|UNAVAILABLE|OutOfMemoryError"
)
# What a start comes to where something else answers, and as what it should have answered.
_SILENT: Final = {
    "spark": ("stopped SparkContext|All masters are unresponsive", "Spark master", "a Spark master"),
    # HTTP/2, which it speaks, begins with a frame of settings.
    "sc": ("SETTINGS frame|Socket closed|Connection reset", "Spark Connect", "Spark Connect"),
}
# Of what a Java writes that does not start: a fault it threw; and lines that say nothing of what was wrong.
_THROWN: Final = re.compile(r'(?:Exception in thread "[^"]*" )?((?:\w+\.)+[\w$]+(?:Exception|Error): .+)')
_IDLE: Final = re.compile(
    r"\s*$|WARNING: |.* WARN |Using Spark's default|Setting default log level|To adjust logging level|"
    r"Error: Could not create the Java|Error: A fatal exception|Error occurred during initialization"
)
_PACKAGES: Final = ("pyspark", "sqlglot")
_CONNECT_PACKAGES: Final = ("grpc", "grpc_status", "google.rpc", "zstandard")  # what pyspark looks for as it connects
_SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A stage of these statements as one method is more than Java takes (64 KB): Spark logs the fault and the code,
    # 2,200 lines in a quarter of 150 firms, and goes without. The cells of a million units take the same either way (50
    # seconds of processors). With no code at all ("spark.sql.codegen.factoryMode", which Spark keeps for its own tests)
    # few firms take a fifth less and a million units up to a twelfth more.
    "spark.sql.codegen.wholeStage": "false",
    # The recursions, from unit to successor, end by themselves; a long circle in one register is a row's fault to tell,
    # where Spark's own bounds (100 levels, a million rows) would stop the quarter.
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
}
# Where Spark runs within this machine.
_HERE: Final = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    # Spark's own 200 are a cluster's: every part is a file and a task, whatever there is in it. Few firms take a tenth
    # less with 8, a million units the same.
    "spark.sql.shuffle.partitions": "8",
}


class SparkEngine(Engine):
    """The inputs of one table's making as views in a Spark session; what is behind the session is the process's.

    It is opened by the first that needs it: where a table is found as it would be made, nothing is opened.

    Args:
        within: the folder in which this machine's part of Spark puts what it cannot hold in memory.
        master: ``local[2]``, ``yarn``, or the address of a cluster: ``spark://host:7077``, further ones after a comma;
            for ``sc://`` see `ConnectEngine`.
        settings: further settings of Spark by name.
    """

    def __init__(self, within: Path, master: str, settings: Mapping[str, str]) -> None:
        self._within, self._master, self._settings = within, master, settings

    @cached_property
    def _session(self) -> Any:
        settings = {"spark.local.dir": str(self._within / SPILL), **self._settings}
        return _shared(self._master, tuple(sorted(settings.items()))).newSession()

    def close(self) -> None:
        """Give back what is not the process's: of a session in this process, nothing."""

    def add(self, **inputs: Input) -> None:
        """Make inputs known under their names: Arrow tables, or Parquet files read as one."""
        session = self._session  # first: it says so where there is no pyspark
        from pyspark.sql.pandas.types import from_arrow_schema

        for name, value in inputs.items():
            with _faults_told():
                if isinstance(value, pa.Table):
                    # Its columns are said: Spark Connect does not look for them in a table without rows.
                    rows = session.createDataFrame(value, from_arrow_schema(value.schema))
                else:
                    rows = session.read.parquet(*map(str, value))
                rows.createOrReplaceTempView(name)

    def view(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed when they are read."""
        # As text, not as a plan: a view sees what its inputs are when it is read, as in the first engine.
        text = _translated(text, parameters)
        with _faults_told():
            self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW `{name}` AS {text}")

    def alias(self, name: str, of: str) -> None:
        """Make an input known under a second name, in place of what bore it before."""
        self.view(name, f'FROM "{of}"')

    def learn(self, name: str, function: Callable[[Input], Input]) -> None:
        """Make a function over a column of texts known to statements: one truth value per text, none for none."""
        session = self._session  # first: it says so where there is no pyspark
        from pyspark.sql.pandas.functions import arrow_udf

        def applied(texts: pa.Array) -> pa.Array:
            there = pc.is_valid(texts)
            return pc.replace_with_mask(pa.nulls(len(texts), pa.bool_()), there, function(texts.filter(there)))

        session.udf.register(name, arrow_udf(applied, "boolean"))  # type: ignore[call-overload]

    def keep(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Make the rows of a statement known under a name, computed now."""
        with _faults_told():
            self._keep(name, self._select(text, parameters))

    def append(self, name: str, text: str, parameters: Parameters | None = None) -> None:
        """Add the rows of a statement to those kept under a name, column by name."""
        with _faults_told():
            self._keep(name, self._session.table(name).unionByName(self._select(text, parameters)))

    def columns(self, name: str) -> list[str]:
        """The columns of what is known under a name."""
        with _faults_told():
            return list(self._session.table(name).columns)

    def rows(self, text: str, parameters: Parameters | None = None) -> pa.Table:
        """The rows of a statement as an Arrow table; for small results only."""
        with _faults_told():
            return self._select(text, parameters).toArrow()

    def write(self, text: str, path: Path, parameters: Parameters | None = None) -> None:
        """Write the rows of a statement to a Parquet file, in the order in which the statement gives them.

        Raises:
            InputError: the cluster reads or writes another folder of that name.
        """
        # Named so that the lake sweeps it away after a run that was killed.
        with _faults_told(), TemporaryDirectory(dir=path.parent, prefix=".spark-", suffix=TEMPORARY) as folder:
            parts = Path(folder) / "parts"
            self._select(text, parameters).coalesce(1).write.parquet(str(parts))
            written = list(parts.glob("*.parquet"))
            if not written:
                raise FileNotFoundError(parts)
            written[0].replace(path)

    def _keep(self, name: str, rows: Any) -> None:
        rows.localCheckpoint().createOrReplaceTempView(name)

    def _select(self, text: str, parameters: Parameters | None) -> Any:
        return self._session.sql(_translated(text, parameters))


class ConnectEngine(SparkEngine):
    """The same over Spark Connect (``sc://host:15002``): Spark and Java run there, with one session for each engine."""

    @cached_property
    def _session(self) -> Any:
        return _connected(self._master, self._settings)

    def close(self) -> None:
        """End the session, so that the server lets go of what was kept in it."""
        if "_session" in vars(self):
            self._session.stop()

    def _keep(self, name: str, rows: Any) -> None:
        # The client takes what comes back for the active session's, whichever session asked.
        type(self._session)._active_session.session = self._session
        super()._keep(name, rows)


def spark_engine(within: Path, master: str, settings: Mapping[str, str]) -> SparkEngine:
    """The engine for a master, in the process or over Spark Connect; to be closed."""
    return (ConnectEngine if master.startswith(_CONNECT) else SparkEngine)(within, master, settings)


def _translated(text: str, parameters: Parameters | None) -> str:
    from pipelines.dialect import translated  # comes with the extra: without it the session says what is missing

    return translated(text, _DIALECT, parameters)


@contextmanager
def _faults_told() -> Iterator[None]:
    """What a cluster that is gone, or that sees another disk, answers to a statement becomes one error of ours."""
    try:
        yield
    except InputError:  # it says itself what happened
        raise
    except Exception as fault:
        if full(fault):  # which whoever makes the table tells
            raise
        # What an executor or a server met comes as text within a fault of Java's.
        said = f"{fault!r}{fault}"
        if re.search(_NOT_SEEN, said):
            raise _refusal(
                "集群看不到数据湖：集群读写的不是本机数据湖中的文件。"
                "数据湖在本机和各节点须为同一路径，见 docs/scale.md。",
                "The cluster does not see the lake: it does not read and write where this machine does. The lake has "
                "to lie under one path for both (docs/scale.md).",
            ) from fault
        if isinstance(fault, ConnectionError) or type(fault).__name__ in _NO_ANSWER or re.search(_GONE, said):
            cause = _first_line(fault).rstrip("。.")
            raise _refusal(
                "Spark 中途停止或失去联系（集群停机、节点丢失或内存不足）：正在算的表没有写出，"
                f"原有的数据和已发布的内容没有改动。Spark 的答复：{cause}；集群自己的日志说得更细。"
                "恢复后重新运行，已算好的表不会重算。",
                "Spark stopped or was lost midway: the cluster or a node of it went, or had too little memory. The "
                f"table in the making was not written, and what was there stays. Spark answered: {cause}; a cluster's "
                "own log says more. Run again once it is back: tables that were made are not made anew.",
            ) from fault
        raise


def _refusal(zh: str, en: str) -> InputError:
    return InputError(zh, en, where="city.toml [engine]")


def require(master: str) -> None:
    """See that Spark can start.

    Raises:
        InputError: pyspark or a Java new enough is not there, or nobody answers at ``master``.
    """
    connecting = master.startswith(_CONNECT)
    if not all(map(importlib.util.find_spec, (*_PACKAGES, *(_CONNECT_PACKAGES if connecting else ())))):
        raise _refusal(
            '没有安装 Spark：请在程序目录运行 make spark，或在 city.toml 的 [engine] 中改用 kind = "duckdb"。',
            'Spark is not installed: run make spark where the program lies, or set kind = "duckdb" under [engine].',
        )
    if not connecting:
        _require_java()
    scheme, _, rest = master.partition("://")
    addresses = rest.partition("/")[0].split(",") if scheme in {"spark", "sc"} else []
    if addresses and not any(map(_answers, addresses)):
        raise _refusal(
            f"Spark 集群没有应答（{'、'.join(addresses)}）：请核对 [engine] master 的地址和端口，并确认集群在运行。",
            f"Nobody answers at the Spark master ({', '.join(addresses)}): check host and port under [engine] master, "
            "and that it runs.",
        )


def _told(master: str) -> str:
    """As much of a master as may be said: among the parameters of Spark Connect is a token."""
    return master.partition(";")[0]


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None and home:
        raise _refusal(
            f"JAVA_HOME={home} 中没有 bin/java：请改正 JAVA_HOME，或取消它以使用 PATH 上的 Java。"
            f'Spark 需要 Java {_JAVA} 或更新版本；也可改用 kind = "duckdb"。',
            f"JAVA_HOME={home} has no bin/java: correct JAVA_HOME, or unset it to use the Java on the PATH. Spark "
            f'needs Java {_JAVA} or newer. Or set kind = "duckdb".',
        )
    if java is None:
        raise _refusal(
            f'没有找到 Java：Spark 需要 Java {_JAVA} 或更新版本，请安装并设好 JAVA_HOME，或改用 kind = "duckdb"。',
            f"There is no Java: Spark needs Java {_JAVA} or newer; install it and set JAVA_HOME, or set "
            'kind = "duckdb".',
        )
    asked = subprocess.run([java, "-version"], capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - what Spark itself would start
    version = re.search(r'version "((?:1\.)?([0-9]+)[^"]*)"', asked.stderr + asked.stdout)
    if asked.returncode or version is None or int(version[2]) < _JAVA:
        found = version[1] if version else "?"
        raise _refusal(
            f"Java 不能用：{java}（版本 {found}）。Spark 需要 Java {_JAVA} 或更新版本，请安装并设好 JAVA_HOME，"
            '或改用 kind = "duckdb"。',
            f"This Java will not do: {java} (version {found}). Spark needs Java {_JAVA} or newer; install it and set "
            'JAVA_HOME, or set kind = "duckdb".',
        )


def _answers(address: str, *, seconds: float = 5) -> bool:
    host, _, port = address.rpartition(":") if re.search(":[0-9]+$", address) else (address, "", _PORT)
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=seconds):
            return True
    except (OSError, OverflowError, UnicodeError):  # the latter two for what no port and no host can be
        return False


def end_session() -> None:
    """End Spark in this process, if it runs; the next engine starts it anew."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark import SparkContext

    gateway: Any = SparkContext._gateway
    if gateway is None:
        return
    context = SparkContext._active_spark_context
    # A Java that has ended by itself answers nobody.
    with suppress(OSError, Py4JError):
        if context is not None:
            context.stop()
    # The context's own end leaves the Java process and the pipe to it open.
    with suppress(OSError, Py4JError):
        gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    _shared.cache_clear()


@cache
def _shared(master: str, settings: tuple[tuple[str, str], ...]) -> Any:
    require(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers need what this interpreter has
    named = {"spark.app.name": "shuce", "spark.master": master}
    said = {**named, **_SETTINGS, **(_HERE if master.startswith("local") else {}), **dict(settings)}
    atexit.register(end_session)
    # In the main thread Spark would take Ctrl-C for itself, and ask Java over the very connection that is waited on.
    starting = ThreadPoolExecutor(1)
    with TemporaryFile() as written:
        try:
            return starting.submit(_started, said, written).result()
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is told
            # Before Java's end, as py4j asks it. Read in place: it writes where this process would have read to.
            cause = _first_line(fault, os.pread(written.fileno(), _MOST_READ, 0).decode(errors="replace"))
            end_session()
            raise _not_started(master, cause) from None
        except BaseException:
            _end_starting()
            raise
        finally:
            starting.shutdown(wait=False)


def _started(settings: Mapping[str, str], written: IO[bytes]) -> Any:
    """A session, with a Java that writes to a file: its warnings and stacks are no user's, its faults come to us."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    if SparkContext._gateway is None:
        conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
        gateway = launch_gateway(conf, {"stdout": written, "stderr": written})  # type: ignore[no-untyped-call]
        SparkContext._ensure_initialized(gateway=gateway)
    session = SparkSession.builder.config(map=dict(settings)).getOrCreate()
    session.sparkContext.setLogLevel("OFF")  # or the file, which nobody reads any more, would grow
    return session


def _end_starting() -> None:
    """End a Java of which nobody knows yet, as whoever waited for it was interrupted: it would stay for good."""
    for one in gc.get_objects():
        if isinstance(one, subprocess.Popen) and "spark-submit" in str(one.args):
            one.kill()
            one.wait()


def _connected(master: str, settings: Mapping[str, str]) -> Any:
    """A session of its own on a server of Spark Connect, with those settings that are a session's."""
    require(master)
    from pyspark.sql import SparkSession

    own = {name: value for name, value in _SETTINGS.items() if name.startswith("spark.sql.")}
    try:
        session: Any = SparkSession.builder.remote(master).create()
        patience = session.client.get_retry_policies()
        session.client.set_retry_policies([])  # who does not speak Spark Connect would be asked for ten minutes
        # One by one: the builder would pass over what the server does not allow, and say nothing.
        for name, value in {**own, **settings}.items():
            session.conf.set(name, value)
        session.client.set_retry_policies(patience)
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is told
        raise _not_started(master, _first_line(fault)) from None
    return session


def _not_started(master: str, cause: str) -> InputError:
    """What is told of a start that failed."""
    said = cause = cause.rstrip("。.")
    silent = _SILENT.get(master.partition("://")[0])
    if silent and re.search(silent[0], cause):
        said, cause = f"该端口没有按 {silent[1]} 应答", f"nobody there answered as {silent[2]}"
    return _refusal(
        f'Spark 没有启动（{_told(master)}）：{said}。请核对 [engine] 的 master 和 settings；也可改用 kind = "duckdb"。',
        f"Spark did not start at {_told(master)} ({cause}). Check master and settings under [engine]. "
        'Or set kind = "duckdb".',
    )


def _first_line(fault: Exception, written: str = "") -> str:
    """What Spark says of a fault, without Java's stack; py4j says first what was called, which helps nobody.

    Of a call to a server it is the code and the details; of a Java that ended as it started, what it wrote.
    """
    said = str(fault)
    if found := re.search(r'status = StatusCode\.(\w+)\s+details = "([^\n]*)"', said):
        return f"{found[1]}: {found[2]}"
    lines = said.splitlines()
    java = [line.removeprefix(": ") for line in lines if line.startswith(": ")]
    return (java or _telling(written) or lines or [type(fault).__name__])[0]


def _telling(written: str) -> list[str]:
    """The lines that tell why a Java did not start: of faults it threw, or else all but those that never tell."""
    lines = written.splitlines()
    thrown = [found[1] for line in lines if (found := _THROWN.match(line))]
    return thrown or [line for line in lines if not _IDLE.match(line)]
