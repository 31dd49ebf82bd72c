"""The copies that left, as the log of access has them: all of them are to be there, as they were handed out.

Belongs here: holding the folders of copies against the log, and bringing copies of earlier versions into it. Does not
belong here: the line itself (access), what a new copy takes of the earlier ones (steps.exported).

What readers hold cannot be taken back. A copy whose folder is gone or altered would be forgotten by the next one, which
could then tell the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from classification.errors import InputError
from pipelines.access import Access, Copied, accesses, record, refuse_without_purpose
from pipelines.lake import sha256_of
from pipelines.release.cut import BUILDING, altered, differences, left_over, manifest, place
from pipelines.release.read import COPIES, MANIFEST, copies
from pipelines.workspace import Workspace

_SAID: Final = ("as_of", "level", "hidden", "unchanged", "known")  # what an export takes of an earlier copy
MISSING, ALTERED, UNLOGGED = "missing", "altered", "unlogged"
FAULTS_ZH: Final = {
    MISSING: "记录中有而文件夹已不在",
    ALTERED: "与导出时的记录不符",
    UNLOGGED: "有文件夹而没有记录",
}


def logged(workspace: Workspace) -> dict[str, Access]:
    """The line of each copy that left, by its name: the first one, which was written when it was cut.

    Raises:
        InputError: the log is not as it was written.
    """
    lines = [(line.copied.name, line) for line in accesses(workspace) if line.copied]
    return dict(reversed(lines))


def faults(workspace: Workspace) -> dict[str, str]:
    """The copies of which folder and log do not say the same, by name: missing, altered or unlogged."""
    lines, folders = logged(workspace), {folder.name: folder for folder in copies(workspace)}
    missing = {name: MISSING for name in lines if name not in folders}
    differing = {
        name: ALTERED for name, line in lines.items() if name in folders and not is_as_logged(folders[name], line)
    }
    return missing | differing | {name: UNLOGGED for name in folders if name not in lines}


def is_as_logged(folder: Path, line: Access) -> bool:
    """Whether a copy's manifest, and every file that it hashes, is what it was when it was logged."""
    same = line.copied is not None and line.copied.manifest == sha256_of(folder / MANIFEST)
    return same and not altered(folder, manifest(folder))


def copy_of(workspace: Workspace, release: Path, level: str) -> Path | None:
    """The first copy of a release at a level that left, where it lies as it was logged; None if there is no such."""
    lines, folders = logged(workspace), {folder.name: folder for folder in copies(workspace)}
    left = [
        (line.at, name)
        for name, line in lines.items()
        if line.copied and (line.copied.of, line.copied.level) == (release.name, level)
    ]
    intact = [folders[name] for _, name in sorted(left) if name in folders and is_as_logged(folders[name], lines[name])]
    return intact[0] if intact else None


def refuse_faults(workspace: Workspace) -> None:
    """Refuse a new copy unless every one that left is there as it was; one that a killed run noted takes its place.

    Raises:
        InputError: some copies are missing, altered or not in the log; all are named.
    """
    _finish(workspace)
    found = faults(workspace)
    if not found:
        return
    kinds = {kind: "、".join(name for name, each in found.items() if each == kind) for kind in FAULTS_ZH}
    told = "；".join(f"{FAULTS_ZH[kind]}：{names}" for kind, names in kinds.items() if names)
    said = "; ".join(f"{kind}: {names}" for kind, names in kinds.items() if names)
    raise InputError(
        f"以前的导出与访问日志对不上（{told}）。新的导出要与读者手中的各份对照，所以停止导出。"
        "不在或不符的，请用交出的那一份或备份原样放回 export 下原处；"
        "没有记录的，旧版程序导出的用 shuce release register 登记，来历不明的移出 export 并查明。",
        f"Earlier copies are not as the log of access has them ({said}), so no new copy can be held against what "
        "readers have. Put back what is missing or altered as it was handed out, or from a backup; copies of an "
        "earlier version are taken into the log by `shuce release register`; move out what nobody can account for.",
        where=str(workspace.exports("")),
    )


def register(workspace: Workspace, *, purpose: str) -> list[str]:
    """Take copies that an earlier version cut, before copies were logged, into the log; returns their names.

    Args:
        workspace: whose copies. The caller holds it.
        purpose: what they were for.

    Raises:
        InputError: no purpose, or a copy is not what its manifest or its folder says or does not say what it told; none
            is taken.
    """
    refuse_without_purpose(purpose, "--purpose")
    unlogged = [folder for folder in copies(workspace) if folder.name not in logged(workspace)]
    found = {folder: said_of(folder) for folder in unlogged}
    for folder, said in found.items():
        if folder.name != said["release"]:
            raise InputError(
                f"文件夹 {folder.name} 里是导出 {said['release']}，没有登记；请改回原名，或把多出的文件夹移出 export。",
                f"The folder {folder.name} holds the copy {said['release']}; nothing was registered. Give it its own "
                "name again, or move it out.",
                where=str(folder),
            )
        if broken := differences(folder):
            raise InputError(
                f"{folder.name} 与自己的清单不符（{'、'.join(broken)}），没有登记；请用交出的那一份放回。",
                f"{folder.name} is not what its manifest says; nothing was registered. Put back what was handed out.",
                where=str(folder),
            )
    for folder, said in found.items():
        copied = copy_line(said, sha256_of(folder / MANIFEST), {})
        asked = {"level": said["level"], "release": said["of"]}
        record(workspace, "release register", asked, purpose=purpose, units=0, copied=copied)
    return [folder.name for folder in unlogged]


def copy_line(said: Mapping[str, Any], sha256: str, rested_on: Mapping[str, str]) -> Copied:
    """What the log keeps of a copy: from its manifest, the hash of that, and those of what was judged."""
    taken = {key: said[key] for key in ("level", "quarter", "as_of", "of")}
    approval = said.get("approval", {})  # copies that an earlier version cut do not say
    return Copied(name=said["release"], manifest=sha256, approval=approval, rested_on=dict(rested_on), **taken)


def said_of(folder: Path) -> dict[str, Any]:
    """What a copy says that it told and kept back; without it nothing that leaves later can be held against it."""
    said = manifest(folder)
    if lacking := [key for key in _SAID if key not in said]:
        raise InputError(
            f"以前的导出 {folder.name} 是旧版程序做的，清单中没有 {'、'.join(lacking)}，新的导出无法与它对照。"
            "没有交出的，请删除这个文件夹后重新导出；"
            "已经交出的，请移出 export 文件夹另存，并由保密审查人员核对新旧两份之差。",
            f"An earlier version made the copy {folder.name}; its manifest lacks {', '.join(lacking)}, so no new copy "
            "can be held against it. If it was never handed out, remove its folder and export again; if it was, keep "
            "it elsewhere, and have whoever answers for disclosure compare the new copy with it.",
            where=str(folder / MANIFEST),
        )
    return said


def _finish(workspace: Workspace) -> None:
    """Move copies to their place that a killed run had completed and noted."""
    lines = logged(workspace)
    for building in left_over(*map(workspace.exports, COPIES)):
        folder = building.with_name(building.name.removeprefix(BUILDING))
        line = lines.get(folder.name)
        if line and not folder.exists() and (building / MANIFEST).exists() and is_as_logged(building, line):
            place(building, folder)
