"""The second engine: a quarter of a city, from returns to cells, is the same on Spark as on DuckDB, value by value."""

from __future__ import annotations

import gc
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import pytest

from classification.errors import InputError
from pipelines.contracts import contract
from pipelines.dialect import translated
from pipelines.lake import ALL, Lake
from pipelines.spark import end_session, spark_engine
from pipelines.steps import annual, cells, classified, core, imputed
from pipelines.workspace import Workspace
from tests.end_to_end.running import duplicate

# Sockets to the Java process that its client leaves to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
QUARTER: Final = "2021Q3"
TABLES: Final = (
    "core_history", "core_return", "core_set_aside", "core_finding", "class_return", "class_missing", "class_part",
    "cell_leaf", "cell_published", "cell_crossed", "cell_concentration", "cell_population",
)  # fmt: skip
YEARLY: Final = ("core_annual", "cell_annual", "cell_size", "cell_adoption")
PARTITIONS: Final = [*((table, QUARTER) for table in TABLES), *((table, ALL) for table in YEARLY)]
# So little data is computed quickest as it stands: no code is generated for it, nothing is shuffled, and
# Java compiles its own once and quickly.
ENGINE: Final = """
[engine]
kind = "spark"
master = "local[2]"
[engine.settings]
"spark.sql.shuffle.partitions" = "1"
"spark.sql.adaptive.enabled" = "false"
"spark.sql.codegen.wholeStage" = "false"
"spark.sql.codegen.factoryMode" = "NO_CODEGEN"
"spark.driver.memory" = "1g"
"spark.driver.extraJavaOptions" = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""


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
    made = [core.core_history(workspace, QUARTER), *core.core_return(workspace, QUARTER)]
    made += [step(workspace, QUARTER) for step in (classified.class_return, imputed.class_missing)]
    made += [step(workspace, QUARTER) for step in (classified.class_part, cells.cell_leaf, cells.cell_published)]
    made += [step(workspace, QUARTER) for step in (cells.cell_crossed, cells.cell_concentration, cells.cell_population)]
    made += [*annual.core_annual(workspace), classified.cell_annual(workspace), cells.cell_adoption(workspace)]
    made += [classified.cell_size(workspace, cells.places(workspace))]
    assert {item.table for item in made if item.computed} == {*TABLES, *YEARLY}
    yield workspace
    end_session()
    gc.collect()


@pytest.mark.parametrize(("table", "partition"), PARTITIONS)
def test_every_value_is_the_same_on_both_engines(
    ran_city: Path, on_spark: Workspace, table: str, partition: str
) -> None:
    there, here = (pq.read_table(Lake(home / "lake").path(table, partition)) for home in (ran_city, on_spark.home))
    assert here.cast(contract(table).schema).equals(there.cast(contract(table).schema))


def test_spark_made_them(ran_city: Path, on_spark: Workspace) -> None:
    said = [
        pq.read_metadata(Lake(home / "lake").path("class_return", QUARTER)).created_by
        for home in (ran_city, on_spark.home)
    ]
    assert ["DuckDB" in said[0], "parquet-mr" in said[1]] == [True, True]


def test_the_project_s_functions_are_written_out() -> None:
    text = translated(
        "SELECT whole(x) AS n FROM t WHERE entered(d, CAST($day AS DATE))", "spark", {"day": "2023-01-01"}
    )
    assert "whole" not in text.lower()
    assert "2023-01-01" in text
    with pytest.raises(KeyError, match="day"):
        translated("SELECT $day AS d", "spark")


@pytest.mark.parametrize(
    ("master", "absent", "words"),
    [
        ("local[1]", "pyspark", "没有安装 Spark"),
        ("local[1]", "java", "没有找到 Java"),
        ("spark://127.0.0.1:1", "", "Spark 集群没有应答"),
    ],
)
def test_a_spark_that_is_not_there_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, master: str, absent: str, words: str
) -> None:
    if absent == "pyspark":
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    if absent == "java":
        monkeypatch.setenv("PATH", "")
        monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(InputError, match="engine") as raised, spark_engine(tmp_path, master, {}):
        pass
    assert words in raised.value.zh
