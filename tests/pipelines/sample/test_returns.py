"""Benchmark rows: in the shape of the contract, the same for any chunk size, written whole."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.sample.returns import tables, write_returns

Q = Quarter(2022, 4)


def test_rows_have_the_shape_of_the_contract() -> None:
    [table] = list(tables(3000, Q))
    terms = contract("core_return")
    assert table.schema == terms.schema
    for column in terms.columns:
        assert column.nullable or table[column.name].null_count == 0
        if column.allowed:
            assert set(table[column.name].to_pylist()) <= set(column.allowed)
    assert pc.count_distinct(table["row_id"]).as_py() == table.num_rows == pc.count_distinct(table["unit"]).as_py()
    assert table["row_id"].to_pylist() == sorted(table["row_id"].to_pylist())
    lagged = table.filter(pc.equal(table["sector"], "service"))
    assert set(lagged["months"].to_pylist()) == {11}
    assert pc.sum(table["output"]).as_py() > pc.sum(table["output_base"]).as_py() > 0


def test_chunks_do_not_change_the_rows(tmp_path: Path) -> None:
    whole = pa.concat_tables(tables(5000, Q))
    assert pa.concat_tables(tables(5000, Q, size=999)).equals(whole)
    written = write_returns(tmp_path / "returns.parquet", 5000, Q, size=1700)
    assert written == whole.num_rows
    assert pq.read_table(tmp_path / "returns.parquet").equals(whole)
    assert [path.name for path in tmp_path.iterdir()] == ["returns.parquet"]
