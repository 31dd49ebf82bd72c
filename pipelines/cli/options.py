"""Options that several commands share, each written once.

Belongs here: what means the same to every command. Does not belong here: an option of one command, or one whose default
differs between commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="SHUCE_HOME", help="工作区目录（默认 data/demo）。 The workspace.", show_default=False
    ),
]
Wait = Annotated[bool, typer.Option(help="工作区被占用时等待。 Wait while the workspace is held.")]
