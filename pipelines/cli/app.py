"""shuce: the command line.

Belongs here: commands, their arguments and how an error is shown. Does not belong here: the work. Quick commands
(classify, inbox, review, sql) never import Dagster, Great Expectations or pandas.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from classification.errors import InputError
from pipelines.cli import inbox, ledger, release, report, review, warning
from pipelines.cli.interrupts import ended_by_signals
from pipelines.cli.options import Home, Wait
from pipelines.disk import disk_told

app = typer.Typer(
    name="shuce",
    help="Shuce 数测：按季测算一座城市的数字经济。 Measures a city's digital economy, every quarter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(inbox.app, name="inbox")
app.add_typer(review.app, name="review")
app.add_typer(release.app, name="release")
app.add_typer(ledger.app, name="ledger")
app.add_typer(report.app, name="report")
app.add_typer(warning.app, name="warning")
console = Console()
# The fewest that were taken from files to the release of the last quarter.
LEAST_FIRMS: Final = 300
AsOf = Annotated[
    str, typer.Option("--as-of", help="数据截止日 YYYY-MM-DD（默认为该季度的发布日）。 What was known on this day.")
]


@app.command()
def classify(
    code: Annotated[
        str, typer.Argument(help="行业代码或数字经济分类代码，如 3911、010101。 A GB/T 4754 or digital code.")
    ] = "",
    file: Annotated[
        Path | None, typer.Option(help="含行业代码列的 xlsx、xls 或 csv。 A file with an industry-code column.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="行业代码所在列的表头。 The header of the code column.")] = None,
    output: Annotated[Path | None, typer.Option(help="逐行结果另存为 CSV。 Write the answer row by row.")] = None,
) -> None:
    """查代码属于数字经济的哪一类。 Look up which digital class a code belongs to."""
    from pipelines.cli import classify as view

    if file is not None:
        view.show_file(file, console, column=column, output=output)
    elif code:
        view.show(code, console)
    else:
        raise InputError("请给出代码，或用 --file 给出文件。", "Give a code, or a file with --file.")


@app.command()
def suggest(
    text: Annotated[str, typer.Argument(help="主要业务活动的描述。 What the firm does.")],
    k: Annotated[int, typer.Option("-k", help="给出前几个。 How many to show.")] = 5,
) -> None:
    """按主要业务活动推荐行业代码。 Suggest industry codes for what a firm does."""
    from pipelines.cli import suggest as view

    view.show(text, console, k=k)


@app.command()
def run(
    quarter: Annotated[str, typer.Argument(help="季度，如 2023Q4。 The quarter.")],
    as_of: AsOf = "",
    *,
    flash: Annotated[
        bool, typer.Option("--flash", help="快报：未报单位按上年报表推算。 A flash: missing returns are imputed.")
    ] = False,
    home: Home = None,
    wait: Wait = False,
) -> None:
    """运行一个季度并发布；此前缺少的各期一并补算。 Run a quarter and release it, with whatever it needs."""
    from pipelines.cli import run as work

    work.run_quarter(home, quarter, as_of=as_of, flash=flash, wait=wait, console=console)


@app.command()
def demo(
    home: Home = None,
    firms: Annotated[
        int,
        typer.Option(
            min=LEAST_FIRMS,
            help="规上企业数；企业少时，有的县可能没有核心产业企业，不计算指数。 Number of synthetic firms; "
            "of few a county may have none in the core classes, and no index.",
        ),
    ] = 2400,
    national: Annotated[Path | None, typer.Option(help="全国数据工作区。 The national workspace.")] = Path(
        "data/national"
    ),
) -> None:
    """生成合成城市，运行全部季度和全国数据，发布，并给出结果所在。 The synthetic city, every quarter, one release."""
    from pipelines.cli import run as work

    work.run_demo(home, firms=firms, national=national, console=console)


@app.command()
def init(directory: Annotated[Path, typer.Argument(help="新工作区的目录。 Where the workspace goes.")]) -> None:
    """新建一个真实城市的工作区。 Start a real city's workspace."""
    from pipelines.cli import start

    start.init(directory, console)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="一条 SELECT 语句。 One SELECT statement.")],
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="输出 CSV。 Write CSV.")] = False,
    release: Annotated[str, typer.Option(help="发布包名称或其开头，如 2022Q2（默认当前）。 Another release.")] = "",
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of",
            help="某日所知：当日最近的发布包，及 known 下各表当日有效的行（含 L3）。 What was known on a day.",
        ),
    ] = "",
) -> None:
    """查询当前发布包（只读，运行中也可查）。 Query the current release, read-only."""
    from pipelines.cli import query as view

    view.show(home, query, console, as_csv=csv, name=release, as_of=as_of)


