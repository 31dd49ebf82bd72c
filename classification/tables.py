"""The code tables as frames: which published classes a pair belongs to, their names, and the tables SQL joins to.

Belongs here: membership, labels, chains, arrow_tables. Does not belong here: units or money.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from classification.standard import NON_CORE, load_standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd
    import pyarrow as pa

    from classification.standard import Standard

_MEMBERSHIP = ("scheme", "class", "gbt", "de")
_LABELS = ("scheme", "class", "name_zh", "name_en", "level", "parent")
_SECTORS = (
    ("all", "全部行业", "All industries", 0, ""),
    ("primary", "第一产业", "Primary sector", 1, "all"),
    ("secondary", "第二产业", "Secondary sector", 1, "all"),
    ("tertiary", "第三产业", "Tertiary sector", 1, "all"),
    ("agriculture", "农业", "Agriculture", 1, "all"),
    ("industry", "工业", "Industry", 1, "all"),
    ("construction", "建筑业", "Construction", 1, "all"),
    ("services", "服务业", "Services", 1, "all"),
)
_SIZES = (
    ("large", "大型企业", "Large firms"),
    ("medium", "中型企业", "Medium firms"),
    ("small", "小型企业", "Small firms"),
    ("micro", "微型企业", "Micro firms"),
    ("unsized", "未划分规模的企业", "Firms without a size"),
)


def _digital_classes(de: str) -> tuple[str, ...]:
    return ("core", de[:2], de[:4], de)


def _memberships(standard: Standard) -> Iterator[tuple[str, str, str, str]]:
    chains: dict[str, list[str]] = {}
    for member in standard.chains:
        chains.setdefault(member.gbt, []).append(member.id)
    futures: dict[str, list[str]] = {}
    for member in standard.futures:
        futures.setdefault(member.gbt, []).append(member.id)
    for gbt, de in standard.pairs():
        place = standard.sectors[gbt[:2]]
        for name in (place.division, place.section, place.sector, place.three_sector, "all"):
            yield "sector", name, gbt, de
        for name in chains.get(gbt, ()):
            yield "chain", name, gbt, de
        for name in futures.get(gbt, ()):
            yield "future", name, gbt, de
        if de != NON_CORE:
            for name in _digital_classes(de):
                yield "digital", name, gbt, de
            yield "core_industry", place.division, gbt, de
            for name in chains.get(gbt, ()):
                yield "chain_core", name, gbt, de


def _labels(standard: Standard) -> Iterator[tuple[str, str, str, str, int, str]]:
    yield "digital", "core", "数字经济核心产业", "Core industries of the digital economy", 0, ""
    for record in standard.digital.values():
        if record.core:
            yield "digital", record.code, record.name_zh, record.name_en, record.level, record.parent or "core"
    for member in {m.id: m for m in standard.chains}.values():
        yield "chain", member.id, member.name_zh, member.name_en, 1, ""
        yield "chain_core", member.id, f"{member.name_zh}（核心产业部分）", f"{member.name_en} (core part)", 1, ""
    for name, zh, en, level, parent in _SECTORS:
        yield "sector", name, zh, en, level, parent
    sector_of = {place.section: place.sector for place in standard.sectors.values()}
    for gbt in standard.gbt.values():
        if gbt.level in {"section", "division"}:
            parent = sector_of[gbt.code] if gbt.level == "section" else gbt.parent
            yield "sector", gbt.code, gbt.name_zh, gbt.name_en, 2 if gbt.level == "section" else 3, parent
    for code in sorted({gbt[:2] for gbt in standard.core_classes}):
        division = standard.gbt[code]
        yield "core_industry", code, f"{division.name_zh}（核心产业部分）", f"{division.name_en} (core part)", 1, ""
    for code in sorted(standard.partial_classes):
        # GB/T classes have no English name of their own: what of them is digital has.
        parts = (standard.digital[pair.de].name_en for pair in standard.core_map if pair.gbt == code)
        yield "partial", code, standard.gbt[code].name_zh, f"GB/T {code}, in part: {'; '.join(parts)}", 1, ""


def _listed(standard: Standard) -> Iterator[tuple[str, str, str, str, int, str]]:
    """Labels of short lists without parents: sizes of firms, future industries."""
    futures = {member.id: (member.id, member.name_zh, member.name_en) for member in standard.futures}
    for scheme, names in (("size", _SIZES), ("future", futures.values())):
        for name, zh, en in names:
            yield scheme, name, zh, en, 1, ""


def _columns(rows: Iterable[tuple[object, ...]], names: tuple[str, ...]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {name: [] for name in names}
    for row in rows:
        for name, value in zip(names, row, strict=True):
            columns[name].append(value)
    return columns


def membership() -> pd.DataFrame:
    """Which published classes a (gbt, de) pair belongs to.

    Returns:
        Frame ``scheme, class, gbt, de`` ordered by all four. Pairs are the 1,382 GB/T classes × their digital classes
        of 01–04 and ``non_core`` (no ``non_core`` where the whole class is core). Schemes: ``digital`` (core, 01,
        0101, 010101), ``core_industry`` (the core part of a division), ``chain`` (every part of a member class),
        ``chain_core`` (its core part), ``future`` (every part of a class of a future industry), ``sector`` (division,
        section, agriculture|industry|construction|services, primary|secondary|tertiary, all).
        Source of the three sectors: 三次产业划分规定 as revised in 2018 (divisions 05, 11 and 43 are tertiary).
    """
    import pandas as pd

    return pd.DataFrame(_columns(sorted(_memberships(load_standard())), _MEMBERSHIP))


def labels() -> pd.DataFrame:
    """Names of every class that ``membership`` speaks of, of the GB/T classes in the core in part, of sizes of firms.

    Returns:
        Frame ``scheme, class, name_zh, name_en, level, parent``, one row per (scheme, class), in the standards' order;
        digital core is level 0, 大类 1, 中类 2, 小类 3.
    """
    import pandas as pd

    standard = load_standard()
    return pd.DataFrame(_columns([*_labels(standard), *_listed(standard)], _LABELS))


def chains() -> pd.DataFrame:
    """The local industry chains.

    Returns:
        Frame ``id, name_zh, name_en, gbt, core, partial, note``, ordered by id and GB/T class.
    """
    import pandas as pd

    standard = load_standard()
    rows = (
        (m.id, m.name_zh, m.name_en, m.gbt, m.gbt in standard.core_classes, m.gbt in standard.partial_classes, m.note)
        for m in sorted(standard.chains, key=lambda m: (m.id, m.gbt))
    )
    return pd.DataFrame(_columns(rows, ("id", "name_zh", "name_en", "gbt", "core", "partial", "note")))


def future_industries() -> pd.DataFrame:
    """The future industries and their GB/T classes; one without a class has a row with ``gbt`` ''.

    Returns:
        Frame ``id, name_zh, name_en, gbt, note``, in the order in which they are presented; ``note`` says where a class
        comes from, or why there is none.
    """
    import pandas as pd

    names = ("id", "name_zh", "name_en", "gbt", "note")
    rows = ((m.id, m.name_zh, m.name_en, m.gbt, m.note) for m in load_standard().futures)
    return pd.DataFrame(_columns(rows, names))


def code_columns() -> dict[str, dict[str, list[object]]]:
    """The tables of ``arrow_tables`` as plain columns, for callers that must not load Arrow."""
    standard = load_standard()
    gbt = ((r.code, r.level, standard.section_of(r.code), r.name_zh) for r in standard.gbt.values())
    old = (
        (r.code, r.kind, r.name_zh, "、".join(f"{heir} {standard.gbt[heir].name_zh}" for heir in r.successors))
        for r in standard.gbt_2011.values()
    )
    core = ((pair.gbt, pair.de, pair.partial) for pair in standard.core_map)
    return {
        "gbt": _columns(gbt, ("code", "level", "section", "name_zh")),
        "gbt_2011": _columns(old, ("code", "kind", "name_zh", "successors")),
        "core_map": _columns(core, ("gbt", "de", "partial")),
        "membership": _columns(sorted(_memberships(standard)), _MEMBERSHIP),
    }


def arrow_tables() -> dict[str, pa.Table]:
    """The code tables for registration in an engine.

    Returns:
        ``gbt`` (code, level, section, name_zh), ``gbt_2011`` (code, kind, name_zh, successors: codes with names, joined
        by 、), ``core_map`` (gbt, de, partial; pairs of 01–04 only) and ``membership`` (scheme, class, gbt, de).
    """
    return dict(_arrow_tables())


@cache
def _arrow_tables() -> dict[str, pa.Table]:
    import pyarrow as pa

    return {name: pa.table(columns) for name, columns in code_columns().items()}
