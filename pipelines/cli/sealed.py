"""shuce seal, shuce unseal: Parquet encrypted for hand-over, and opened again.

Belongs here: the line in the log and what is said. Does not belong here: keys and files (sealing).
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from pipelines.access import record, refuse_without_purpose
from pipelines.disk import disk_told
from pipelines.sealing import read_key, seal, unseal
from pipelines.workspace import Workspace


def seal_up(home: Path | None, source: Path, target: Path, console: Console, *, key: Path, purpose: str) -> None:
    """Seal a folder, a line in the log of access first.

    Raises:
        InputError: no purpose; as ``seal``.
    """
    refuse_without_purpose(purpose, "--purpose")
    workspace = Workspace.locate(home)
    read_key(key)
    record(workspace, "seal", {"source": str(source), "target": str(target)}, purpose=purpose, units=0)
    with disk_told([target.parent]):
        number = seal(source, target, key)
    console.print(f"[green]✓[/] 已加密 {number} 个文件：{target}", soft_wrap=True, highlight=False)
    console.print(
        "  密钥请另行当面或经另一渠道移交；打开：shuce unseal 文件夹 新文件夹 --key 密钥文件", highlight=False
    )


def open_up(source: Path, target: Path, console: Console, *, key: Path) -> None:
    """Open a sealed folder.

    Raises:
        InputError: as ``unseal``.
    """
    with disk_told([target.parent]):
        number = unseal(source, target, key)
    console.print(f"[green]✓[/] 已打开 {number} 个文件：{target}", soft_wrap=True, highlight=False)
