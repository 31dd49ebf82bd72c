"""Which column of a form a header that nobody knows resembles, and which form a whole header resembles.

Belongs here: likeness of names (rapidfuzz) and the header that resembles most. Does not belong here: deciding; a
person confirms every name (``mapping``). Runs in the guarded child process: sheets come from outside.

Likeness of two names is (2·ratio + partial ratio) / 3 of 100, without units, ordinals and words for the year's
cumulated amount; a name of last year's figure never resembles one of this year's. One to one, the best pair first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from rapidfuzz import fuzz, process

from pipelines.ingest.forms import Form, forms
from pipelines.ingest.headers import BELOW, DEPTH, extent, filled, known_as
from pipelines.ingest.headwords import bare, without_plain
from pipelines.ingest.sheets import Sheet
from pipelines.ingest.texts import normal

LIKE: Final = 60.0  # below it two names have little more than a common ending (代码, 收入) between them
LIKE_OPTIONAL: Final = 75.0  # a column that may be missing is not guessed at
SURE: Final = 100.0  # the form's own name
SCAN: Final = 15  # rows in which a header of unknown names is looked for
MIN_CELLS: Final = 3  # filled cells from which a row can be a header
_LAST: Final = re.compile("(?:上年|去年|上期|同期|基期)(?:同期|同月|数|值)?")
_DIGITS: Final = re.compile(r"[-+\d.,%]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A header of a file and the column it resembles ('' none); ``score`` 100 where the form itself knows it."""

    header: str
    column: str
    score: float

    @property
    def known(self) -> bool:
        """Whether the form's own names hold the header already."""
        return self.score == SURE


@dataclass(frozen=True, slots=True)
class Likeness:
    """The header of a file that resembles a form's most: where it stands, and what each of its columns resembles."""

    sheet: str
    row: int
    proposals: tuple[Proposal, ...]

    @property
    def weight(self) -> float:
        """The sum of all scores: what is compared between rows, sheets and forms."""
        return sum(item.score for item in self.proposals if item.column)

    def share(self, form: Form) -> float:
        """How many of the form's required columns have a header that resembles them, from 0 to 1."""
        found = {item.column for item in self.proposals}
        return sum(column.name in found for column in form.required) / max(1, len(form.required))


def _stem(label: str) -> str:
    parts = [bare(part) for part in re.split("[/_]", normal(label))]
    return "".join(without_plain(parts))


@cache
def _names(form: Form) -> tuple[tuple[str, str, bool], ...]:
    """Every name of a form, stripped, with its column and whether it is of last year's figure."""
    names = [(column.name, *_year(_stem(name))) for column in form.columns for name in column.names]
    return tuple(dict.fromkeys(name for name in names if name[1]))


def _year(stem: str) -> tuple[str, bool]:
    """A name without the words for last year, and whether it had any."""
    rest = _LAST.sub("", stem)
    return rest, rest != stem


def proposals(labels: tuple[str, ...], form: Form) -> tuple[Proposal, ...]:
    """The column that each header resembles: the form's own names first, then the best pairs, one to one."""
    named = [label for label in dict.fromkeys(labels) if label]
    known = {label: known_as(form, label) for label in named}
    taken = {column for column in known.values() if column}
    pairs = sorted(_pairs([label for label in named if not known[label]], form), key=lambda pair: (-pair[0], pair[1:]))
    chosen: dict[str, tuple[str, float]] = {}
    for score, label, column in pairs:
        if label not in chosen and column not in taken:
            chosen[label] = (column, score)
            taken.add(column)
    return tuple(
        Proposal(label, known[label], SURE) if known[label] else Proposal(label, *chosen.get(label, ("", 0.0)))
        for label in named
    )


def _pairs(labels: list[str], form: Form) -> Iterator[tuple[float, str, str]]:
    """Every header with every column that it resembles enough."""
    needed = {column.name for column in form.required}
    for label in labels:
        stem, last = _year(_stem(label))
        rest = [(column, name) for column, name, of_last in _names(form) if of_last == last]
        hits = process.extract(stem, [name for _, name in rest], scorer=_like, score_cutoff=LIKE, limit=None)
        for _, score, index in hits:
            if score >= LIKE_OPTIONAL or rest[index][0] in needed:
                yield min(score, SURE - 1), label, rest[index][0]


def _like(one: str, other: str, **_: Any) -> float:
    if not one or not other:
        return 0.0
    return (2 * fuzz.ratio(one, other) + fuzz.partial_ratio(one, other)) / 3


def likeness(sheets: list[Sheet], form: Form) -> Likeness | None:
    """The header on any sheet that resembles a form's most, or None where nothing does."""
    best: Likeness | None = None
    for sheet in sheets:
        head = filled(sheet.rows, sheet.merges, SCAN + DEPTH + BELOW)
        for first, height in _blocks(head):
            _, labels = extent(head, first, height, form)
            found = Likeness(sheet.name, first + 1, proposals(labels, form))
            if found.weight > (best.weight if best else 0.0):
                best = found
    return best


def _blocks(head: list[list[str]]) -> Iterator[tuple[int, int]]:
    """Rows at which a header can begin, with the heights it can have: several cells, and most of them no numbers."""
    for first in range(min(SCAN, len(head))):
        for height in range(1, min(DEPTH, len(head) - first) + 1):
            cells = {cell for cell in head[first + height - 1] if cell}
            if height == 1 and len(cells) < MIN_CELLS:
                break
            if sum(_DIGITS.fullmatch(normal(cell)) is not None for cell in cells) * 2 > len(cells):
                break
            yield first, height


def likely_form(sheets: list[Sheet]) -> str:
    """The form of which most required columns have a header that resembles them, or ''; at least half must."""
    best, score = "", (0.0, 0.0)
    for form in forms().values():
        found = likeness(sheets, form) if form.columns else None
        if found is None or found.share(form) < 0.5 or sum(bool(item.column) for item in found.proposals) < MIN_CELLS:
            continue
        here = (found.share(form), found.weight)
        best, score = (form.id, here) if here > score else (best, score)
    return best
