"""shuce run and shuce demo: run quarters with progress, release, and say where things lie.

Belongs here: which quarters a command runs and what it prints. Does not belong here: starting Dagster (instance).
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.cli.aside import show_lines
from pipelines.cli.instance import execute, instance_of
from pipelines.cli.query import show_places
from pipelines.cli.review_queue import hint
from pipelines.disk import refuse_unwritable
from pipelines.workspace import SETTINGS, Workspace

# The national set knows the post-census figures, which came out on 2024-12-26 and 2024-12-31.
NATIONAL_AS_OF = "2025-01-20"

_NAMED: Final = 4  # of what is behind, by name


def run_quarter(home: Path | None, quarter: str, *, as_of: str, flash: bool, wait: bool, console: Console) -> None:
    """Run all quarters up to one (unchanged ones cost nothing) and release it, or its flash."""
    workspace = Workspace.locate(home)
    started = time.monotonic()
    _ = workspace.city  # a folder that is no workspace is told so before anything is put there
    with workspace.held(f"shuce run {quarter}", wait=wait):
        folder = _run(workspace, quarter, as_of, console, flash=flash)
    show_places(workspace, console, folder)
    _show_cost(console, started)


def run_demo(home: Path | None, *, firms: int, national: Path | None, console: Console) -> None:
    """The synthetic city from its files to a release, then the national set."""
    workspace = Workspace.locate(home)
    started = time.monotonic()
    with workspace.held("shuce demo"):
        _write_sample(workspace, firms, console)
        places = [(workspace, _run(workspace, workspace.city.last_quarter, "", console))]
    if national is not None and national.exists():
        nation = Workspace.locate(national)
        with nation.held("shuce demo"):
            places.append((nation, _run(nation, nation.city.last_quarter, NATIONAL_AS_OF, console)))
    for place, folder in places:
        show_places(place, console, folder)
    _show_cost(console, started)


def _write_sample(workspace: Workspace, firms: int, console: Console) -> None:
    from pipelines.sample import write_city

    if (workspace.home / SETTINGS).exists() and not workspace.city.synthetic:
        raise InputError(
            "此处是真实城市的工作区，不能写入合成城市。请用 --home 另指一个目录。",
            "This is a real city's workspace; the synthetic city is not written into it. Name another with --home.",
            where=str(workspace.home),
        )
    begun = time.monotonic()
    with console.status("生成合成城市的原报文件……"):
        write_city(workspace.home, firms=firms)
    count = sum(1 for path in workspace.inbox.rglob("*") if path.is_file())
    console.print(f"[green]✓[/] 合成城市：收件箱 {count} 个文件，{time.monotonic() - begun:.1f} 秒")


def _run(workspace: Workspace, quarter: str, as_of: str, console: Console, *, flash: bool = False) -> Path:
    # Checked here, before Dagster is imported: a wrong quarter, a Spark that is not there or a lake that takes nothing
    # is told at once.
    from pipelines.engine import SPILL
    from pipelines.engines import require_engine
    from pipelines.steps.observed import day_of_knowledge, history

    city, last = workspace.city, Quarter.parse(quarter)
    needed = history(workspace, quarter)
    if as_of:
        day_of_knowledge(workspace, quarter, as_of)
    reports = workspace.report(quarter).parent
    refuse_unwritable([workspace.lake, workspace.lake / SPILL, workspace.releases, reports])
    require_engine(workspace)
    span = (Quarter.parse(needed[0]), last) if needed else None
    with _Steps(console) as steps, instance_of(workspace) as instance:
        steps.begin(f"{city.name} {f'{span[0]}—{last}：' if span else ''}收数、审核、归类、汇总")
        if changed := behind(workspace, needed):
            steps.about(changed)
            execute(instance, "intake", span)
        show_lines(workspace, [quarter], console, most=8)
        hint(workspace, quarter, console)
        steps.begin(f"{city.name} {quarter}：指标与发布{'（快报）' if flash else ''}")
        return execute(instance, "publish", (last, last), as_of=as_of, flash=flash)[-1]


def behind(workspace: Workspace, needed: list[str]) -> list[str]:
    """Take in what lies in the inbox; what then has to be made or checked anew: quarters, and what is not quarterly."""
    from pipelines.ingest.landing import register
    from pipelines.steps.cells import stale
    from pipelines.steps.checked import unchecked
    from pipelines.steps.suites import REFERENCE

    register(workspace)
    found = stale(workspace, needed) or unchecked(workspace, needed)
    return ["年报与参考表" if name == REFERENCE else name for name in found]


def _show_cost(console: Console, started: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(
        f"用时 {time.monotonic() - started:.1f} 秒，本进程内存峰值 {peak:,.0f} MB（读取文件的子进程和 Spark 不在内）",
        style="dim",
        highlight=False,
    )


class _Steps:
    """A progress line for the run at hand, and a line that stays for each stage that is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._stage: tuple[str, float, int] | None = None

    def __enter__(self) -> _Steps:
        from pipelines.progress import listening

        self._listening = listening(self._heard)
        self._listening.__enter__()
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end(failed=kind is not None)
        self._progress.stop()
        self._listening.__exit__()

    def begin(self, stage: str) -> None:
        self._end()
        self._task = self._progress.add_task(stage, total=None)
        self._stage, self._about = (stage, time.monotonic(), 0), ""

    def about(self, changed: Sequence[str]) -> None:
        """Name what is behind at the beginning of the stage; all else is found as it would be made."""
        self._about = f"涉及 {'、'.join(changed[:_NAMED])}{f'等 {len(changed)} 项' if len(changed) > _NAMED else ''}，"

    def _end(self, *, failed: bool = False) -> None:
        if self._stage is None:
            return
        stage, begun, done = self._stage
        mark = "[red]✗[/]" if failed else "[green]✓[/]"
        work = f"{self._about}{done} 步" if done or failed else "未变化"
        self._console.print(f"{mark} {stage}：{work}，{time.monotonic() - begun:.1f} 秒", highlight=False)
        self._progress.remove_task(self._task)
        self._stage = None

    def _heard(self, kind: str, step: str) -> None:
        if self._stage is None:
            return
        stage, begun, done = self._stage
        if kind == "STEP_SUCCESS":
            done += 1
        self._progress.update(self._task, description=f"{stage}（{step}）", completed=done)
        self._stage = (stage, begun, done)
