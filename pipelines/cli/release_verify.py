"""shuce release verify: cut a release once more from its manifest, or hold a copy against the log of access.

Belongs here: finding the manifest and showing the answer. Does not belong here: cutting and comparing (steps.rerun),
the log (release.copies).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from classification.errors import InputError
from pipelines.cli.query import named
from pipelines.release.read import MANIFEST
from pipelines.workspace import Workspace


def show(home: Path | None, release: str, console: Console, *, wait: bool) -> bool:
    """Cut a release once more, or hold a copy against its manifest and the log, and show which parts are the same.

    Returns:
        Whether all of it is.

    Raises:
        InputError: there is no such release, or its manifest says too little.
    """
    workspace = Workspace.locate(home)
    path, said = _manifest(workspace, release)
    return _copy(workspace, path, said, console) if "of" in said else _again(workspace, said, console, wait=wait)


def _copy(workspace: Workspace, path: Path, said: dict[str, Any], console: Console) -> bool:
    from pipelines.lake import sha256_of
    from pipelines.release.copies import logged
    from pipelines.release.cut import differences

    broken, line = differences(path.parent), logged(workspace).get(said["release"])
    same = bool(line and line.copied and line.copied.manifest == sha256_of(path))
    found = {f"与清单不符：{'、'.join(broken)}" if broken else "各文件与清单一致": not broken}
    if line is None:
        found["访问日志没有记过这一份"] = False
    else:
        at = f"{line.at:%Y-%m-%d %H:%M}，{line.by}，{line.purpose}"
        found[f"清单与访问日志所记{'一致' if same else '不符'}（{at}）"] = same
    for text, holds in found.items():
        mark = "[green]✓[/]" if holds else "[red]✗[/]"
        console.print(f"  {mark} {escape(text)}", highlight=False, soft_wrap=True)
    console.print(
        f"{said['release']} 是导出的，不单独重做；数从发布包 {said['of']} 来，可核验那一份。",
        highlight=False,
        soft_wrap=True,
    )
    return all(found.values())


def _again(workspace: Workspace, said: dict[str, Any], console: Console, *, wait: bool) -> bool:
    from pipelines.steps.rerun import rerun

    with workspace.held(f"shuce release verify {said['release']}", wait=wait):
        found = rerun(workspace, said)
    console.print(f"[bold]{said['release']}[/] 数据截止 {said['as_of']}，重做", highlight=False)
    for changed in found.circumstances:
        console.print(f"  [yellow]![/] {changed}与当时不同", highlight=False)
    for name, same in found.files.items():
        mark = "[green]✓[/] 一致" if same else "[red]✗[/] 不一致"
        console.print(f"  {mark}  {name}", highlight=False, soft_wrap=True)
    if found.tables:
        console.print(f"  内容不同的表：{'、'.join(found.tables)}", highlight=False, soft_wrap=True)
    verdict = "与原发布逐字节一致（.duckdb 各表内容一致）" if found.same else f"与原发布不一致；重做所得为 {found.name}"
    console.print(verdict, highlight=False, soft_wrap=True)
    return found.same


def _manifest(workspace: Workspace, release: str) -> tuple[Path, dict[str, Any]]:
    path = Path(release)
    path = path / MANIFEST if path.is_dir() else path
    path = path if path.is_file() else named(workspace, release) / MANIFEST
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        said = {}
    needed = ("release", "files", "tables") if "of" in said else ("release", "quarter", "as_of", "vintage", "settings")
    if lacking := [key for key in needed if key not in said]:
        raise InputError(
            f"清单中没有 {'、'.join(lacking)}，不能据以核验。",
            f"The manifest lacks {', '.join(lacking)}; nothing can be verified from it.",
            where=str(path),
        )
    return path, said
