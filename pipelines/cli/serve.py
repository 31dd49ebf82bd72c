"""shuce ui: Dagster's web UI and daemon on loopback, with the workspace's instance; both end together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from pipelines.cli.instance import ROOT, environment, instance_of
from pipelines.levels import owner_only
from pipelines.workspace import Workspace


def ui(home: Path | None, port: int, console: Console) -> None:
    """Serve until interrupted, by Ctrl-C or a plain kill (interrupts)."""
    workspace = Workspace.locate(home)
    console.print(f"{workspace.city.name}：http://127.0.0.1:{port}  （Ctrl+C 结束）", highlight=False)
    settings = os.environ | environment(workspace)
    module = ["-m", "pipelines.definitions"]
    commands = (
        [_tool("dagster-webserver"), "-h", "127.0.0.1", "-p", str(port), *module],
        [_tool("dagster-daemon"), "run", *module],
    )
    # Both would lay out the tables of a new instance at once, and one of them would end over it.
    with instance_of(workspace):
        pass
    with owner_only():
        running = [subprocess.Popen(command, env=settings, cwd=ROOT) for command in commands]  # noqa: S603 - our own tools
    try:
        running[0].wait()
    except KeyboardInterrupt:
        console.print("正在结束……")
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
