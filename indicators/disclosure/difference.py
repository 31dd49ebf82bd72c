"""What the difference of two published vintages of a cell tells about respondents.

Belongs here: the contributions of the difference. Does not belong here: the rules they are put to (primary), and which
value is then published (release).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from indicators.disclosure.exact import needed, whole
from indicators.disclosure.primary import counts, holders, numbered


def release_difference(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    by: str | Sequence[str],
    unit: str,
    value: str,
    group: str | None = None,
    kind: str | None = None,
) -> pd.DataFrame:
    """Contributions of the difference between two vintages of every cell: |change of each unit|.

    Whoever holds both vintages also holds their difference. It is a cell like any other: its contributors are the
    disclosure units whose part in the cell changed, entered or went, each with the size of its change. ``primary`` on
    the result, with the same ``by``, ``unit`` and ``value``, says whether the new value may be published; if not, the
    old one stays (修订数暂不公布). So ``old`` has to be what stands behind the *last published* value of each cell:
    after such a refusal that is not the vintage before.

    Args:
        old: contributions behind the last published values.
        new: contributions behind the values to be published.
        by: the columns that make a cell.
        unit: column that identifies a unit.
        value: column of numbers, signed; integers stay integers. A unit's rows in a cell are added.
        group: column of the enterprise group, which takes the unit's place where it is known.
        kind: column that says where a value comes from; only ``measured`` counts, as in ``primary``. A change counts
            whole where the unit is measured in either vintage.

    Returns:
        ``<by>, <unit>, <value>``: one row per cell and disclosure unit with a change, in their order; changes are
        positive. A cell without any is not there: its difference is zero and says so of everybody at once.

    Raises:
        InputError: a column, a unit, a ``by`` value or a number is missing; rows are named.

    Source: methods, disclosure control.
    """
    keys = [by] if isinstance(by, str) else list(by)
    sides, measured = {}, []
    for name, frame in (("old", old), ("new", new)):
        needed(frame, [*keys, unit, value, *(column for column in (group, kind) if column)], name)
        counted = counts(frame, unit=unit, value=value, kind=kind)
        there = counted | (frame[unit].notna() & frame[value].notna()).to_numpy()
        who = holders(frame[there], unit=unit, group=group)
        sides[name] = frame.loc[there, [*keys, value]].assign(**{unit: who})
        measured.append(counted[there])
    both = pd.concat(sides)
    form = whole(both[value])
    codes, table = numbered(both, [*keys, unit])
    signed = form.units * np.repeat([-1, 1], [len(side) for side in sides.values()])
    changes = pd.Series(signed).groupby(codes).sum().abs().to_numpy()
    kept = (changes != 0) & pd.Series(np.concatenate(measured)).groupby(codes).any().to_numpy()
    table[value] = form.numbers(changes)
    return table.iloc[np.flatnonzero(kept)].reset_index(drop=True)
