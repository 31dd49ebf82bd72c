"""shuce check-text: an edited report against its release, finding by finding.

Belongs here: which release is meant, and how findings are shown. Does not belong here: finding them (release.proof).
"""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console

from pipelines.cli.query import named
from pipelines.release.manuscript import passages
from pipelines.release.read import copies, current, origin, releases
from pipelines.workspace import Workspace


def show(home: Path | None, file: Path, console: Console, *, release: str) -> int:
    """Check a file; how much is wrong with it.

    Raises:
        InputError: the file cannot be read, or there is no such release.
    """
    from pipelines.release.proof import Proof

    workspace = Workspace.locate(home)
    folder = named(workspace, release) if release else _meant(workspace, file)
    found = Proof(folder, origin(workspace, folder)).remarks(file)
    for number, remark in enumerate(found, 1):
        console.print(f"{number}. {remark.where}：{remark.wrong}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"   原文：{remark.around}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"   改为：{remark.instead}", markup=False, highlight=False, soft_wrap=True)
    verdict = f"共 {len(found)} 处需要改" if found else "未发现问题"
    console.print(f"{verdict}（对照发布包 {folder.name}）", markup=False, highlight=False, soft_wrap=True)
    return len(found)


def _meant(workspace: Workspace, file: Path) -> Path:
    """The release or copy whose name the file gives, else the current release."""
    text = "".join(passage.text for passage in passages(file))
    mentioned = set(re.findall(r"\d{4}Q[1-4]_\d{4}-\d\d-\d\d_(?:(?:flash|L[01])_)?[0-9a-f]{10}", text))
    there = [*releases(workspace), *copies(workspace)]
    return next((folder for folder in there if folder.name in mentioned), None) or current(workspace)
