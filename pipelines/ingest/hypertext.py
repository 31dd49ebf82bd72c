"""HTML tables: what statistical sites at times call a workbook is a web page under the name of one.

Belongs here: a page's tables as rows of cells with their merged ranges, and the text around them as rows of their own.
Does not belong here: what the cells mean. Links, scripts and styles are never followed or run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.safety import MAX_COLUMNS

Merge = tuple[tuple[int, int], tuple[int, int]]
MAX_CELLS: Final = 4_000_000
_HIDDEN: Final = frozenset({"script", "style", "head", "title", "xml", "template"})
_BREAKS: Final = frozenset({"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "center"})
_CELLS: Final = frozenset({"td", "th"})


@dataclass
class Grid:
    """One table of a page: rows of text and merged ranges."""

    rows: list[list[str]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    spans: dict[int, int] = field(default_factory=dict)  # column → the last row that a cell above covers
    cells: int = 0
    begun: bool = False  # whether a row of the table itself has begun; lines of text may stand before

    def start_row(self) -> None:
        """Begin a row."""
        self.begun = True
        self.rows.append([])
        self._covered()

    def add(self, text: str, across: int, down: int) -> None:
        """Add a cell at the next free place of the last row; the places that it covers stay empty."""
        if not self.begun:
            self.start_row()
        row = self.rows[-1]
        across = min(across, MAX_COLUMNS)
        top, left = len(self.rows) - 1, len(row)
        row += [text, *[""] * (across - 1)]
        if across > 1 or down > 1:
            self.merges.append(((top, left), (top + down - 1, left + across - 1)))
        if down > 1:
            self.spans |= dict.fromkeys(range(left, left + across), top + down - 1)
        self.cells += across
        self._covered()

    def _covered(self) -> None:
        """Skip the places at the end of the last row that a cell from above covers.

        Raises:
            RefusalError: the table has become too large.
        """
        row = self.rows[-1]
        while self.spans.get(len(row), -1) >= len(self.rows) - 1:
            row.append("")
            self.cells += 1
        if len(row) > MAX_COLUMNS or self.cells > MAX_CELLS:
            raise RefusalError(
                "extent", "网页表格的单元格过多，不予读取。", "The table of this page has too many cells."
            )


class _Page(HTMLParser):
    """Walks a page; tables inside tables are tables of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[Grid] = []
        self.last: Grid | None = None
        self.open: list[tuple[Grid, tuple[int, int] | None, list[str]]] = []
        self.loose: list[str] = []
        self.text: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag == "table":
            self._start_table()
        elif tag == "tr" and self.open:
            self._close_cell()
            self.open[-1][0].start_row()
        elif tag in _CELLS and self.open:
            self._close_cell()
            said = dict(attrs)
            grid, _, _ = self.open[-1]
            self.open[-1] = (grid, (_span(said.get("colspan")), _span(said.get("rowspan"))), [])
        elif tag in _BREAKS:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HIDDEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in _CELLS or tag == "tr":
            self._close_cell()
        elif tag == "table" and self.open:
            self._end_table()
        elif tag in _BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            (self.open[-1][2] if self.open and self.open[-1][1] else self.text).append(data)

    def _break(self) -> None:
        """End a line: within a cell it is a blank; elsewhere the line stands above or between tables."""
        if self.open and self.open[-1][1]:
            self.open[-1][2].append(" ")
        else:
            self._flush()

    def _flush(self) -> None:
        """Keep the line of text outside cells: a caption as the first row of its table, others until the next table."""
        line = " ".join("".join(self.text).split())
        self.text.clear()
        if line and self.open and not self.open[-1][0].begun:
            self.open[-1][0].rows.append([line])
        elif line:
            self.loose.append(line)

    def _start_table(self) -> None:
        self._flush()
        grid = Grid([[line] for line in self.loose])
        self.loose = []
        self.grids.append(grid)
        self.open.append((grid, None, []))

    def _end_table(self) -> None:
        self._flush()
        self._close_cell()
        self.last = self.open.pop()[0]

    def _close_cell(self) -> None:
        if self.open and self.open[-1][1]:
            grid, (across, down), text = self.open[-1][0], self.open[-1][1], self.open[-1][2]
            grid.add(" ".join("".join(text).split()), across, down)
            self.open[-1] = (grid, None, [])

    def close(self) -> None:
        super().close()
        while self.open:
            self._end_table()
        self._flush()
        if self.last:
            self.last.rows += [[line] for line in self.loose]


def _span(text: str | None) -> int:
    """A span as a page states it; what is no number counts as one."""
    digits = (text or "").strip()[:6]
    return max(1, int(digits)) if digits.isascii() and digits.isdigit() else 1


def tables(text: str) -> list[Grid]:
    """The tables of a page in the order in which they begin.

    Raises:
        RefusalError: there is no table, it is far too large, or the markup is broken.
    """
    page = _Page()
    try:
        page.feed(text)
        page.close()
    except RefusalError:
        raise
    except Exception as fault:  # broken markup shows as an AssertionError, or worse
        raise _no_table() from fault
    if not page.grids:
        raise _no_table()
    return page.grids


def _no_table() -> RefusalError:
    return RefusalError(
        "not_a_table",
        "文件内容是网页，其中没有可读的表格；请在 Excel 中打开后另存为 .xlsx。",
        "The content is a web page without a table that can be read; open it in Excel and save it as .xlsx.",
    )
