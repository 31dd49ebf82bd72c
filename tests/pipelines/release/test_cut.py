"""A release is whole or not there, immutable, named by its content, and ``current`` only moves forwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.release import cut as module
from pipelines.release import read
from pipelines.release.cut import cut, differences, manifest, sweep
from pipelines.release.read import releases
from pipelines.workspace import Workspace
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts without charts and pages, for tests of the folder alone."""

    def fill(folder: Path, workspace: Workspace, issue: object, tables: dict, *_: object) -> None:
        module.snapshot.write_database(tables, folder / read.DATABASE)

    monkeypatch.setattr(module, "_fill", fill)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return stand_in.nation_workspace(tmp_path)


def _cut(workspace: Workspace, quarter: str = "2023Q4", as_of: dt.date = stand_in.AS_OF, **provenance: object) -> Path:
    return cut(workspace, quarter, as_of, stand_in.nation_tables(), stand_in.PROVENANCE | provenance)


def test_folder_has_all_products_read_only(city: Made) -> None:
    names = {str(p.relative_to(city.folder)) for p in city.folder.rglob("*") if p.is_file()}
    assert {"digital_economy.duckdb", "workbook.xlsx", "bulletin.html", "dictionary.html", "manifest.json"} <= names
    assert {"bulletin.docx", "leaders.html"} <= names
    assert "parquet/observation.parquet" in names
    assert all(stat.S_IMODE((city.folder / name).stat().st_mode) == 0o400 for name in names)
    assert city.folder.name.startswith("2023Q4_2024-01-20_")
    assert len(city.folder.name.split("_")[2]) == 10


def test_manifest_says_what_is_there(city: Made) -> None:
    said = manifest(city.folder)
    assert (said["level"], said["stamp"], said["as_of"]) == ("L2", "内部", "2024-01-20")
    assert said["provenance"] == stand_in.PROVENANCE
    assert said["files"]["digital_economy.duckdb"]["sha256"] is None
    assert said["tables"]["cell_published"]["rows"] == 22
    data = (city.folder / "bulletin.html").read_bytes()
    assert said["files"]["bulletin.html"] == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    assert differences(city.folder) == []


def test_bytes_repeat(city: Made, tmp_path: Path) -> None:
    again = cut(
        stand_in.city_workspace(tmp_path), "2023Q4", stand_in.AS_OF, stand_in.city_tables(), stand_in.PROVENANCE
    )
    assert again.name == city.folder.name
    assert (again / "manifest.json").read_bytes() == (city.folder / "manifest.json").read_bytes()


def test_order_of_rows_and_columns_does_not_matter(city: Made) -> None:
    tables = stand_in.city_tables()
    shuffled = tables["observation"]
    shuffled = shuffled.select(shuffled.column_names[::-1]).take(list(range(len(shuffled)))[::-1])
    again = cut(city.workspace, "2023Q4", stand_in.AS_OF, tables | {"observation": shuffled}, stand_in.PROVENANCE)
    assert again == city.folder


@pytest.mark.usefixtures("quick")
def test_same_content_is_left_untouched(workspace: Workspace) -> None:
    first = _cut(workspace)
    before = (first / "manifest.json").stat().st_mtime_ns
    assert _cut(workspace) == first
    assert (first / "manifest.json").stat().st_mtime_ns == before
    assert _cut(workspace, code="00" * 32) != first
    assert len(releases(workspace)) == 2
    log = (workspace.log / "releases.jsonl").read_text(encoding="utf-8").splitlines()
    assert [set(json.loads(line)) for line in log] == [{"release", "cut_at", "database_sha256"}] * 2


@pytest.mark.usefixtures("quick")
def test_current_moves_forwards_only(workspace: Workspace) -> None:
    newest = _cut(workspace, "2023Q4")
    old = _cut(workspace, "2023Q3", dt.date(2024, 3, 1))
    assert old.is_dir()
    assert read.current(workspace) == newest
    later = _cut(workspace, "2023Q4", dt.date(2024, 2, 20))
    assert read.current(workspace) == later
    _cut(workspace, "2023Q4")
    assert read.current(workspace) == later
    assert (workspace.releases / "current").readlink() == Path(later.name)