@app.command()
def aside(
    quarter: Annotated[str, typer.Argument(help="季度，如 2023Q4；不填为全部。 The quarter; all if left out.")] = "",
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="输出 CSV。 Write CSV.")] = False,
) -> None:
    """搁置的行、未归类的行、退回的文件：在哪里、为什么（不含单位数值）。 What did not go through, where and why."""
    from pipelines.cli import aside as view

    view.show(home, quarter, console, as_csv=csv)


@app.command("check-class")
def check_class(
    quarter: Annotated[
        str, typer.Argument(help="季度，如 2023Q4；不填为最近有申报的一期。 The quarter; the latest if left out.")
    ] = "",
    home: Home = None,
    output: Annotated[
        Path | None, typer.Option(help="逐户结果另存为 CSV（L3，含单位信息）。 Write it unit by unit.")
    ] = None,
) -> None:
    """行业归类核对：申报的数字经济小类与行业代码是否一致。 Claimed digital classes against industry codes."""
    from pipelines.cli import check_class as view

    view.show(home, quarter, console, output=output)


@app.command("check-text")
def check_text(
    file: Annotated[Path, typer.Argument(help="改过的报告，.docx 或 .html。 An edited report.")],
    home: Home = None,
    release: Annotated[str, typer.Option(help="发布包名称或其开头（默认按文件中的批次）。 The release.")] = "",
) -> None:
    """检查改过的报告：措辞、口径混用、与发布包不符的数。 An edited report against its release."""
    from pipelines.cli import release_text as view

    if view.show(home, file, console, release=release):
        raise typer.Exit(1)


@app.command()
def quality(
    quarter: Annotated[str, typer.Argument(help="季度，如 2023Q4（默认最后一季）。 The quarter.")] = "",
    as_of: AsOf = "",
    home: Home = None,
    wait: Wait = False,
) -> None:
    """数据质量报告：收文、审核、覆盖、契约检查（只列计数和比率）。 The report on a quarter's data."""
    from pipelines.cli import quality as work

    work.write(home, quarter, console, as_of=as_of, wait=wait)


@app.command()
def revision(
    quarter: Annotated[str, typer.Argument(help="季度，如 2023Q1。 The quarter whose figures were revised.")],
    *,
    since: Annotated[
        str, typer.Option("--from", help="上期数据截止日（默认为含该季度的上一期发布）。 The earlier day.")
    ] = "",
    until: Annotated[str, typer.Option("--to", help="本期数据截止日（默认为今天）。 The later day.")] = "",
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="输出 CSV。 Write CSV.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="没有影响的步骤也列出。 List steps without effect, too.")
    ] = False,
) -> None:
    """修订对照：两个数据截止日之间，数变了多少、为什么。 Why figures changed between two days."""
    from pipelines.cli import revision as view

    view.show(home, quarter, console, since=since, until=until, as_csv=csv, every=every)


