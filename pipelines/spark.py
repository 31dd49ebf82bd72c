"""The second engine: the same statements on Spark, for whoever outgrows one machine.

Belongs here: a session, inputs and statements on it. Does not belong here: which statement makes which table (steps),
what the statements say in Spark's dialect (dialect).

Cost: a session takes some seconds to start; what is kept is computed once and held by the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.dialect import translated

Input = Any


class SparkEngine:
    """One Spark session with the inputs of one table's making as views; the methods are those of ``engine.Engine``."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._kept = {}

    def add(self, **inputs: Input) -> None:
        for name, value in inputs.items():
            if isinstance(value, pa.Table):
                rows = self._session.createDataFrame(value)
            else:
                rows = self._session.read.parquet(*[str(path) for path in value])
            rows.createOrReplaceTempView(name)

    def view(self, name, text):
        self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {translated(text, 'spark')}")

    def alias(self, name, of):
        self.view(name, f"SELECT * FROM {of}")

    def learn(self, name, function):
        from pyspark.sql.functions import arrow_udf

        def applied(texts: pa.Array) -> pa.Array:
            there = pc.is_valid(texts)
            return pc.replace_with_mask(pa.nulls(len(texts), pa.bool_()), there, function(texts.filter(there)))

        self._session.udf.register(name, arrow_udf(applied, "boolean"))

    def keep(self, name, text, parameters=None):
        rows = self._sql(text, parameters).localCheckpoint()
        rows.createOrReplaceTempView(name)

    def append(self, name, text, parameters=None):
        both = self._session.table(name).unionByName(self._sql(text, parameters)).localCheckpoint()
        both.createOrReplaceTempView(name)

    def columns(self, name):
        return self._session.table(name).columns

    def rows(self, text, parameters=None):
        return self._sql(text, parameters).toArrow()

    def write(self, text, path, parameters=None):
        import pyarrow.parquet as pq
        pq.write_table(self.rows(text, parameters), path)

    def close(self):
        pass

    def _sql(self, text, parameters=None):
        return self._session.sql(translated(text, "spark", parameters))


def session():
    from pyspark.sql import SparkSession
    import os, sys
    os.environ["PYSPARK_PYTHON"]=sys.executable
    s = (SparkSession.builder.master("local[2]").config("spark.ui.enabled","false")
      .config("spark.sql.shuffle.partitions","2").config("spark.driver.bindAddress","127.0.0.1").config("spark.driver.host","127.0.0.1")
      .config("spark.sql.session.timeZone","UTC").config("spark.driver.memory","2g").config("spark.sql.execution.arrow.pyspark.enabled","true")
      .getOrCreate())
    s.sparkContext.setLogLevel("ERROR")
    return s
