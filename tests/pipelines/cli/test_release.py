"""shuce release: what there is, what it holds, what differs; each answer with its exit code."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from rich.console import Console

from pipelines.access import LOG
from pipelines.cli import release as command
from pipelines.release import cut as module
from pipelines.release.copies import register
from pipelines.release.cut import REQUIRED, cut, manifest
from pipelines.release.issue import STAMPS, Issue
from pipelines.release.read import DATABASE, current
from pipelines.workspace import Workspace
from tests.end_to_end.running import Told, told
from tests.pipelines.release import stand_in

DAYS = dt.date(2024, 1, 20), dt.date(2024, 2, 20)


def _database_only(folder: Path, workspace: Workspace, issue: object, tables: dict, *_: object) -> None:
    module.snapshot.write_database(tables, folder / DATABASE)
    (folder / "bulletin.html").write_text("<html>", encoding="utf-8")


def _later(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """As the city a month later: one quarter's value and growth revised, one count gone, one new, one status other."""
    frame = tables["observation"].to_pandas()
    now = (frame["period"] == "2023Q3") & (frame["span"] == "cumulative") & (frame["region"] == stand_in.PLACE)
    core = now & (frame["class"] == "core")
    frame.loc[core & (frame["indicator"] == "core_value_added"), "value"] += 2.5e8
    frame.loc[core & (frame["indicator"] == "core_growth"), "value"] -= 0.004
    frame.loc[core & (frame["indicator"] == "staff"), "status"] = "P"
    frame.loc[core & (frame["indicator"] == "firms"), "class"] = "9999"
    return tables | {"observation": pa.Table.from_pandas(frame.assign(as_of=DAYS[1]), preserve_index=False)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flash, what followed it, and a revision of that; databases alone."""
    home = tmp_path_factory.mktemp("releases")
    workspace = stand_in.city_workspace(home)
    tables = stand_in.city_tables()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_fill", _database_only)
        last, made = stand_in.LAST, stand_in.PROVENANCE
        cut(workspace, last, DAYS[0], stand_in.flash_tables(), made, vintage="flash")
        cut(workspace, last, DAYS[0], tables, made)
        cut(workspace, last, DAYS[1], _later(tables), made)
        unnamed = Issue("", last, DAYS[1], level="L1", stamp=STAMPS["L1"])
        origin = current(workspace).name
        shown = {name: tables[name] for name in REQUIRED}
        said = {"of": origin, "provenance": {"code": "1a", "lock": "2b"}, "hidden": [], "unchanged": [], "known": {}}
        module.cut_level(workspace, unnamed, shown, said, note=lambda *_: None)
        register(workspace, purpose="专班月调度")
    return home


@pytest.fixture(autouse=True)
def _screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(command, "console", Console(width=80))


def ask(home: Path, *arguments: str) -> Told:
    return told("release", *arguments, "--home", str(home))


def name(home: Path, beginning: str, *, flash: bool = False) -> str:
    found = [path.name for path in (home / "release").glob(f"{beginning}*")]
    (one,) = [name for name in found if ("flash" in name) == flash]
    return one


def copy_of(home: Path) -> Path:
    (one,) = (home / "export" / "L1").iterdir()
    return one


FIRST, REVISED = "2023Q4_2024-01-20", "2023Q4_2024-02-20"


def test_list(home: Path) -> None:
    said = ask(home, "list")
    assert said.code == 0, said.err
    lines = [line for line in said.out.splitlines() if "2023Q4_" in line]
    assert len(lines) == 4
    (left,) = [line.split() for line in lines if "_L1_" in line]
    assert left == [copy_of(home).name, "2023Q4", "2024-02-20", "初步", "L1", "92.3", "+5.3"]
    (current,) = [line for line in lines if line.startswith("▶")]
    assert name(home, REVISED) in current
    assert current.split()[2:] == ["2023Q4", "2024-02-20", "初步", "L2", "92.3", "+5.3"]
    assert "快报" in next(line for line in lines if "flash" in line)
    assert all(Console().measure(line).maximum <= 80 for line in said.out.splitlines())


def test_show(home: Path) -> None:
    said = ask(home, "show", "current")
    assert said.code == 0, said.err
    for words in (name(home, REVISED), "示范市（合成数据）", "2023年全年，初步，数据截止 2024-02-20", "L2，内部"):
        assert words in said.out
    (observations,) = [line.split() for line in said.out.splitlines() if line.startswith("observation ")]
    rows = manifest(home / "release" / name(home, REVISED))["tables"]["observation"]["rows"]
    assert observations == ["observation", "观测值", f"{rows:,}"]
    assert "✓  bulletin.html" in said.out
    assert "全部文件和各表内容与清单相符" in said.out


def test_show_finds_what_was_altered(home: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    folder = copy / "release" / name(home, REVISED)
    (folder / "bulletin.html").chmod(0o644)
    (folder / "bulletin.html").write_text("<p>", encoding="utf-8")
    said = ask(copy, "show", folder.name)
    assert said.code == 1
    assert "✗  bulletin.html" in said.out
    assert "与清单不符：bulletin.html" in said.out
    (folder / "manifest.json").chmod(0o644)
    altered = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    altered["tables"]["region"]["sha256"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(altered), encoding="utf-8")
    assert f"✗  {DATABASE}" in ask(copy, "show", folder.name).out


def test_a_copy_is_shown_but_not_cut_again(home: Path) -> None:
    copy = copy_of(home)
    said = ask(home, "show", f"{REVISED}_L1")
    assert said.code == 0, said.err
    for words in (copy.name, f"由发布包 {name(home, REVISED)} 导出", "L1，专班使用", "✓  bulletin.html"):
        assert words in said.out
    for asked in (copy.name, str(copy), str(copy / "manifest.json")):
        said = ask(home, "verify", asked)
        assert said.code == 0, said.err
        for words in ("✓ 各文件与清单一致", "✓ 清单与访问日志所记一致（", "专班月调度）", name(home, REVISED)):
            assert words in said.out


def test_a_copy_is_held_against_the_log(home: Path, tmp_path: Path) -> None:
    """A copy that was edited with its manifest keeps its own word, not that of the log."""
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    copy = copy_of(tmp_path / "home")
    (copy / "manifest.json").chmod(0o644)
    said = manifest(copy)
    (copy / "manifest.json").write_text(json.dumps(said | {"hidden": [["419901", "01"]]}), encoding="utf-8")
    verified = ask(tmp_path / "home", "verify", copy.name)
    assert verified.code == 1
    assert "✓ 各文件与清单一致" in verified.out
    assert "✗ 清单与访问日志所记不符（" in verified.out
    left = copy.with_name(".building-x")
    left.mkdir()
    listed = ask(tmp_path / "home", "list")
    assert listed.code == 0, listed.err
    assert f"! {copy.name} 与导出时的记录不符" in listed.out
    assert "! .building-x 是中断的运行留下的" in listed.out
    (copy / "manifest.json").write_text("{}", encoding="utf-8")
    assert f"! {copy.name} 与导出时的记录不符" in ask(tmp_path / "home", "list").out
    copy.rename(tmp_path / copy.name)
    assert f"! {copy.name} 记录中有而文件夹已不在" in ask(tmp_path / "home", "list").out


def test_copies_of_an_earlier_version_are_taken_into_the_log(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    copy = copy_of(tmp_path / "home")
    for path in (tmp_path / "home" / "log").glob(f"{LOG}*"):
        path.unlink()
    assert f"! {copy.name} 有文件夹而没有记录" in ask(tmp_path / "home", "list").out
    assert ask(tmp_path / "home", "verify", copy.name).code == 1
    assert ask(tmp_path / "home", "register").code == 2
    (copy / "bulletin.html").chmod(0o644)
    page = (copy / "bulletin.html").read_bytes()
    (copy / "bulletin.html").write_bytes(b"edited")
    refused = ask(tmp_path / "home", "register", "--purpose", "去年的月调度")
    assert refused.code == 2
    assert f"{copy.name} 与自己的清单不符（bulletin.html）" in refused.err
    (copy / "bulletin.html").write_bytes(page)
    assert f"✓ {copy.name} 已记入访问日志" in ask(tmp_path / "home", "register", "--purpose", "去年的月调度").out
    assert "各份导出都已有记录" in ask(tmp_path / "home", "register", "--purpose", "再来").out
    assert "去年的月调度）" in ask(tmp_path / "home", "verify", copy.name).out


def test_diff(home: Path, tmp_path: Path) -> None:
    said = ask(home, "diff", name(home, FIRST), REVISED, "--csv", str(tmp_path / "d.csv"))
    assert said.code == 1, said.err
    assert "数值改变 2 个，标注改变 1 个，新增 1 个，消失 1 个" in said.out
    assert "+2.50" in said.out
    assert "−0.40" in said.out
    assert all(Console().measure(line).maximum <= 80 for line in said.out.splitlines() if "/" not in line)
    assert (tmp_path / "d.csv").stat().st_mode & 0o777 == 0o600  # it holds what stays in the house
    with (tmp_path / "d.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(row["差别"], row["指标代码"]): row for row in csv.DictReader(file)}
    assert sorted(rows) == [
        ("数值改变", "core_growth"), ("数值改变", "core_value_added"), ("新增", "firms"), ("标注改变", "staff"),
        ("消失", "firms"),
    ]  # fmt: skip
    value = rows["数值改变", "core_value_added"]
    assert (value["地区"], value["类别"], value["时期"], value["单位"]) == (
        "示范市",
        "数字经济核心产业",
        "2023Q3",
        "亿元",
    )
    assert float(value["相差"]) == pytest.approx(2.5)
    assert float(value["后一期"]) - float(value["前一期"]) == pytest.approx(2.5)
    assert (rows["标注改变", "staff"]["前一期状态"], rows["标注改变", "staff"]["后一期状态"]) == ("A", "P")


def test_a_flash_is_compared_figure_by_figure(home: Path) -> None:
    said = ask(home, "diff", name(home, FIRST, flash=True), name(home, FIRST))
    assert said.code == 1
    # Shares in GDP are not in the flash; all else of ours is there under another vintage.
    line = next(line for line in said.out.splitlines() if line.startswith("数值改变"))
    numbers = [int(word.replace(",", "")) for word in line.replace("，", " ").split() if word[0].isdigit()]
    changed, relabelled, added, _ = numbers
    assert (changed, added) == (4, 264)
    assert relabelled > 7000


def test_the_same_release_does_not_differ(home: Path) -> None:
    said = ask(home, "diff", "current", REVISED)
    assert said.code == 0
    assert "观测值全部相同" in said.out


@pytest.mark.parametrize("arguments", [("show", "1999Q1"), ("diff", "current", "1999Q1"), ("verify", "1999Q1")])
def test_a_release_that_is_not_there(home: Path, arguments: tuple[str, ...]) -> None:
    said = ask(home, *arguments)
    assert said.code == 2
    assert "1999Q1" in said.err


def test_an_empty_workspace(tmp_path: Path) -> None:
    stand_in.city_workspace(tmp_path)
    said = ask(tmp_path, "list")
    assert said.code == 2
    assert "还没有发布" in said.err