@pytest.mark.usefixtures("quick")
def test_a_killed_cut_leaves_nothing_that_counts(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []

    def stopped(folder: Path, *_: int) -> None:
        modes.append(folder.stat().st_mode & 0o777)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_settle", stopped)
        with pytest.raises(KeyboardInterrupt):
            _cut(workspace)
    assert modes == [0o700]
    assert not list(workspace.releases.glob(".building-*"))
    # One that was killed outright takes nothing away.
    (workspace.releases / ".building-x").mkdir()
    assert releases(workspace) == []
    with pytest.raises(InputError, match="还没有发布"):
        read.current(workspace)
    (workspace.releases / ".current-1").symlink_to("nowhere")
    folder = _cut(workspace)
    assert sorted(p.name for p in workspace.releases.iterdir()) == sorted([folder.name, "current"])
    assert sweep(workspace.releases) == 0


@pytest.mark.usefixtures("quick")
def test_differences_names_what_was_altered(workspace: Workspace) -> None:
    folder = _cut(workspace)
    (folder / "manifest.json").chmod(0o644)
    said = manifest(folder)
    said["files"]["bulletin.html"] = {"sha256": "00", "bytes": 1}
    said["tables"]["observation"]["sha256"] = "00"
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    assert differences(folder) == ["bulletin.html", "digital_economy.duckdb:observation"]


def _tables(**more: pa.Table) -> dict[str, pa.Table]:
    return stand_in.nation_tables() | more


@pytest.mark.parametrize(
    ("tables", "provenance", "said"),
    [
        ({"observation": _tables()["observation"]}, {}, "缺少以下表：catalogue、class_label"),
        (_tables(core_return=pa.table({"a": [1]})), {}, "没有表 core_return"),
        (_tables(observation=_tables()["observation"].slice(0, 0)), {}, "没有任何观测值"),
        (_tables(region=pa.table({"region": ["1"]})), {}, "列应为"),
        (
            _tables(review_summary=pa.table({k: ["x"] for k in ("quarter", "form", "status", "rule", "rows")})),
            {},
            "类型",
        ),
        (_tables(), {"code": None}, "出处缺少：code"),
    ],
)
def test_guards(workspace: Workspace, tables: dict, provenance: dict, said: str) -> None:
    origin = {k: v for k, v in (stand_in.PROVENANCE | provenance).items() if v is not None}
    with pytest.raises(InputError, match=said):
        cut(workspace, Quarter(2023, 4), stand_in.AS_OF, tables, origin)
    assert not workspace.releases.exists()


def test_a_unit_value_is_refused(workspace: Workspace) -> None:
    observation = stand_in.nation_tables()["observation"]
    at = observation.column_names.index("release_level")
    spoiled = observation.set_column(at, "release_level", pa.array(["L3"] * len(observation)))
    with pytest.raises(InputError, match="L3"):
        cut(workspace, "2023Q4", stand_in.AS_OF, _tables(observation=spoiled), stand_in.PROVENANCE)


def test_a_unit_named_by_its_code_is_refused(workspace: Workspace) -> None:
    given = stand_in.city_tables()["coefficient"]
    spoiled = given.set_column(given.column_names.index("key"), "key", pa.array(["91110108MA01K2X43J"]))
    with pytest.raises(InputError, match="coefficient 的 key 列中有统一社会信用代码"):
        cut(workspace, "2023Q4", stand_in.AS_OF, _tables(coefficient=spoiled), stand_in.PROVENANCE)
    unit = given.set_column(given.column_names.index("level"), "level", pa.array(["unit"]))
    with pytest.raises(InputError, match="level"):
        cut(workspace, "2023Q4", stand_in.AS_OF, _tables(coefficient=unit), stand_in.PROVENANCE)
    assert releases(workspace) == []


@pytest.mark.usefixtures("quick")
def test_a_copy_with_links_followed_is_refused_and_left_alone(workspace: Workspace) -> None:
    folder = _cut(workspace)
    link = workspace.releases / "current"
    link.unlink()
    shutil.copytree(folder, link)
    with pytest.raises(InputError, match="release/current 应为指向某期发布的链接"):
        _cut(workspace, code="00" * 32)
    assert (link / "manifest.json").exists()
    assert releases(workspace) == [folder]


def test_a_broken_contract_is_refused(workspace: Workspace) -> None:
    observation = stand_in.nation_tables()["observation"]
    doubled = pa.concat_tables([observation, observation])
    with pytest.raises(InputError, match="主键重复"):
        cut(workspace, "2023Q4", stand_in.AS_OF, _tables(observation=doubled), stand_in.PROVENANCE)
    assert releases(workspace) == []
