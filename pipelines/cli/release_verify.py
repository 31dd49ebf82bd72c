"""shuce release verify: cut a release once more from its manifest and say what is the same.

Belongs here: finding the manifest and showing the answer. Does not belong here: cutting and comparing (steps.rerun).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from classification.errors import InputError
from pipelines.cli.query import named
from pipelines.release.read import MANIFEST
from pipelines.workspace import Workspace


def show(home: Path | None, release: str, console: Console, *, wait: bool) -> bool:
    """Cut a release once more and show which parts are the same.

    Returns:
        Whether all of it is.

    Raises:
        InputError: there is no such release, it is a copy, or its manifest says too little.
    """
    from pipelines.steps.rerun import rerun

    workspace = Workspace.locate(home)
    said = _manifest(workspace, release)
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


def _manifest(workspace: Workspace, release: str) -> dict[str, Any]:
    path = Path(release)
    path = path / MANIFEST if path.is_dir() else path
    path = path if path.is_file() else named(workspace, release) / MANIFEST
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        said = {}
    if "of" in said:
        raise InputError(
            f"{said['release']} 是导出的，不能单独重做；请用 shuce release show 核对摘要，并核验发布包 {said['of']}。",
            f"{said['release']} is a copy and not cut by itself; check its hashes with `shuce release show`, and "
            f"verify the release {said['of']}.",
            where=str(path),
        )
    if lacking := [key for key in ("release", "quarter", "as_of", "vintage", "settings") if key not in said]:
        raise InputError(
            f"清单中没有 {'、'.join(lacking)}，不能据以重做。",
            f"The manifest lacks {', '.join(lacking)}; a release cannot be cut again from it.",
            where=str(path),
        )
    return said
