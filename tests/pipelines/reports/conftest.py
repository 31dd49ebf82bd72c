"""The year of ledgers with a release of its last quarter beside it, and reports written once."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.release.dictionary import conform, release_contracts
from pipelines.release.gate import Passing
from pipelines.release.read import MANIFEST
from pipelines.release.snapshot import write_parquet
from pipelines.steps import reports
from pipelines.steps.exported import Export
from pipelines.steps.reports import Written, report
from pipelines.workspace import Workspace
from tests.pipelines.ledgers.conftest import ledger_city  # noqa: F401 - a fixture
from tests.pipelines.release import stand_in

TODAY = dt.date(2024, 2, 1)


def copied(workspace: Workspace, release: Path, level: str, *, purpose: str) -> Export:
    """In place of the gate, which needs units: the copy hides the share of GDP, and the core in it is preliminary."""
    assert (level, purpose) == ("L1", "季总结 2023Q4")
    table = pq.read_table(release / "parquet" / "observation.parquet")
    said = {"core_share_gdp": {"value": None, "status": "C"}, "core_value_added": {"status": "P"}}
    rows = [row | said.get(row["indicator"], {}) for row in table.to_pylist()]
    folder = workspace.exports(level) / release.name
    shutil.copytree(release / "parquet", folder / "parquet", dirs_exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), folder / "parquet" / "observation.parquet")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    hidden = sum(row["status"] == "C" for row in rows)
    return Export(folder, Passing.__new__(Passing), len(rows), hidden, 0)


@pytest.fixture(scope="session")
def home(ledger_city: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:  # noqa: F811
    target = tmp_path_factory.mktemp("reports") / "home"
    shutil.copytree(ledger_city.home, target)
    workspace = Workspace(target)
    released(workspace)
    return workspace


def released(workspace: Workspace) -> None:
    """What a report reads of a release: its tables and what its manifest says of whose they are."""
    folder = workspace.releases / f"{stand_in.LAST}_{stand_in.AS_OF}_0123456789"
    given = stand_in.city_tables()
    tables = {n: conform(n, given.get(n, held.schema.empty_table())) for n, held in release_contracts().items()}
    folder.mkdir(parents=True)
    write_parquet(tables, folder / "parquet")
    said = {"quarter": str(stand_in.LAST), "as_of": str(stand_in.AS_OF), "settings": workspace.city.model_dump()}
    (folder / MANIFEST).write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture(scope="session")
def written(home: Workspace) -> Iterator[dict[str, Written]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "export", copied)
        asked = {"weekly": "2023-W52", "monthly": "2023-11", "quarterly": "2023Q4"}
        yield {kind: report(home, kind, text, today=TODAY) for kind, text in asked.items()}  # type: ignore[arg-type]
