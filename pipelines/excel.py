"""How the project writes a workbook: bytes that repeat, text that stays text, one font, widths for Chinese.

Belongs here: options, formats made once, the room that a text takes, the page. Does not belong here: what stands in a
workbook (release, review).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

# Text is written as text, whatever it begins with: a cell that starts with "=" can come from a firm's name and must
# never run.
OPTIONS: Final = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True,
}  # fmt: skip
FONT: Final = "微软雅黑"
# What a spreadsheet runs when it opens a CSV: such a text gets a quote before it.
RUN_AS_FORMULA: Final = r"^[=+\-@\t\r]"


@dataclass(frozen=True)
class Book:
    """An open workbook and its formats by what they look like."""

    book: Any
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def style(self, **look: Any) -> Any:
        """A format, made once per look."""
        key = tuple(sorted(look.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"font_name": FONT, "font_size": 10, "valign": "vcenter", **look})
        return self.formats[key]


def units(text: str) -> int:
    """The room of a text in units of a column's width: a Chinese character takes two."""
    return sum(2 if ord(character) > 255 else 1 for character in text) + 1


def lines(text: str, width: float) -> int:
    """How many lines a text fills in a column; the height of a row is set, as not every program finds it."""
    return sum(max(1, -(-units(part) // int(width))) for part in text.splitlines() or [""])


def page(sheet: Any, *, landscape: bool, stamp: str = "内部") -> None:
    """Print a sheet on A4, as wide as the page, each page numbered and marked with who may have it."""
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.6, 0.6, 0.7, 0.7)
    sheet.set_footer(f"&C{stamp} · 第 &P 页，共 &N 页")
    if landscape:
        sheet.set_landscape()
