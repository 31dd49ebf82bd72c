"""Reading a release: quick, locked, and never in the way of a publication."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.release import cut as module
from pipelines.release.cut import cut
from pipelines.release.read import connect, current, query
from pipelines.workspace import Workspace
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made

READER = textwrap.dedent("""
    import sys
    from pipelines.release.read import connect, query
    from pipelines.workspace import Workspace
    workspace, seen = Workspace(__import__("pathlib").Path(sys.argv[1])), set()
    for n in range(25):
        if n % 2:
            rows = query(workspace, "SELECT count(*) FROM observation").rows
        else:
            with connect(workspace) as con:
                rows = con.execute("SELECT count(*) FROM observation").fetchall()
        seen.add(rows[0][0])
    assert len(seen) == 1, seen
    assert "pandas" not in sys.modules and "altair" not in sys.modules
    print("read 25")
""")


def test_query(city: Made) -> None:
    answer = query(city.workspace, "SELECT indicator, value FROM observation ORDER BY ALL LIMIT 2")
    assert answer.columns == ("indicator", "value")
    assert len(answer.rows) == 2
    assert query(city.workspace, "SHOW TABLES", city.folder).rows
    with connect(city.workspace) as con:
        assert con.execute("SELECT count(*) FROM region").fetchall() == [(11,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM '{folder}/parquet/region.parquet'",
        "COPY observation TO '/tmp/never.csv'",
        "ATTACH '/tmp/never.duckdb'",
        "CREATE TABLE never (a INTEGER)",
        "SET enable_external_access = true",
        "SELECT 1; SELECT 2",
        "SELECT no_such_column FROM observation",
        "not SQL at all",
        "",
    ],
)
def test_query_reaches_nothing_else(city: Made, sql: str) -> None:
    with pytest.raises(InputError):
        query(city.workspace, sql.format(folder=city.folder))
    assert not Path("/tmp/never.csv").exists()
    assert not list(city.folder.glob("*.tmp"))


def test_nothing_released(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="还没有发布"):
        current(Workspace(tmp_path))


def test_a_hundred_reads_during_twenty_publications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real processes: four readers of 25 reads each, two kinds of connection, while current moves twenty times."""
    workspace, tables = stand_in.nation_workspace(tmp_path), stand_in.nation_tables()
    monkeypatch.setattr(
        module,
        "_fill",
        lambda folder, w, i, t, *_: module.snapshot.write_database(t, folder / "digital_economy.duckdb"),
    )

    def publish(number: int) -> None:
        cut(workspace, "2023Q4", stand_in.AS_OF, tables, stand_in.PROVENANCE | {"code": f"{number}"})

    publish(0)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    published, started = 0, time.monotonic()
    while published < 20 or any(reader.poll() is None for reader in readers):
        published += 1
        publish(published)
        assert time.monotonic() - started < 600, "a reader hangs"
    for reader in readers:
        out, err = reader.communicate()
        assert (reader.returncode, out.strip()) == (0, "read 25"), err
    assert published >= 20
