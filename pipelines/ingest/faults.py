"""What can be wrong with a file or a place in it, said once in both languages.

Belongs here: the fault as a value, and the error that carries it out of a reader. Does not belong here: deciding that
something is wrong. A fault never holds the value of a unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from classification.errors import InputError


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason in Chinese and English with its place; row 0 and empty names mean the whole file or sheet."""

    code: str
    zh: str
    en: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """Sheet, row and column as far as the fault names them."""
        return " ".join(part for part in (self.sheet, f"第{self.row}行" if self.row else "", self.column) if part)

    def at(self, *, sheet: str) -> Fault:
        """The same fault, placed on a sheet when it names none."""
        return self if self.sheet else replace(self, sheet=sheet)


def too_long(row: int, *, sheet: str = "") -> Fault:
    """The fault of a row that holds more cells than its header, so that none of them can be trusted."""
    return Fault(
        "row_too_long",
        "该行的单元格多于表头，多半是内容中有未加引号的逗号；该行未读取，请更正后重新报送。",
        "The row has more cells than the header, most likely an unquoted comma; the row was not read.",
        sheet,
        row,
    )


class RefusalError(InputError):
    """A file that cannot be read as it is; the reason is in ``fault``."""

    def __init__(self, code: str, zh: str, en: str, *, sheet: str = "", row: int = 0, column: str = "") -> None:
        self.fault = Fault(code, zh, en, sheet, row, column)
        super().__init__(zh, en, where=self.fault.place)
