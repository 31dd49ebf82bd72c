"""The database of a release: storage version, comments, views, exact integers, content that can be compared."""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.release import snapshot
from pipelines.release.dictionary import meaning, release_contracts
from pipelines.release.read import DATABASE
from tests.pipelines.release.conftest import Made


def _open(made: Made) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(made.folder / DATABASE), read_only=True)


def test_storage_version_is_that_of_duckdb_1_5(city: Made) -> None:
    with _open(city) as con:
        (options,) = con.execute("SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL").fetchone()
    assert options["storage_version"].startswith("v1.5.0")


def test_tables_and_columns_have_chinese_comments(city: Made) -> None:
    with _open(city) as con:
        columns = con.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        tables = dict(con.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert set(tables) == set(release_contracts())
    assert tables["observation"].startswith("观测值。")
    commented = {(table, name): text for table, name, text in columns if table in tables}
    assert all(commented.values())
    assert commented["cell_published", "units"] == "单位数（单位：家）"


def test_every_view_runs_and_is_described(city: Made, nation: Made) -> None:
    for made in (city, nation):
        views = snapshot.views_of(made.folder / DATABASE)
        assert len(views) >= 20
        with _open(made) as con:
            for view in views:
                assert view.text
                con.table(view.name).fetchall()


def test_views_do_not_multiply_rows(city: Made) -> None:
    with _open(city) as con:
        (observations,) = con.execute("SELECT count(*) FROM observation").fetchone()
        (labelled,) = con.execute("SELECT count(*) FROM v_observation").fetchone()
        (counties,) = con.execute("SELECT count(*) FROM v_county WHERE period = '2023Q4'").fetchone()
        names = con.execute("SELECT DISTINCT class_zh FROM v_core WHERE class = '01'").fetchall()
        sectors = con.execute("SELECT DISTINCT class_zh FROM v_penetration WHERE class = 'industry'").fetchall()
    assert (labelled, counties) == (observations, 10)
    assert names == [("数字产品制造业",)]
    assert sectors == [("工业",)]


def test_money_above_two_to_the_53_survives(city: Made) -> None:
    with _open(city) as con:
        assert con.execute("SELECT DISTINCT va FROM cell_published").fetchall() == [(2**53 + 1,)]
    found = pq.read_table(city.folder / "parquet" / "cell_published.parquet")
    assert found.schema.equals(release_contracts()["cell_published"].schema)
    assert set(found["va"].to_pylist()) == {2**53 + 1}


def test_content_of_file_equals_content_of_tables(city: Made) -> None:
    tables = {
        name: pq.read_table(city.folder / "parquet" / f"{name}.parquet").take(
            pa.array(range(rows - 1, -1, -1), pa.int64())
        )
        for name, rows in ((n, c.rows) for n, c in snapshot.contents_of(city.folder / DATABASE).items())
    }
    assert snapshot.contents(tables) == snapshot.contents_of(city.folder / DATABASE)


def test_views_come_in_order(city: Made) -> None:
    with _open(city) as con:
        found = con.execute("SELECT period, region, class FROM v_core_cumulative").fetchall()
        codes = [(period, region, cls != "core", cls) for period, region, cls in found]
        counties = con.execute("SELECT period, region FROM v_county").fetchall()
        unordered = [
            name
            for name, sql in con.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").fetchall()
            if "ORDER BY" not in sql.split("FROM")[-1]
        ]
    assert codes == sorted(codes)
    assert counties == sorted(counties)
    assert unordered == []


def test_published_figures_stand_only_where_there_are_none_of_ours(nation: Made, city: Made) -> None:
    sql = "SELECT DISTINCT definition_id, authority FROM v_core"
    with _open(nation) as con:
        assert con.execute(sql).fetchall() == [("published", "国家统计局")]
    with _open(city) as con:
        assert con.execute(sql).fetchall() == [("rate_method", "监测测算")]


def test_no_credit_code_no_largest_units_and_no_later_knowledge(city: Made) -> None:
    columns = {column.name for held_to in release_contracts().values() for column in held_to.columns}
    assert not {name for name in columns if "_top" in name or name in {"known_to", "unit_code", "credit_code"}}
    dated = {name for name, held_to in release_contracts().items() if "known_from" in held_to.names}
    assert dated == {"coefficient", "index_scheme"}  # of which those received later are left out
    assert "cell_leaf" not in release_contracts()
    code = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}(?![0-9A-Za-z])")
    for path in (city.folder / "parquet").glob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            assert not code.search(" ".join(cell for cell in row.values() if isinstance(cell, str))), path.name
    assert not code.search((city.folder / "manifest.json").read_text(encoding="utf-8"))


def test_newest_vintage_view(nation: Made) -> None:
    with _open(nation) as con:
        sql = "SELECT vintage FROM {} WHERE indicator = 'gdp' AND span = 'annual' ORDER BY 1"
        assert con.execute(sql.format("v_newest")).fetchall() == [("census",)]
        assert con.execute(sql.format("v_observation")).fetchall() == [("census",), ("preliminary",)]


def test_national_views(nation: Made) -> None:
    with _open(nation) as con:
        shares = con.execute("SELECT definition_id, round(share_pct, 1) FROM v_gdp_share ORDER BY 1").fetchall()
        value = con.execute(
            "SELECT shown FROM v_national WHERE indicator = 'core_value_added' AND class = 'core'"
        ).fetchall()
    assert shares == [("mixed_vintage", 10.1), ("same_vintage", 9.9)]
    assert value == [(127555.0,)]


def test_meaning_names_the_unit() -> None:
    assert meaning("单位数", "家") == "单位数（单位：家）"
    assert meaning("地区代码", "") == "地区代码"


def test_dictionary_page(city: Made) -> None:
    page = (city.folder / "dictionary.html").read_text(encoding="utf-8")
    assert "观测值" in page
    assert "核心产业增加值，年初累计" in page
    assert "单位层级的系数不进入发布" in page
    assert "内部" in page
