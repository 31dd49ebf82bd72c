"""Which growth and pulls are told rounded where exact ones would tell what single units changed by.

Belongs here: the finest step that protects, beside all that readers hold. Does not belong here: what a rounded figure
says (release.rounded), what an attacker makes of it (indicators.disclosure), which changes are closed (judged).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise, product
from typing import Any, Final, cast

from indicators.disclosure import Pattern, Relation, cell_sums, tellable
from pipelines.release.rounded import (
    BASE,
    GROWTH,
    LEVEL,
    STEPS,
    VOLUME,
    Cell,
    Earlier,
    Figure,
    Numbers,
    not_exact,
    says,
    stands,
)
from pipelines.steps.contributed import VA, Table, of_periods, rebased

_CORE: Final = "core"


@dataclass(frozen=True)
class Rough:
    """What was told rounded before: by all copies; and by the last ones of the quarters that stay as published."""

    copies: Sequence[Earlier]
    quarters: frozenset[str]
    standing: Earlier


def roughened(
    table: Table, found: Pattern, closed: Mapping[str, Collection[Cell]], release: Numbers, before: Rough
) -> dict[Figure, float]:
    """Growth and pulls that may be told rounded where the exact ones may not, with the finest step that protects.

    Args:
        table: what readers hold.
        found: what may be shown of the cells themselves.
        closed: year → cells whose changes may not be told exactly in that year.
        release: the numbers of the release.
        before: what was told so before.

    Returns:
        Figures of the quarters that do not stay as published, each with its step.
    """
    known = dict(release) | _stood(table, release, before)
    places: dict[str, Any] = {"whole": table.whole, "classes": table.classes}
    core = (table.whole, _CORE)
    told: dict[Figure, float] = {}
    for year, cells in sorted(closed.items()):
        changes = rebased(table.told, year)
        changes = changes[(changes["period"].str[7:] + " ").str.startswith(f"{VA} ")]
        sums = cell_sums(changes, **places)
        said: dict[str, list[Relation]] = {}
        for label in sorted({label for label in changes["period"] if label.endswith(VA)}):
            moves: dict[Hashable, float] = sums[label].to_dict()
            for figure in not_exact(known, label[:6], cells, found.shown, core):
                if label[:6] not in before.quarters:
                    mine = [says(figure, step, known, moves, core) for step in STEPS]
                elif step := before.standing.step(figure):
                    mine = [stands(figure, step, known, moves, core)]
                else:
                    mine = []
                for copy in before.copies:
                    if step := copy.step(figure):
                        mine.append(says(figure, step, known, moves, core, then=copy.numbers))
                said.setdefault(label, []).extend(chain.from_iterable(mine))
        # Readers come for the growth of the core and its divisions in the last quarter: better coarse than not at all.
        first = product(sorted(STEPS, reverse=True), reversed(said), (_CORE, "01", "02", "03", "04"))
        favoured = [(GROWTH, label[:6], table.whole, name, step) for step, label, name in first]
        beside: dict[str, Any] = {"rules": table.rules, "favoured": favoured, "over": _over(year)}
        labels = tellable(changes, found, cells, said, **beside, **places)
        for *place, step in sorted(cast("frozenset[tuple[str, str, str, str, float]]", labels), reverse=True):
            told[cast("Figure", tuple(place))] = step
    return told


def _stood(table: Table, release: Numbers, before: Rough) -> dict[Figure, float]:
    """The numbers of quarters that stay as published: what the copies told, on what units had put in by then."""
    sums = cell_sums(of_periods(table.told, before.quarters), whole=table.whole, classes=table.classes)
    items = {f" {VA}": LEVEL, f" {VA}_base": BASE}
    found = dict(before.standing.numbers)
    for period, region, cls, value in sums.reset_index().itertuples(index=False, name=None):
        if name := items.get(period[6:]):
            found[name, period[:6], region, cls] = value
    for indicator, *place in release:
        level = cast("Figure", (LEVEL, *place))
        # At the prices of now: what is known of a volume is its price.
        if indicator == VOLUME and level in found and release.get(level):
            volume = cast("Figure", (VOLUME, *place))
            found[volume] = release[volume] * found[level] / release[level]
    return found


def _over(year: str) -> list[tuple[str, list[str]]]:
    """What adds up to the changes of the year so far: those up to any quarter before, and those since."""
    so_far = [f"{year}Q{number} {VA}" for number in range(1, 5)]
    alone = [(now, [f"{now} alone"]) for now in so_far[:1]]
    alone += [(now, [before, f"{now} alone"]) for before, now in pairwise(so_far)]
    apart = set(combinations(so_far, 2)) - set(pairwise(so_far))
    since = [(now, [before, f"{now} since {before[4:6]}"]) for before, now in sorted(apart)]
    return [*alone, *since]
