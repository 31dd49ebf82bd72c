"""shuce inbox map: a county's own column names, suggested by likeness and kept once a person confirms them.

Belongs here: what is asked and shown. Does not belong here: likeness and the kept table (ingest).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from classification.errors import InputError
from pipelines.clock import today
from pipelines.ingest.forms import Form, forms
from pipelines.ingest.guard import Job, read_files
from pipelines.ingest.landing import form_of
from pipelines.ingest.mapping import Mapped, Pairs, confirm, pairs
from pipelines.ingest.mapping_likeness import Likeness, Proposal
from pipelines.workspace import Workspace


def map_file(
    workspace: Workspace, file: Path, named: str, console: Console, *, own: list[str], accept: bool, by: str
) -> int:
    """Suggest columns for a file's unknown headers, keep those that are confirmed, and say whether the file is read.

    Args:
        workspace: where confirmed names are kept.
        file: a file with the names to be mapped.
        named: the form's code or name; '' to see it by the file's name.
        console: where it is shown.
        own: the user's own choices, each ``header=column``, in place of what is suggested.
        accept: confirm all instead of asking one by one.
        by: who confirms.

    Returns:
        0 when the file can be read under the names confirmed so far, else 1.

    Raises:
        InputError: the form is not known, no header resembles it, or the names cannot stand together.
    """
    _ = workspace.city
    form = _form(file, named)
    kept = pairs(workspace, form.id)
    found = _likeness(file, form, kept)
    chosen = _chosen(form, own, found)
    _show_likeness(console, found, form, chosen, {header for header, _ in kept})
    titles = {column.name: column.header for column in form.columns}
    new = [
        Mapped(form=form.id, header=header, column=column, confirmed_by=by, confirmed_on=today())
        for header, column in (chosen.items() if accept else _agreed(chosen, titles))
    ]
    if new:
        path = confirm(workspace, form, new)
        console.print(f"[green]✓[/] {len(new)} 个列名已写入 {escape(str(path))}", highlight=False, soft_wrap=True)
    elif chosen:
        console.print("未写入任何对应。", highlight=False)
    return _readable(console, workspace, file, form)


def _left(own: list[str]) -> set[str]:
    return {text.partition("=")[0] for text in own}


def _form(file: Path, named: str) -> Form:
    """The form meant: named, else by the file's name."""
    if not file.is_file() or file.is_symlink():
        raise InputError("没有这个文件，或不是普通文件。", "There is no such file, or it is no file.", where=str(file))
    form = next((f for f in forms().values() if named in (f.id, f.code)), None) if named else form_of(file.name)
    if form is None or not form.columns:
        codes = "、".join(f.code for f in forms().values() if f.columns)
        raise InputError(
            f"看不出是哪张表；请用 --form 指明：{codes}。", f"Name the form with --form: {codes}.", where=str(file)
        )
    return form


def _likeness(file: Path, form: Form, kept: Pairs) -> Likeness:
    [answer] = read_files([Job(file, form.id, None, kept, ask=True)])
    if answer.refusal is not None:
        raise InputError(answer.refusal.zh, answer.refusal.en, where=str(file))
    if answer.likeness is None:
        raise InputError(
            f"没有一行像《{form.title}》的表头。", f"No row resembles the header of form {form.code}.", where=str(file)
        )
    return answer.likeness


def _chosen(form: Form, own: list[str], found: Likeness) -> dict[str, str]:
    """Header → column: what is suggested, with the user's own choices in place of it."""
    names = {name: column.name for column in form.columns for name in (*column.names, column.name)}
    chosen = {item.header: item.column for item in found.proposals if item.column and not item.known}
    there = {item.header for item in found.proposals}
    for text in own:
        header, _, wanted = text.partition("=")
        if header not in there:
            raise InputError(
                f"文件中没有表头“{header}”；现有：{'、'.join(sorted(there))}。", f"No header {header!r} in the file."
            )
        chosen = {name: column for name, column in chosen.items() if column != names.get(wanted) or name in _left(own)}
        chosen[header] = names.get(wanted, wanted)
    columns = {column.name for column in form.columns}
    for header, column in chosen.items():
        if column not in columns:
            raise InputError(
                f"《{form.title}》没有名为“{column}”的列（表头“{header}”）。",
                f"Form {form.code} has no column {column!r} (header {header!r}).",
            )
    return chosen


def _show_likeness(console: Console, found: Likeness, form: Form, chosen: dict[str, str], confirmed: set[str]) -> None:
    titles = {column.name: column.header for column in form.columns}
    place = f"{found.sheet} " if found.sheet else ""
    console.print(f"{form.code}《{form.title}》，表头在{place}第 {found.row} 行起", highlight=False, soft_wrap=True)
    table = Table("表头（原文）", "对应列", "相似度", "说明", header_style="bold", box=None, pad_edge=False)
    for item in found.proposals:
        table.add_row(*map(escape, _row(item, titles, chosen, confirmed)))
    console.print(table)
    there = {item.column for item in found.proposals if item.known} | set(chosen.values())
    if missing := [column.header for column in form.required if column.name not in there]:
        console.print(f"仍缺必需的列：{'、'.join(missing)}（可用 --set 表头=列 指定）", style="yellow", highlight=False)


def _row(item: Proposal, titles: dict[str, str], chosen: dict[str, str], confirmed: set[str]) -> tuple[str, ...]:
    column = chosen.get(item.header)
    if column is None and item.known:
        return item.header, titles[item.column], "", "已确认" if item.header in confirmed else "本表列名"
    if column is None:
        return item.header, "", "", "不读"
    score = f"{item.score / 100:.2f}" if column == item.column else ""
    return item.header, titles[column], score, "建议，待确认" if score else "自定，待确认"


def _agreed(chosen: dict[str, str], titles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The names to which the person at the keyboard agrees, asked one by one; nobody there agrees to none."""
    for header, column in chosen.items():
        try:
            if typer.confirm(f"把“{header}”对应为“{titles[column]}”？", default=False):
                yield header, column
        except typer.Abort:
            return


def _readable(console: Console, workspace: Workspace, file: Path, form: Form) -> int:
    """Say whether the file is read under the names confirmed so far: 0 or 1."""
    [answer] = read_files([Job(file, form.id, None, pairs(workspace, form.id))])
    if answer.refusal is not None:
        console.print("[yellow]![/] 仍不能读取：", end="")
        console.print(answer.refusal.zh, markup=False, highlight=False, soft_wrap=True)
        return 1
    console.print(f"[green]✓[/] 可以读取：{answer.table.num_rows} 行", highlight=False)
    return 0
