"""The published totals and the inner consistency that the code tables must meet; every load is held against them.

Belongs here: each check as a named line. Does not belong here: reading files, fixing tables.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from classification.errors import InputError
from classification.standard import EFFICIENCY, LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from classification.standard import Standard

Check = tuple[str, object, object]

PARTIAL = frozenset(("2462", "3831", "4790", "4851", "4910", "4999", "6429", "7213", "7320", "8610"))
CONFIDENCES = frozenset(("high", "medium-high", "medium", "low"))
THREE_SECTOR_EXCEPTIONS = frozenset(("05", "11", "43"))


def _digital(standard: Standard) -> Iterator[Check]:
    levels = Counter(record.level for record in standard.digital.values())
    yield "digital economy 大类/中类/小类", (levels[1], levels[2], levels[3]), (5, 32, 156)
    leaves = Counter(record.code[:2] for record in standard.digital.values() if record.level == 3)
    yield "小类 under 01–05", tuple(leaves[f"0{n}"] for n in range(1, 6)), (51, 11, 25, 27, 42)
    yield "05 alone is not core", {r.code[:2] for r in standard.digital.values() if not r.core}, {EFFICIENCY}
    astray = [r.code for r in standard.digital.values() if r.parent != r.code[:-2]]
    yield "digital codes whose parent is not their own beginning", astray, []


def _gbt(standard: Standard) -> Iterator[Check]:
    levels = Counter(record.level for record in standard.gbt.values())
    yield "GB/T 4754 门类/大类/中类/小类", tuple(levels[level] for level in LEVELS), (20, 97, 473, 1382)
    yield "sectors.csv has every division", set(standard.sectors), {c for c in standard.gbt if len(c) == 2}
    astray = [
        record.code
        for record in standard.gbt.values()
        if (record.level == "division" and record.parent != standard.section_of(record.code))
        or (record.level in {"group", "class"} and record.parent != record.code[:-1])
    ]
    yield "GB/T codes under the wrong parent", astray, []
    by_section = {"agriculture": "primary", "industry": "secondary", "construction": "secondary"}
    odd = {d for d, s in standard.sectors.items() if s.three_sector != by_section.get(s.sector, "tertiary")}
    yield "divisions whose three-sector class differs from their section", odd, THREE_SECTOR_EXCEPTIONS


def _map(standard: Standard) -> Iterator[Check]:
    leaves = {code for code, record in standard.digital.items() if record.level == 3}
    stray = [f"{p.de}-{p.gbt}" for p in standard.mapping if p.gbt not in standard.gbt or p.de not in leaves]
    yield "pairs with an unknown code", stray, []
    core = set(standard.core_classes)
    yield "core GB/T classes", len(core), 126
    yield "core GB/T divisions", len({code[:2] for code in core}), 26
    yield "core GB/T groups", len({code[:3] for code in core}), 68
    yield "partial core GB/T classes", standard.partial_classes, PARTIAL
    yield "core pairs that are not four-digit classes", sorted(core - set(standard.classes)), []
    shared = {gbt for gbt, des in standard.core_classes.items() if len(des) > 1}
    yield "classes that serve two or more digital classes are partial", shared <= standard.partial_classes, True
    reached = set(standard.efficiency_classes)
    yield "GB/T divisions reached by 05", len({code[:2] for code in reached}), 91
    yield "GB/T groups reached by 05", len({code[:3] for code in reached}), 431


def _local(standard: Standard) -> Iterator[Check]:
    classes = set(standard.classes)
    yield "chain members that are not GB/T classes", [m.gbt for m in standard.chains if m.gbt not in classes], []
    names = {(m.id, m.name_zh, m.name_en) for m in standard.chains}
    yield "chains with one name each", len(names), len({m.id for m in standard.chains})
    future = [m.gbt for m in standard.futures if m.gbt and m.gbt not in classes]
    yield "members of future industries that are not GB/T classes", future, []
    names = {(m.id, m.name_zh, m.name_en) for m in standard.futures}
    yield "future industries with one name each", len(names), len({m.id for m in standard.futures})
    heirs = {heir for record in standard.gbt_2011.values() for heir in record.successors}
    yield "2011 successors that are not GB/T classes", sorted(heirs - classes), []
    wrong = [r.code for r in standard.gbt_2011.values() if (r.kind == "reused") != (r.code in classes)]
    yield "2011 codes marked gone or reused against the facts", wrong, []


def _confidence(standard: Standard) -> Iterator[Check]:
    books: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("gbt4754_2017.csv", standard.gbt),
        ("digital_economy_2021.csv", standard.digital),
        ("map_2021.csv", {f"{pair.de}-{pair.gbt}": pair for pair in standard.mapping}),
        ("gbt4754_2011_changes.csv", standard.gbt_2011),
    )
    for name, book in books:
        odd = [code for code, row in book.items() if getattr(row, "confidence", "") not in CONFIDENCES]
        yield f"confidence in {name}", odd, []


def verify(standard: Standard) -> None:
    """Hold the tables against the published totals.

    Source: 数字经济及其核心产业统计分类(2021) and its official explanation; GB/T 4754-2017 amendment 1.

    Raises:
        InputError: a total is not met; the message names it, what was found and what was expected.
    """
    for part in (_digital, _gbt, _map, _local, _confidence):
        for name, found, expected in part(standard):
            if found != expected:
                got, due = _shown(found), _shown(expected)
                raise InputError(
                    f"分类代码表与公布的总数不符：{name}：得到 {got}，应为 {due}。请恢复原始代码表。",
                    f"the code tables miss a published total: {name}: found {got}, expected {due}; restore them",
                    where="classification/codes",
                )


def _shown(value: object) -> str:
    return " ".join(map(str, sorted(value))) if isinstance(value, set | frozenset) else str(value)