@app.command()
def explain(
    indicator: Annotated[str, typer.Argument(help="指标，core_value_added 或 core_growth。 The indicator.")],
    quarter: Annotated[str, typer.Argument(help="季度，如 2023Q4。 The quarter.")],
    *,
    region: Annotated[str, typer.Option(help="地区代码（默认全市）。 The region.")] = "",
    cls: Annotated[str, typer.Option("--class", help="类别，如 01。 The class.")] = "core",
    definition: Annotated[
        str, typer.Option(help="口径：rate_method、full_scope、benchmarked。 The definition.")
    ] = "rate_method",
    home: Home = None,
    units: Annotated[bool, typer.Option("--units", help="列出单位（L3，内部）。 List the units.")] = False,
    purpose: Annotated[
        str, typer.Option(help="列出单位的用途，记入访问日志。 What the units are for, kept in the log of access.")
    ] = "",
) -> None:
    """一个数由哪些单元、增加值率、系数、价格、文件而来，为什么变动。 What a figure is made of, and why it changed."""
    from pipelines.cli import explain as view

    view.show(
        home, indicator, quarter, console, region=region, cls=cls, definition=definition, units=units, purpose=purpose
    )


@app.command()
def export(
    quarter: Annotated[
        str, typer.Argument(help="季度，如 2023Q4，或发布包名称（默认当前发布）。 The quarter, or a release.")
    ] = "",
    *,
    level: Annotated[str, typer.Option(help="级别：L1 专班，L0 公开。 Who it is for.")] = "L1",
    purpose: Annotated[str, typer.Option(help="用途，记入访问日志。 What it is for, kept in the log of access.")] = "",
    home: Home = None,
    wait: Wait = False,
) -> None:
    """导出可以出门的数据：先归并、再隐去，经保密审查。 A copy of a release that may leave the house."""
    from pipelines.cli import export as work

    work.show(home, quarter, console, level=level, purpose=purpose, wait=wait)


@app.command()
def seal(
    source: Annotated[Path, typer.Argument(help="含 Parquet 的文件夹，如发布包的 parquet。 What to hand over.")],
    target: Annotated[Path, typer.Argument(help="新文件夹。 A new folder.")],
    *,
    key: Annotated[Path, typer.Option(help="密钥文件，权限 0600。 The file of the key.")],
    purpose: Annotated[str, typer.Option(help="用途，记入访问日志。 What it is for, kept in the log of access.")] = "",
    home: Home = None,
) -> None:
    """加密移交：把文件夹里的 Parquet 加密写到新文件夹。 Seal Parquet for hand-over."""
    from pipelines.cli import sealed as work

    work.seal_up(home, source, target, console, key=key, purpose=purpose)


@app.command()
def unseal(
    source: Annotated[Path, typer.Argument(help="加密移交的文件夹。 A sealed folder.")],
    target: Annotated[Path, typer.Argument(help="新文件夹。 A new folder.")],
    *,
    key: Annotated[Path, typer.Option(help="密钥文件，权限 0600。 The file of the key.")],
) -> None:
    """打开加密移交的文件夹。 Open a sealed folder."""
    from pipelines.cli import sealed as work

    work.open_up(source, target, console, key=key)


@app.command()
def where(home: Home = None) -> None:
    """当前发布包里的文件在哪里。 Where the current release lies."""
    from pipelines.cli import query as view

    view.where(home, console)


@app.command()
def ui(home: Home = None, port: Annotated[int, typer.Option(help="端口。 Port.")] = 3000) -> None:
    """打开 Dagster 界面与守护进程（仅本机）。 Dagster's web UI and daemon, on loopback."""
    from pipelines.cli import serve

    serve.ui(home, port, console)


def main() -> None:
    """Run a command; an input error is shown in two languages and ends with 2, an interrupt with 130 or 143."""
    try:
        with ended_by_signals(_tell), disk_told([Path.cwd()]):
            sys.exit(app(standalone_mode=False) or 0)
    except InputError as fault:
        _tell(fault)
        sys.exit(2)
    except typer.Abort:
        sys.exit(130)
    except Exception as fault:
        # Usage errors of the command line know how to show themselves.
        show = getattr(fault, "show", None)
        if show is None:
            raise
        show()
        sys.exit(getattr(fault, "exit_code", 2))


def _tell(fault: InputError) -> None:
    error = Console(stderr=True)
    error.print("✗", style="bold red", end=" ")
    error.print(fault.zh, markup=False, highlight=False, soft_wrap=True)
    if fault.where:
        error.print(f"  在哪里：{fault.where}", markup=False, highlight=False, soft_wrap=True)
    error.print(f"  {fault.en}", style="dim", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
