"""The guard between definitions: a series has one indicator, one definition and one publisher.

Belongs here: putting pieces together, or refusing to. Does not belong here: any definition.
"""

from __future__ import annotations

import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.penetration.refusing import columns_of


@typed
def one_definition(*parts: pd.DataFrame) -> pd.DataFrame:
    """Pieces of a series put together, if they are of one indicator, one definition and one publisher.

    Args:
        parts: frames with ``indicator, definition_id, authority`` (observations).

    Raises:
        InputError: a piece does not say which it is of, or the pieces mix indicators, definitions or publishers, all
            named: penetration rates of two definitions are not comparable.

    Source: methods, penetration: never chained.
    """
    marks = {"indicator": "指标", "definition_id": "口径", "authority": "发布机关"}
    for part in parts:
        columns_of(part, list(marks))
    whole = pd.concat(parts, ignore_index=True)
    for column, name in marks.items():
        if whole[column].isna().any():
            raise InputError(f"{name}未填。", f"{column} is blank.")
        words = sorted(whole[column].unique())
        if len(words) > 1:
            raise InputError(
                f"{name}不同，不能连成一个序列：{'、'.join(words)}。请只取一个{name}。",
                f"A series cannot join several values of {column}: {', '.join(words)}; pick one.",
            )
    return whole
