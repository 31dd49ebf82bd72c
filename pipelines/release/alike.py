"""What may stand side by side: the refusal of a table or a sentence that mixes price bases, bases or vintages.

Belongs here: the rule, once, for all tables and sentences. Does not belong here: which figures stand where.

What a table sets apart in words of its own (a column of vintages, rows named by them) it declares; the rest is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from classification.errors import InputError
from pipelines.release.figures import WITHHELD, Figure, Number, apart

KINDS: Final = {"price": "价格", "base": "基数", "vintage": "版次"}
_NAMES: Final = KINDS | {
    "price_basis": "价格",
    "previous_vintage": "上期版次",
    "period": "时期",
    "previous_as_of": "上期截止日",
    "as_of": "截止日",
}


def alike(figures: Iterable[Figure | None], where: str, *, declared: Collection[str] = ()) -> None:
    """Refuse figures of one indicator and definition that differ in price basis, base or vintage.

    Args:
        figures: what stands side by side; those that are missing are no matter.
        where: the table or sentence, for the error.
        declared: which of ``KINDS`` the table sets apart in words.

    Raises:
        InputError: some differ; the indicator and what is mixed are named.
    """
    together: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        if figure is not None:
            together.setdefault((figure.indicator, figure.definition), []).append(figure)
    names = [name for name in KINDS if name not in declared]
    for (indicator, _), same in together.items():
        of_one_kind([{name: getattr(figure, name) for name in names} for figure in same], names, f"{where} {indicator}")


def of_one_kind(rows: Collection[Mapping[str, object]], names: Iterable[str], where: str) -> None:
    """Refuse rows that differ in one of some columns.

    Raises:
        InputError: they do; the columns are named.
    """
    if mixed := [name for name in names if len({row[name] for row in rows}) > 1]:
        raise InputError(
            f"混用了不同的{'、'.join(_NAMES[name] for name in mixed)}，不成表、不成句。",
            f"What stands side by side mixes {', '.join(mixed)}; it is neither tabled nor said.",
            where=where,
        )


def less(one: Figure, other: Figure) -> float:
    """One rate less another with which it is compared, from the unrounded numbers.

    Raises:
        InputError: they are of two price bases or vintages; of one indicator also, of two bases.
    """
    names = [name for name in KINDS if name != "base" or one.indicator == other.indicator]
    where = " ".join(dict.fromkeys(f"{figure.indicator} {figure.period}" for figure in (one, other)))
    of_one_kind([{name: getattr(figure, name) for name in names} for figure in (one, other)], names, where)
    return one.value - other.value


def words(one: Figure, other: Figure, up: str, down: str) -> str:
    """How a rate lies to another where one of them is rough: a word, or '' where rounding leaves it open.

    Raises:
        InputError: they are not alike (``less``).
    """
    more = less(one, other)
    if not apart(one, other):
        return ""
    return up if more > 0 else down


def difference(later: Figure | None, earlier: Figure | None) -> Number | None:
    """A difference of two rates in 百分点; None where one is missing or rough, withheld where one is.

    Raises:
        InputError: they are not alike (``less``).
    """
    if later is None or earlier is None or later.rough or earlier.rough:
        return None
    status = WITHHELD if later.withheld or earlier.withheld else "A"
    return Number(less(later, earlier), "比率", "百分点", 1, status, sources=(*later.origins, *earlier.origins))
