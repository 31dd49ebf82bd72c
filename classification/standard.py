"""The standard as data: reading the code tables, the hierarchy, and who maps to whom.

Belongs here: the frozen records, ``load_standard`` and look-ups in the hierarchy. Does not belong here: the published
totals the tables must meet (checksums.py), readable descriptions (description.py), anything about units or money.
Only the standard library is imported, so that a look-up starts at once.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING

from classification.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

NON_CORE = "non_core"
EFFICIENCY = "05"
LEVELS = ("section", "division", "group", "class")


@dataclass(frozen=True, slots=True)
class GbtCode:
    """A code of GB/T 4754-2017 (2019 amendment) at any level; ``parent`` is empty for a section."""

    code: str
    level: str
    parent: str
    name_zh: str
    name_en: str
    amended_2019: bool
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DigitalCode:
    """A code of the 2021 digital-economy classification: level 1 (2 digits), 2 (4 digits) or 3 (6 digits)."""

    code: str
    level: int
    parent: str
    name_zh: str
    name_en: str
    core: bool
    note_zh: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A digital 6-digit class and the GB/T code that belongs to it, wholly or (``partial``) in part."""

    de: str
    gbt: str
    partial: bool
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Sector:
    """Where a GB/T division stands: section letter, sector by section, and one of the three sectors."""

    division: str
    section: str
    sector: str
    three_sector: str


@dataclass(frozen=True, slots=True)
class ChainMember:
    """A GB/T class as a member of a local industry chain or of a future industry; a future one may have none ('')."""

    id: str
    name_zh: str
    name_en: str
    gbt: str
    note: str


@dataclass(frozen=True, slots=True)
class Retired:
    """A class of the 2011 edition that is gone (``gone``) or means something else today (``reused``)."""

    code: str
    name_zh: str
    kind: str
    successors: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True)
class Standard:
    """Both classifications, their mapping, and the local additions; read-only and complete.

    Attributes:
        gbt: GB/T code → record, all four levels, in the standard's order.
        digital: digital code → record, all three levels, in code order.
        mapping: one record per pair of the standard's table.
        sectors: division → sector record.
        chains: members of the local chains.
        gbt_2011: codes of the 2011 edition that need care.
    """

    gbt: dict[str, GbtCode]
    digital: dict[str, DigitalCode]
    mapping: tuple[Mapping, ...]
    sectors: dict[str, Sector]
    chains: tuple[ChainMember, ...]
    futures: tuple[ChainMember, ...]
    gbt_2011: dict[str, Retired]

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The four-digit GB/T classes, in code order."""
        return tuple(sorted(code for code, record in self.gbt.items() if record.level == "class"))

    @cached_property
    def core_map(self) -> tuple[Mapping, ...]:
        """The pairs of the core industries (01–04), ordered by GB/T class and digital class."""
        core = (pair for pair in self.mapping if self.digital[pair.de].core)
        return tuple(sorted(core, key=lambda pair: (pair.gbt, pair.de)))

    @cached_property
    def core_classes(self) -> dict[str, tuple[str, ...]]:
        """Core GB/T class → its digital classes."""
        found: dict[str, list[str]] = defaultdict(list)
        for pair in self.core_map:
            found[pair.gbt].append(pair.de)
        return {gbt: tuple(des) for gbt, des in found.items()}

    def core_of(self, gbt: str | None) -> tuple[str, ...]:
        """The digital classes of 01–04 that a GB/T class serves; none for a class outside the core or for no class."""
        return self.core_classes.get(gbt, ()) if gbt else ()

    @cached_property
    def partial_classes(self) -> frozenset[str]:
        """The starred core GB/T classes: only a part of each is digital, so a coefficient is needed."""
        return frozenset(pair.gbt for pair in self.core_map if pair.partial)

    @cached_property
    def efficiency_classes(self) -> dict[str, tuple[str, ...]]:
        """GB/T class → digital classes of 05 (数字化效率提升业).

        05 is printed mostly as whole divisions. A class belongs to it unless it is core; 2462 and 3831 stay, because
        the digital class they also serve is narrower than the class. Counted this way 05 reaches 91 divisions and
        431 groups, as published.
        """
        core_alone = set(self.core_classes) - {"2462", "3831"}
        found: dict[str, list[str]] = defaultdict(list)
        for pair in self.mapping:
            if pair.de.startswith(EFFICIENCY):
                for code in self.classes:
                    if code.startswith(pair.gbt) and code not in core_alone:
                        found[code].append(pair.de)
        return {code: tuple(sorted(found[code])) for code in sorted(found)}

    def parents(self, code: str, *, system: str) -> tuple[GbtCode | DigitalCode, ...]:
        """The records above ``code``, the highest first; ``system`` is ``gbt`` or ``digital``."""
        book: dict[str, GbtCode] | dict[str, DigitalCode] = self.gbt if system == "gbt" else self.digital
        above: list[GbtCode | DigitalCode] = []
        at = book[code].parent
        while at:
            above.append(book[at])
            at = book[at].parent
        return tuple(reversed(above))

    def children(self, code: str, *, system: str) -> tuple[GbtCode | DigitalCode, ...]:
        """The records directly below ``code``."""
        book: dict[str, GbtCode] | dict[str, DigitalCode] = self.gbt if system == "gbt" else self.digital
        return tuple(record for record in book.values() if record.parent == code)

    def section_of(self, gbt: str) -> str:
        """The section letter of a GB/T code of any level."""
        return gbt if gbt.isalpha() else self.sectors[gbt[:2]].section

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every (GB/T class, digital class) that money can fall on, ``non_core`` included where it can occur."""
        for gbt in self.classes:
            for de in self.core_classes.get(gbt, ()):
                yield gbt, de
            if gbt not in self.core_classes or gbt in self.partial_classes:
                yield gbt, NON_CORE


