"""How the money of a unit falls on the digital classes: the coefficients (剥离系数) of the starred classes.

Belongs here: checking coefficients, choosing the vector, the exact split (sql/shares.sql, sql/split.sql).
Does not belong here: where coefficients come from, their validity and approval, value added.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from classification.errors import InputError
from classification.standard import load_standard
from classification.statements import run
from classification.tables import arrow_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classification.standard import Standard

LADDER = ("unit", "county", "city", "province", "nation")
_SHARE = pa.decimal128(7, 6)
_DECIMALS = 6


class CoefficientError(InputError):
    """A coefficient (剥离系数) that cannot be used, or one that is missing."""


def allocate(units: pd.DataFrame, coefficients: pd.DataFrame, *, value: str) -> pd.DataFrame:
    """Split whole yuan over the digital classes of each unit's GB/T class, to the yuan.

    A wholly core class goes to its digital class, a class outside the core to ``non_core``. A starred class takes the
    whole vector of the first level (unit, county, city, province, nation) that has any row for it; entries the vector
    does not name are 0. Parts in code order by cumulative rounding, half away from zero; the remainder is ``non_core``,
    which a starred class always has, be it 0.

    Args:
        units: ``unit, county, gbt, <value>``: ``gbt`` a four-digit class, ``value`` of an integer type, in yuan.
        coefficients: ``gbt, de, level, key, k``: key = unit code at level unit, county code at county, ``*`` above;
            k in [0, 1], at most six decimals, read from its shortest decimal form; one row per gbt × de × level × key.
        value: name of the money column.

    Returns:
        ``unit, gbt, de, level_used, <value>`` in the order of ``units``, then of ``de``; ``level_used`` is empty where
        no coefficient was needed. The parts of each row of ``units`` add up to its value exactly.
        Source: 数字经济及其核心产业统计分类(2021), starred classes.

    Raises:
        InputError: a column is missing, ``gbt`` is not a class, or money is not whole yuan.
        CoefficientError: a coefficient is malformed, doubled, not of a starred class, or a vector adds up to more than
            1 (named by class, level and key); or a starred class has no vector at any level (named by class).
    """
    standard = load_standard()
    _need(units, ("unit", "county", "gbt", value), "units")
    _need(coefficients, ("gbt", "de", "level", "key", "k"), "coefficients")
    assigned = _units(units, value, standard)
    tables = {
        "assigned": assigned.select(["row_id", "unit", "county", "gbt"]),
        "core_map": arrow_tables()["core_map"],
        "coefficient": _coefficients(coefficients, standard),
    }
    share = run("shares", tables)
    bare = sorted({row["gbt"] for row in share.to_pylist() if row["de"] is None})
    if bare:
        shown = "、".join(f"{gbt} {standard.gbt[gbt].name_zh}" for gbt in bare)
        raise CoefficientError(
            f"带*行业没有任何层级的剥离系数：{shown}。请补充系数表。",
            f"starred classes without a coefficient at any level: {', '.join(bare)}",
        )
    parts = run("split", {"units": assigned.select(["row_id", "unit", "value"]), "share": share})
    return pd.DataFrame(
        {
            (value if name == "value" else name): pd.array(
                parts[name].to_pylist(), dtype="int64" if name == "value" else "str"
            )
            for name in ("unit", "gbt", "de", "level_used", "value")
        }
    )


def _need(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        shown = "、".join(missing)
        raise InputError(f"{what} 缺少列：{shown}", f"{what} lacks the columns {', '.join(missing)}")


def _units(units: pd.DataFrame, value: str, standard: Standard) -> pa.Table:
    money = units[value]
    if not pd.api.types.is_integer_dtype(money.dtype) or money.isna().any():
        raise InputError(
            f"列“{value}”应为整数（元），且不得为空",
            f"column {value!r} must hold whole yuan (an integer type) without gaps",
            where=str(money.dtype),
        )
    classes = set(standard.classes)
    wrong = [row for row, gbt in enumerate(units["gbt"], start=1) if gbt not in classes]
    if wrong:
        shown = "、".join(map(str, wrong[:10]))
        raise InputError(
            f"gbt 不是 GB/T 4754-2017 小类的行：第 {shown} 行（共 {len(wrong)} 行），请先用 classify 归类",
            f"gbt is not a class of GB/T 4754-2017 in {len(wrong)} rows (first: {shown}); classify them first",
        )
    try:
        yuan = pa.array([int(one) for one in money], pa.int64())
    except OverflowError as error:
        raise InputError(f"列“{value}”超出64位整数", f"column {value!r} exceeds 64-bit integers") from error
    return pa.table(
        {
            "row_id": pa.array(range(len(units)), pa.int64()),
            "unit": pa.array(_text(units["unit"]), pa.string()),
            "county": pa.array(_text(units["county"]), pa.string()),
            "gbt": pa.array(_text(units["gbt"]), pa.string()),
            "value": yuan,
        }
    )


def _text(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(one) else str(one) for one in column]


def _coefficients(coefficients: pd.DataFrame, standard: Standard) -> pa.Table:
    rows = list(_checked(coefficients, standard))
    totals: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for gbt, _, level, key, k in rows:
        totals[gbt, level, key] += k
    for (gbt, level, key), total in totals.items():
        if total > 1:
            raise CoefficientError(
                f"行业 {gbt} 在层级 {level}、对象 {key} 的系数合计为 {total}，大于 1",
                f"the coefficients of class {gbt} at level {level}, key {key} add up to {total} > 1",
            )
    fields = [("gbt", pa.string()), ("de", pa.string()), ("level", pa.string()), ("key", pa.string()), ("k", _SHARE)]
    columns = zip(*rows, strict=True) if rows else [()] * len(fields)
    arrays = [pa.array(column, kind) for column, (_, kind) in zip(columns, fields, strict=True)]
    return pa.table(arrays, schema=pa.schema(fields))


def _checked(coefficients: pd.DataFrame, standard: Standard) -> Iterator[tuple[str, str, str, str, Decimal]]:
    starred = {(pair.gbt, pair.de) for pair in standard.core_map if pair.partial}
    seen: set[tuple[str, str, str, str]] = set()
    # to_numpy() keeps the width of a float: the shortest form of a 32-bit 0.1 is 0.1, of the same as 64 bits it is not.
    columns = (coefficients[name].to_numpy() for name in ("gbt", "de", "level", "key", "k"))
    for number, (gbt, de, level, key, k) in enumerate(zip(*columns, strict=True), start=1):
        where = f"系数表第 {number} 行 row {number}: gbt={gbt} de={de} level={level} key={key}"
        if (gbt, de) not in starred:
            raise CoefficientError(
                "这一对代码不是带*的对应关系，不能有系数",
                "this pair is not a starred pair of the standard",
                where=where,
            )
        if level not in LADDER:
            raise CoefficientError(f"层级应为 {'、'.join(LADDER)} 之一", f"level must be one of {LADDER}", where=where)
        if not isinstance(key, str) or not key or (key == "*") != (level not in {"unit", "county"}):
            raise CoefficientError(
                "适用对象：unit 填单位代码，county 填县代码，其余填 *",
                "key is a unit code at level unit, a county code at county, * above",
                where=where,
            )
        if (gbt, de, level, key) in seen:
            raise CoefficientError("系数重复", "doubled coefficient", where=where)
        seen.add((gbt, de, level, key))
        yield gbt, de, level, key, _share(k, where)


def _share(k: object, where: str) -> Decimal:
    # str() of a float is its shortest decimal form, so 0.1 means one tenth and not the binary number nearest to it.
    try:
        share = Decimal(str(k))
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 <= share <= 1:
        raise CoefficientError("系数应为 0 到 1 之间的数", "k must be a number from 0 to 1", where=where)
    if share != round(share, _DECIMALS):
        raise CoefficientError("系数最多六位小数", "k has more than six decimals", where=where)
    return share
