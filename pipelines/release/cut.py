"""Cutting a release: one immutable folder under its own name, and ``current`` that moves to it in one step.

Belongs here: names, hashes, the manifest, and the order in which things reach the disk. Does not belong here: what is
in the tables (indicators) or how a product looks (workbook, charts, bulletin).

A release is a function of (quarter, as_of) and of what its provenance names; so no clock is read into its bytes. When
it was cut is written to ``log/releases.jsonl``, beside the hash of the one file whose bytes do not repeat, the .duckdb.
The caller holds the workspace (``Workspace.held``): two cuts at once would sweep each other's unfinished folders.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from classification.errors import InputError
from indicators.quarter import Quarter
from indicators.vintage import FLASH, PRELIMINARY
from pipelines import lake
from pipelines.clock import stamp
from pipelines.levels import MODES, Modes
from pipelines.release import snapshot
from pipelines.release.dictionary import conform, region_table, release_contracts
from pipelines.release.figures import VINTAGES
from pipelines.release.issue import FIGURE, LEVEL, PUBLISHED, Issue
from pipelines.release.read import COPIES, CURRENT, DATABASE, MANIFEST, steps_said
from pipelines.review.identifiers import LOOKS_LIKE
from pipelines.workspace import Workspace

REQUIRED: Final = ("observation", "catalogue", "class_label")
PROVENANCE: Final = ("inputs", "code", "lock", "coefficients", "counts")
# Arrow's expressions cannot look around, so the characters beside a code are matched with it.
_CREDIT_CODE: Final = rf"(?:^|[^0-9A-Za-z]){LOOKS_LIKE}(?:[^0-9A-Za-z]|$)"
BUILDING: Final = ".building-"
_LINKING = ".current-"


def cut(
    workspace: Workspace,
    quarter: Quarter | str,
    as_of: dt.date,
    tables: Mapping[str, pa.Table],
    provenance: Mapping[str, Any],
    *,
    vintage: str = PRELIMINARY,
) -> Path:
    """Write the release of a quarter, or find that the same one is there already.

    Args:
        workspace: whose release; its settings give the names of regions. The caller holds it.
        quarter: the release quarter.
        as_of: the day whose knowledge the numbers rest on.
        tables: tables by name, columns in any order (``dictionary.release_contracts``); ``observation``, ``catalogue``
            and ``class_label`` must be there, ``region`` follows from the settings, the others may be missing.
        provenance: what the numbers were made from, as JSON values: ``inputs``, ``code``, ``lock``, ``coefficients``,
            ``counts``.
        vintage: what the place's own figures are: preliminary, or flash.

    Returns:
        The folder ``release/<quarter>_<as_of>_<10 hex>``, of a flash ``…_<as_of>_flash_<10 hex>``, its files read-only.

    Raises:
        InputError: a table or a part of the provenance is missing or breaks its contract, a unit is named in it, or an
            own figure is of another vintage.
    """
    quarter = Quarter.parse(str(quarter))
    conformed = _complete(workspace, tables)
    _check(conformed, provenance, vintage)
    contents = snapshot.contents(conformed)
    unnamed = Issue("", quarter, as_of, vintage, figure=FIGURE if workspace.city.has_firms else PUBLISHED)
    issue = replace(unnamed, name=_name(unnamed, _identity(workspace, unnamed, contents, provenance)))

    workspace.releases.mkdir(parents=True, exist_ok=True)
    _check_current(workspace)
    sweep(workspace.releases)
    folder = workspace.releases / issue.name
    if not folder.exists():
        said = {"settings": workspace.city.model_dump(mode="json"), "provenance": provenance}
        place(_built(folder, workspace, issue, conformed, contents=contents, said=said), folder)
        _note(workspace, folder)
    _advance(workspace, folder)
    return folder


def cut_level(
    workspace: Workspace,
    unnamed: Issue,
    tables: Mapping[str, pa.Table],
    told: Mapping[str, Any],
    *,
    note: Callable[[str, str], object],
) -> Path:
    """Write what of a release may leave the house at a level, or find that the same copy is there already.

    A killed run leaves either no copy or one that is noted and lies complete beside its place (``copies.finish``).

    Args:
        workspace: whose release. The caller holds it.
        unnamed: quarter, day, level and what disclosure control did in words, for every product; without a name.
        tables: what passed the gate, as ``cut`` takes it; the tables that stay in the house are empty.
        told: what the gate did, as JSON values; it stands in the manifest.
        note: writes down the copy's name and the hash of its manifest, when all of it is on the disk and before it
            takes its place.

    Returns:
        The folder ``export/<level>/<quarter>_<as_of>_<level>_<10 hex>``, open to whom the level says.

    Raises:
        InputError: a table is missing or breaks its contract, or a unit is named in it.
    """
    conformed = _complete(workspace, tables)
    _refuse_units(conformed)
    contents = snapshot.contents(conformed)
    issue = replace(unnamed, name=_name(unnamed, _identity(workspace, unnamed, contents, told)))
    folder = workspace.exports(issue.level) / issue.name
    sweep(*map(workspace.exports, COPIES))
    if folder.exists():
        note(issue.name, lake.sha256_of(folder / MANIFEST))
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = _built(folder, workspace, issue, conformed, contents=contents, said=told)
    # From here on nothing is taken back: should the note fail half-way, the next export sees whether it counts.
    note(issue.name, lake.sha256_of(building / MANIFEST))
    place(building, folder)
    return folder


def _built(
    folder: Path,
    workspace: Workspace,
    issue: Issue,
    tables: Mapping[str, pa.Table],
    *,
    contents: Mapping[str, snapshot.Content],
    said: Mapping[str, Any],
) -> Path:
    """Write a folder beside its place and bring all of it to the disk."""
    building = folder.with_name(f"{BUILDING}{issue.name}")
    shutil.rmtree(building, ignore_errors=True)
    # Nobody else looks in before modes are those of the level, or ever, should the run be killed.
    building.mkdir(mode=0o700)
    try:
        _fill(building, workspace, issue, tables, steps_said(said))
        _write_manifest(building, workspace, issue, contents, said)
        _settle(building, MODES[issue.level])
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    _sync(folder.parent)
    return building


def place(building: Path, folder: Path) -> None:
    """Move a folder that is complete to its place in one step."""
    building.rename(folder)
    _sync(folder.parent)


def left_over(*folders: Path) -> list[Path]:
    """What a killed cut or export left behind in folders of releases or copies."""
    return sorted(path for folder in folders for begun in (BUILDING, _LINKING) for path in folder.glob(f"{begun}*"))


def sweep(*folders: Path) -> int:
    """Remove what a killed cut or export left behind; returns how many things."""
    orphans = left_over(*folders)
    for orphan in orphans:
        if orphan.is_dir() and not orphan.is_symlink():
            shutil.rmtree(orphan)
        else:
            orphan.unlink()
    return len(orphans)


def manifest(folder: Path) -> dict[str, Any]:
    """What a release says about itself."""
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found


def differences(folder: Path) -> list[str]:
    """The files and tables of a release that are no longer what its manifest says; empty when all is well."""
    said = manifest(folder)
    found = snapshot.contents_of(folder / DATABASE) if (folder / DATABASE).exists() else {}
    tables = [
        f"{DATABASE}:{name}"
        for name, entry in said["tables"].items()
        if name not in found or asdict(found[name]) != entry
    ]
    return sorted(altered(folder, said) + tables)


def altered(folder: Path, said: Mapping[str, Any]) -> list[str]:
    """The files of a release whose bytes are no longer what its manifest says, and those that it does not name."""
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    other = [
        name
        for name, entry in said["files"].items()
        if entry["sha256"] and (name not in there or lake.sha256_of(folder / name) != entry["sha256"])
    ]
    return [*other, *sorted(there - said["files"].keys() - {MANIFEST, DATABASE})]


def _complete(workspace: Workspace, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    if missing := [name for name in REQUIRED if name not in tables]:
        raise InputError(f"发布缺少以下表：{'、'.join(missing)}。", f"The release lacks tables: {', '.join(missing)}.")
    empty = {name: held_to.schema.empty_table() for name, held_to in release_contracts().items()}
    given = {**empty, "region": region_table(workspace.city), **tables}
    return {name: conform(name, rows) for name, rows in given.items()}


def _check(tables: Mapping[str, pa.Table], provenance: Mapping[str, Any], vintage: str) -> None:
    if missing := [name for name in PROVENANCE if name not in provenance]:
        raise InputError(f"出处缺少：{'、'.join(missing)}。", f"The provenance lacks: {', '.join(missing)}.")
    observation = tables["observation"]
    if observation.num_rows == 0:
        raise InputError("没有任何观测值，未发布。", "There is not one observation; nothing was released.")
    from indicators.observation import OURS  # brings pandas along

    # What follows from published figures keeps their vintage; what rests on returns is of the release's own.
    other = PRELIMINARY if vintage == FLASH else FLASH
    ours = pc.equal(observation["authority"], OURS)
    if pc.any(pc.and_(ours, pc.equal(observation["vintage"], other))).as_py():
        raise InputError(
            f"{VINTAGES[vintage]}发布包中有{VINTAGES[other]}版次的监测测算数，未发布：一个发布包只有一个版次。",
            f"Own figures of vintage {other} in a release of vintage {vintage}; nothing was released.",
        )
    if observation["value"].null_count:
        raise InputError("有的观测值没有数值，未发布。", "An observation has no value; nothing was released.")
    if pc.any(pc.equal(observation["release_level"], "L3")).as_py():
        raise InputError("观测值中有 L3 级数据，未发布。", "An observation is of level L3; nothing was released.")
    _refuse_units(tables)


def _refuse_units(tables: Mapping[str, pa.Table]) -> None:
    for name, rows in tables.items():
        for column in rows.column_names:
            if pa.types.is_string(rows[column].type) and pc.any(_names_a_unit(rows[column])).as_py():
                raise InputError(
                    f"表 {name} 的 {column} 列中有统一社会信用代码，未发布。",
                    f"Column {column} of table {name} holds a unit's credit code; nothing was released.",
                    where=f"{name}.{column}",
                )


def _names_a_unit(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.match_substring_regex(texts, _CREDIT_CODE)


def _name(issue: Issue, identity: str) -> str:
    stages = [FLASH] if issue.vintage == FLASH else []
    stages += [issue.level] if issue.level != LEVEL else []
    return "_".join([str(issue.quarter), str(issue.as_of), *stages, identity[:10]])


def _identity(
    workspace: Workspace, issue: Issue, contents: Mapping[str, snapshot.Content], provenance: Mapping[str, Any]
) -> str:
    """The hash that names a release: of all that it follows from, so it is known before anything is written."""
    said = {
        "quarter": str(issue.quarter),
        "as_of": issue.as_of.isoformat(),
        "vintage": issue.vintage,
        "level": issue.level,
        "city": workspace.city.model_dump(mode="json"),
        "tables": {name: asdict(content) for name, content in contents.items()},
        "provenance": provenance,
    }
    return hashlib.sha256(_json(said)).hexdigest()


def _fill(
    folder: Path,
    workspace: Workspace,
    issue: Issue,
    tables: Mapping[str, pa.Table],
    rounded: Mapping[tuple[str, str, str, str], float],
) -> None:
    # Charts and frames are imported here, so that reading a release never pays for them.
    from pipelines.release import bulletin, document, explorer, package, pages, sdmx, workbook
    from pipelines.release.figures import Figures

    figures = Figures.of(workspace.city, issue.quarter, issue.as_of, tables, rounded)
    snapshot.write_database(tables, folder / DATABASE)
    snapshot.write_parquet(tables, folder / "parquet")
    workbook.write(figures, issue, folder / "workbook.xlsx")
    said = bulletin.report(figures, issue)
    document.write(said, issue, document.template(workspace), folder / document.NAME)
    described = snapshot.views_of(folder / DATABASE), snapshot.macros_of(folder / DATABASE)
    html = {
        "bulletin.html": bulletin.render(said, issue),
        "leaders.html": bulletin.render_leaders(said, issue),
        "explorer.html": explorer.render(figures, issue),
        "dictionary.html": pages.dictionary(issue, workspace.city, *described),
    }
    for name, text in html.items():
        (folder / name).write_text(text, encoding="utf-8")
    package.write(tables, workspace.city, issue, folder / "csv")
    sdmx.write(folder / DATABASE, issue, folder / "sdmx")


def _write_manifest(
    folder: Path,
    workspace: Workspace,
    issue: Issue,
    contents: Mapping[str, snapshot.Content],
    told: Mapping[str, Any],
) -> None:
    city = workspace.city
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    said = {
        "release": issue.name,
        "quarter": str(issue.quarter),
        "as_of": issue.as_of.isoformat(),
        "vintage": issue.vintage,
        "level": issue.level,
        "stamp": issue.stamp,
        "place": {"code": city.code, "name": city.name, "kind": city.kind, "synthetic": city.synthetic},
        "files": {str(path.relative_to(folder)): _entry(path) for path in paths},
        "tables": {name: asdict(content) for name, content in contents.items()},
        **told,
    }
    (folder / MANIFEST).write_bytes(_json(said))


def _entry(path: Path) -> dict[str, Any]:
    # The database is described by the content of its tables: some of its bytes differ between identical builds.
    if path.name == DATABASE:
        return {"sha256": None, "bytes": None, "see": "tables"}
    return {"sha256": lake.sha256_of(path), "bytes": path.stat().st_size}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _settle(folder: Path, modes: Modes) -> None:
    """Make every file read-only and bring all of it to the disk, before the name under which it counts."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(modes.kept if path.is_file() else modes.folder)
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _note(workspace: Workspace, folder: Path) -> None:
    line = {
        "release": folder.name,
        "cut_at": stamp(),
        "database_sha256": lake.sha256_of(folder / DATABASE),
    }
    workspace.log.mkdir(parents=True, exist_ok=True)
    with (workspace.log / "releases.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")