def _rows(folder: Traversable | Path, name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    reader = csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines())
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"代码表缺少列：{'、'.join(missing)}", f"code table lacks {missing}", where=name)
    rows = list(reader)
    keys = [tuple(row[column] for column in columns) for row in rows]
    twice = sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
    if twice:
        shown = "、".join("/".join(key) for key in twice[:5])
        raise InputError(f"代码表有重复行：{shown}", f"duplicate rows in the code table: {shown}", where=name)
    return rows


def read_standard(folder: Traversable | Path) -> Standard:
    """Read the code tables of a folder without holding them against the published totals.

    Args:
        folder: holds the CSV files of ``classification/codes`` (UTF-8, one header row).

    Raises:
        InputError: a file lacks a column or holds a row twice.
    """
    gbt = [
        GbtCode(
            code=row["code"],
            level=row["level"],
            parent=row["parent"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            amended_2019=row["amended_2019"] == "true",
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in _rows(folder, "gbt4754_2017.csv", ("code",))
    ]
    digital = [
        DigitalCode(
            code=row["code"],
            level=int(row["level"]),
            parent=row["parent"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            core=row["core"] == "true",
            note_zh=row["note_zh"],
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in _rows(folder, "digital_economy_2021.csv", ("code",))
    ]
    mapping = [
        Mapping(row["de_code"], row["gbt_code"], row["partial"] == "true", row["source"], row["confidence"])
        for row in _rows(folder, "map_2021.csv", ("de_code", "gbt_code"))
    ]
    retired = [
        Retired(
            code=row["code"],
            name_zh=row["name_zh"],
            kind=row["kind"],
            successors=tuple(row["successors"].split(";")) if row["successors"] else (),
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in _rows(folder, "gbt4754_2011_changes.csv", ("code",))
    ]
    return Standard(
        gbt={record.code: record for record in gbt},
        digital={record.code: record for record in sorted(digital, key=lambda record: record.code)},
        mapping=tuple(mapping),
        sectors={row["division"]: Sector(**row) for row in _rows(folder, "sectors.csv", ("division",))},
        chains=tuple(ChainMember(**row) for row in _rows(folder, "chains.csv", ("id", "gbt"))),
        futures=tuple(ChainMember(**row) for row in _rows(folder, "future_industries.csv", ("id", "gbt"))),
        gbt_2011={record.code: record for record in retired},
    )


@cache
def load_standard() -> Standard:
    """The standard that ships with the package, read once and checked against the published totals.

    Source: 数字经济及其核心产业统计分类(2021), 国家统计局令第33号; GB/T 4754-2017 with amendment 1 (2019).
    What is confirmed and what is not: ``codes/SOURCES.md``.

    Raises:
        InputError: a table is damaged or a published total is not met; the message names the total.
    """
    from classification.checksums import verify

    standard = read_standard(resources.files("classification") / "codes")
    verify(standard)
    return standard
