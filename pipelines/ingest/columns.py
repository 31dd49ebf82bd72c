"""A long CSV column by column: a million rows as Arrow text instead of forty million Python strings.

Belongs here: telling whether a text splits into cells so plainly that the quick reader finds the same cells as the
thorough one (``sheets``), and reading it so. Does not belong here: what the cells mean.

Cost: one pass over the text to prove it plain, one to split it; memory about twice the text.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

HEAD: Final = 64  # lines that are always read one by one: titles, header, what stands between header and data
_LONG: Final = 1024  # lines from which on the quick reader pays
_BLOCK: Final = 1 << 24
_QUOTE, _RETURN, _FEED = b'"', b"\r", b"\n"

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Below:
    """The rows of a long CSV below its first ones.

    Attributes:
        first: how many rows stand above (the number of the first row here, counted from 0).
        table: the rows that have ``table.num_columns`` cells, every cell as text, '' where it is empty.
        places: the position of each row of ``table`` in the file, counted from 0.
        odd: the other rows by position, each with the cells that it has.
    """

    first: int
    table: pa.Table
    places: npt.NDArray[np.int64]
    odd: dict[int, list[str]]

    def row(self, index: int) -> list[str]:
        """The cells of one row of ``table``."""
        return [column[index].as_py() for column in self.table.columns]

    @property
    def spelled(self) -> list[list[str]]:
        """All rows as lists of cells, in order."""
        columns = [column.to_pylist() for column in self.table.columns]
        rows = dict(zip(self.places.tolist(), map(list, zip(*columns, strict=True)), strict=True)) | self.odd
        return [rows[position] for position in sorted(rows)]


def below(text: str, delimiter: str) -> tuple[int, Below] | None:
    """Where the rows below the first ``HEAD`` lines of a text begin, and these rows; None where it must be read slowly.

    That is: the text is short, or a quotation mark, a line break or a null byte stands where it could mean more than
    one thing.
    """
    end = _end_of_head(text)
    if end is None:
        return None
    content = text[end:].encode()
    if not _plain(text[:end].encode(), delimiter) or not _plain(content, delimiter):
        return None
    width = _width(text[:end], delimiter)
    return end, _read(content, delimiter, width)


def _end_of_head(text: str) -> int | None:
    """The position after the first ``HEAD`` lines; None in a text of fewer than ``_LONG`` lines."""
    end = at = 0
    for line in range(_LONG):
        at = text.find("\n", at) + 1
        if not at:
            return None
        end = at if line == HEAD - 1 else end
    return end


def _width(head: str, delimiter: str) -> int:
    """The number of cells that most rows at the end of the head have."""
    widths = [len(row) for row in csv.reader(head.split("\n")[HEAD // 2 : -1], delimiter=delimiter)]
    return max(set(widths), key=widths.count)


def _plain(content: bytes, delimiter: str) -> bool:
    """Whether every quotation mark opens at the start of a cell or closes at its end, and lines end one way only."""
    if b"\x00" in content or content.count(_RETURN) != content.count(b"\r\n"):
        return False
    letters = np.frombuffer(content, np.uint8)
    quotes = np.flatnonzero(letters == ord(_QUOTE))
    if not len(quotes):
        return True
    opening, closing = quotes[::2], quotes[1::2]
    if len(opening) != len(closing) or closing[-1] + 1 == len(letters):
        return False
    starts = _among(letters[opening - 1], (delimiter.encode(), _FEED)) | (opening == 0)
    ends = _among(letters[closing + 1], (delimiter.encode(), _FEED, _RETURN))
    feeds = np.flatnonzero(letters == ord(_FEED))
    one_line = np.searchsorted(feeds, opening) == np.searchsorted(feeds, closing)
    return bool(starts.all() and ends.all() and one_line.all())


def _among(letters: Bytes, wanted: tuple[bytes, ...]) -> npt.NDArray[np.bool_]:
    known = np.zeros(256, dtype=np.bool_)
    known[[ord(letter) for letter in wanted]] = True
    return np.asarray(known[letters])


def _read(content: bytes, delimiter: str, width: int) -> Below:
    others: dict[int, list[str]] = {}

    def keep(row: pacsv.InvalidRow) -> str:
        others[HEAD + row.number - 1] = next(csv.reader([row.text], delimiter=delimiter), [])
        return "skip"

    names = [str(position) for position in range(width)]
    table = pacsv.read_csv(
        pa.BufferReader(content),
        # One thread: only then is the number of an odd row known.
        pacsv.ReadOptions(column_names=names, use_threads=False, block_size=_BLOCK),
        pacsv.ParseOptions(delimiter=delimiter, invalid_row_handler=keep, ignore_empty_lines=False),
        pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    places = np.arange(HEAD, HEAD + table.num_rows + len(others), dtype=np.int64)
    odd = np.fromiter(others, dtype=np.int64, count=len(others)) - HEAD
    return Below(HEAD, table, np.delete(places, odd), others)