def _check_current(workspace: Workspace) -> None:
    """``current`` must be a link: a workspace copied with its links followed has a whole release in its place."""
    link = workspace.releases / CURRENT
    if link.exists() and not link.is_symlink():
        raise InputError(
            "release/current 应为指向某期发布的链接，这里却是一个实际的文件夹（多半是复制工作区时把链接展开了）。"
            "请删除这个文件夹后重新运行；各期发布都在以批次命名的文件夹中，不受影响。",
            "release/current should be a link to a release but is a real folder, as when a workspace is copied with "
            "its links followed. Remove that folder and run again; the releases stand in the folders named by batch.",
            where=str(link),
        )


def _advance(workspace: Workspace, folder: Path) -> None:
    """Move ``current`` to a release unless it already stands at a later one: by quarter, then vintage, then day."""
    link = workspace.releases / CURRENT
    if link.exists() and _when(link.resolve()) > _when(folder):
        return
    fresh = workspace.releases / f"{_LINKING}{os.getpid()}"
    fresh.symlink_to(folder.name)
    fresh.replace(link)
    _sync(workspace.releases)


def _when(folder: Path) -> tuple[str, bool, str]:
    # No flash is newer than what is no flash of the same quarter, whatever day it was cut for.
    quarter, as_of, *rest = folder.name.split("_")
    return quarter, FLASH not in rest, as_of
