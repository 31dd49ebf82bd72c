"""An earlier release cut once more, from what its manifest says, beside the workspace and compared file by file.

Belongs here: the scratch workspace, and what is the same and what is not. Does not belong here: cutting (released) or
showing the answer (cli.release_verify).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from classification.errors import InputError
from indicators.vintage import FLASH
from pipelines.ingest.receipts import STORE
from pipelines.release.cut import manifest
from pipelines.release.read import DATABASE
from pipelines.steps.released import release
from pipelines.workspace import City, Workspace

# What a release rests on beside quarter, day and files: where one of these differs, bytes may.
CIRCUMSTANCES = {"code": "程序", "lock": "依赖锁定", "environment": "运行环境", "template": "Word 模板"}


@dataclass(frozen=True)
class Rerun:
    """What cutting a release once more gave.

    Attributes:
        name: the name of the release cut now.
        said: the name in the manifest.
        files: file → whether its bytes are the same; of the database: whether every table's content is.
        tables: the tables whose content differs.
        circumstances: what the release then rested on and this one does not, in Chinese.
    """

    name: str
    said: str
    files: dict[str, bool]
    tables: list[str]
    circumstances: list[str]

    @property
    def same(self) -> bool:
        """Whether the release is the same, byte for byte."""
        return self.name == self.said and all(self.files.values())


def rerun(workspace: Workspace, said: dict[str, Any]) -> Rerun:
    """Cut a release as its manifest says, in a folder that is gone afterwards, and compare.

    Args:
        workspace: with the files received since then taken in and their quarters made; it is left as it is.
        said: the manifest.

    Raises:
        InputError: what the release rests on is missing or behind, or its settings are of another version.
    """
    settings = _settings(said["settings"]).model_copy(update={"engine": workspace.city.engine})
    with TemporaryDirectory(prefix=".rerun-", dir=workspace.home) as name:
        scratch = Workspace(Path(name), settings)
        _share(workspace, scratch)
        day = dt.date.fromisoformat(said["as_of"])
        folder = release(scratch, said["quarter"], day, flash=said["vintage"] == FLASH)
        return compare(said, manifest(folder))


def _settings(said: dict[str, Any]) -> City:
    try:
        return City.model_validate(said)
    except ValidationError as fault:
        unknown = "、".join(".".join(map(str, error["loc"])) for error in fault.errors())
        raise InputError(
            f"清单中的设置 {unknown} 不合这一版程序，不能据以重做；请用当时的程序。",
            f"The manifest's settings do not fit this version of the program ({unknown}); use that of then.",
            where="manifest.json",
        ) from None


def compare(said: dict[str, Any], made: dict[str, Any]) -> Rerun:
    """Two manifests side by side: the one of then and the one of now."""
    then, now = said["tables"], made["tables"]
    tables = sorted(table for table in then.keys() | now.keys() if then.get(table) != now.get(table))
    names = said["files"].keys() | made["files"].keys()
    files = {name: said["files"].get(name) == made["files"].get(name) for name in sorted(names)}
    files[DATABASE] = not tables
    circumstances = [
        zh for key, zh in CIRCUMSTANCES.items() if said["provenance"].get(key) != made["provenance"].get(key)
    ]
    return Rerun(made["release"], said["release"], files, tables, circumstances)


def _share(workspace: Workspace, scratch: Workspace) -> None:
    """Everything that a cut reads: the lake by hard links, for what is made anew takes the place of a name alone."""
    shutil.copytree(workspace.lake, scratch.lake, copy_function=os.link)
    shutil.copytree(workspace.log, scratch.log)
    for shared in (workspace.home / STORE, workspace.templates):
        if shared.exists():
            (scratch.home / shared.name).symlink_to(shared)
