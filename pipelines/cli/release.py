"""shuce release: the releases of a workspace, what one holds, how two differ, and whether one can be cut again.

Belongs here: the commands, the list and one release in words. Does not belong here: comparing two (release_diff),
cutting again (release_verify), or opening a release safely (release.read).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.cli.options import Home, Wait

if TYPE_CHECKING:
    from pipelines.workspace import Workspace

app = typer.Typer(
    help="发布包和导出的各份：清单、内容、两期之间的差别、按清单重做核验。 Releases: list, show, compare, verify.",
    no_args_is_help=True,
)
console = Console()
Name = Annotated[str, typer.Argument(help="发布包名称或其开头（取最新的），如 2022Q2；current 为当前。 A release.")]
_HEADLINE = """
SELECT value_added_100m, growth_constant_pct FROM v_core
WHERE class = 'core' AND region = '{place}' AND value_added_100m IS NOT NULL
ORDER BY span = 'cumulative' AND period = '{quarter}' DESC, period DESC, span LIMIT 1
"""


@app.command("list")
def listing(home: Home = None) -> None:
    """列出全部发布包和导出的各份及其核心产业增加值。 All releases and copies with their headline figure."""
    from pipelines.release.copies import ALTERED, FAULTS_ZH, faults
    from pipelines.release.cut import left_over, manifest
    from pipelines.release.read import COPIES, copies, current, releases
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    newest, faulty = current(workspace), faults(workspace)
    table = Table("", "发布包", "季度", "数据截止", "版次", "级别", "增加值", "增速", box=None, pad_edge=False)
    table.columns[1].overflow = "fold"
    for column in table.columns[-2:]:
        column.justify = "right"
    told = [folder for folder in copies(workspace) if faulty.get(folder.name) != ALTERED]  # nobody goes by its word
    for folder in [*releases(workspace), *told]:
        said = manifest(folder)
        value, growth = _headline(workspace, folder, said)
        mark = "▶" if folder == newest else ""
        vintage = _vintages()[said["vintage"]]
        table.add_row(mark, escape(folder.name), said["quarter"], said["as_of"], vintage, said["level"], value, growth)
    console.print(table, highlight=False)
    console.print("▶ 当前；增加值为核心产业增加值（亿元，累计），增速为可比价增速（%）", style="dim", highlight=False)
    remarks = [f"{name} {FAULTS_ZH[fault]}" for name, fault in faulty.items()]
    remarks += [
        f"{path.name} 是中断的运行留下的，下次发布或导出时处理"
        for path in left_over(workspace.releases, *map(workspace.exports, COPIES))
    ]
    for remark in remarks:
        console.print(f"[yellow]![/] {escape(remark)}", highlight=False, soft_wrap=True)


@app.command()
def show(name: Name, home: Home = None) -> None:
    """一期发布的清单、各表行数、各文件及其摘要核对（退出码：0 相符，1 不符）。 What a release holds, hashes checked."""
    from pipelines.cli.query import named
    from pipelines.release.cut import differences, manifest
    from pipelines.release.dictionary import release_contracts
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    folder = named(workspace, name)
    said, broken = manifest(folder), set(differences(folder))
    _describe(said, folder)
    tables = Table("表", "内容", "行数", box=None, pad_edge=False)
    tables.columns[2].justify = "right"
    for table, entry in said["tables"].items():
        held_to = release_contracts().get(table)
        tables.add_row(table, held_to.title if held_to else "", f"{entry['rows']:,}")
    console.print(tables, highlight=False)
    files = Table("", "文件", "字节", "摘要", box=None, pad_edge=False)
    files.columns[2].justify = "right"
    for file, entry in said["files"].items():
        bad = file in broken or any(found.startswith(f"{file}:") for found in broken)
        mark = "[red]✗[/]" if bad else "[green]✓[/]"
        size = (folder / file).stat().st_size if (folder / file).exists() else 0
        files.add_row(mark, escape(file), f"{size:,}", (entry["sha256"] or "按各表内容")[:12])
    console.print(files, highlight=False)
    if broken:
        console.print(f"[red]✗[/] 与清单不符：{escape('、'.join(sorted(broken)))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1)
    console.print("[green]✓[/] 全部文件和各表内容与清单相符", highlight=False)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="前一期发布包。 The one.")],
    after: Annotated[str, typer.Argument(help="后一期发布包。 The other.")],
    home: Home = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="全部差别另存为 CSV。 Write every difference.")] = None,
) -> None:
    """两期发布的观测值有哪些不同（退出码：0 相同，1 不同）。 Which observations differ between two releases."""
    from pipelines.cli import release_diff
    from pipelines.cli.query import named
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    if not release_diff.show(named(workspace, before), named(workspace, after), console, csv=csv):
        raise typer.Exit(1)


@app.command()
def register(
    purpose: Annotated[str, typer.Option("--purpose", help="当时导出做什么用。 What they were for.")] = "",
    home: Home = None,
    wait: Wait = False,
) -> None:
    """旧版程序导出的各份记入访问日志，以后的导出与它们对照。 Take copies of an earlier version into the log."""
    from pipelines.release import copies
    from pipelines.workspace import Workspace

    workspace = Workspace.locate(home)
    with workspace.held("shuce release register", wait=wait):
        taken = copies.register(workspace, purpose=purpose)
    for name in taken:
        console.print(f"[green]✓[/] {escape(name)} 已记入访问日志", highlight=False, soft_wrap=True)
    if not taken:
        console.print("各份导出都已有记录", highlight=False)


@app.command()
def verify(
    name: Annotated[
        str, typer.Argument(help="发布包名称或其开头，或 manifest.json 的路径。 A release, or the path of a manifest.")
    ],
    home: Home = None,
    wait: Wait = False,
) -> None:
    """按清单重做一期发布，逐个比较，不改动工作区；导出的与访问日志核对（退出码：0 一致，1 不一致）。 Cut it again."""
    from pipelines.cli import release_verify

    if not release_verify.show(home, name, console, wait=wait):
        raise typer.Exit(1)


def _headline(workspace: Workspace, folder: Path, said: dict[str, Any]) -> tuple[str, str]:
    from indicators.rounding import round_half_away
    from pipelines.release.read import query

    rows = query(workspace, _HEADLINE.format(place=said["place"]["code"], quarter=said["quarter"]), folder).rows
    value, growth = rows[0] if rows else (None, None)
    yi = "" if value is None else f"{round_half_away(value, 1):,}"
    return yi, "" if growth is None else f"{round_half_away(growth, 1):+}".replace("-", "−")


def _vintages() -> dict[str, str]:
    from pipelines.release.figures import VINTAGES

    return VINTAGES


def _made_from(said: dict[str, Any]) -> str:
    if "of" in said:
        return f"由发布包 {said['of']} 导出"
    provenance = said["provenance"]
    return f"收文 {len(provenance['inputs'])} 件，剥离系数 {len(provenance['coefficients'])} 条"


def _describe(said: dict[str, Any], folder: Path) -> None:
    from indicators.quarter import Quarter

    place, provenance = said["place"], said["provenance"]
    lines = {
        "发布包": said["release"],
        "地区": place["name"] + ("（合成数据）" if place["synthetic"] else ""),
        "期别": f"{Quarter.parse(said['quarter']).label()}，{_vintages()[said['vintage']]}，数据截止 {said['as_of']}",
        "级别": f"{said['level']}，{said['stamp']}",
        "出处": f"{_made_from(said)}；程序 {str(provenance['code'])[:10]}，依赖锁定 {str(provenance['lock'])[:10]}",
        "位置": str(folder),
    }
    grid = Table.grid(padding=(0, 2))
    for label, text in lines.items():
        grid.add_row(label, escape(text))
    console.print(grid, highlight=False)
