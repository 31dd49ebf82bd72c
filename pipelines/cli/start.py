"""shuce init: a real city's workspace: settings to fill in, an inbox, and a blank of every form.

Belongs here: what a new workspace holds. Does not belong here: reading it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from classification.errors import InputError
from pipelines.ingest.forms import Form, forms
from pipelines.workspace import SETTINGS, Workspace

BLANKS = "表样"


def init(directory: Path, console: Console) -> None:
    """Make a workspace in a folder that has none.

    Raises:
        InputError: the folder already is a workspace.
    """
    workspace = Workspace(directory.absolute())
    if (workspace.home / SETTINGS).exists():
        raise InputError(
            "此处已有工作区，未作更改。",
            "There is a workspace here already; nothing was changed.",
            where=str(workspace.home),
        )
    try:
        for folder in (workspace.inbox, workspace.home / BLANKS):
            folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(
            "此处是一个文件，不能建工作区；请另指一个目录。",
            "This is a file, not a folder; name another place for the workspace.",
            where=str(workspace.home),
        ) from None
    for form in forms().values():
        if form.layout == "table":
            _write_blank(workspace.home / BLANKS / f"{form.code}_{form.title}.xlsx", form)
    template = (files("pipelines") / "city.toml").read_text(encoding="utf-8")
    (workspace.home / SETTINGS).write_text(template, encoding="utf-8")
    console.print(f"[green]✓[/] 工作区 {escape(str(workspace.home))}", highlight=False, soft_wrap=True)
    console.print("  1 在 city.toml 中填写地区、县区和期间", highlight=False)
    console.print(
        f"  2 把报表放入 inbox（空白表样见 {BLANKS}；文件名须含表号和累计期，如 B203_…_2023年1-12月.xlsx）",
        highlight=False,
    )
    console.print(f"  3 shuce run 2023Q4 --home {workspace.home}", highlight=False, markup=False, soft_wrap=True)


def _write_blank(path: Path, form: Form) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(form.code)
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True})
        sheet.write(0, 0, form.title, book.add_format({"bold": True, "font_size": 14}))
        if form.money:
            sheet.write(1, 0, "计量单位：千元")
        for index, header in enumerate(column.header for column in form.columns):
            top, _, bottom = header.partition("/")
            sheet.write(2, index, top, bold)
            sheet.write(3, index, bottom, bold)
        sheet.set_column(0, len(form.columns), 18)
        sheet.freeze_panes(4, 2)
