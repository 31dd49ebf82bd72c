"""Adding digital classes up loses nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification import load_standard, rollup
from classification.errors import InputError

LEAVES = [code for code in load_standard().digital if len(code) == 6]


def test_each_level() -> None:
    frame = pd.DataFrame({"de": ["010101", "010102", "010201", "non_core"], "va": [1, 2, 4, 8]}, index=[3, 3, 1, 0])
    answers: dict[Any, dict[str, int]] = {
        "小类": {"010101": 1, "010102": 2, "010201": 4, "non_core": 8},
        "中类": {"0101": 3, "0102": 4, "non_core": 8},
        "大类": {"01": 7, "non_core": 8},
        "total": {"total": 15},
    }
    for level, expected in answers.items():
        assert dict(rollup(frame, code="de", to=level, value="va").itertuples(index=False, name=None)) == expected


def test_other_columns_are_kept_apart() -> None:
    frame = pd.DataFrame({"region": ["b", "a", "b"], "de": ["010101", "0101", "010102"], "va": [0.1, 0.2, 0.3]})
    result = rollup(frame, code="de", to="中类", value="va", by=["region"])
    assert list(result.itertuples(index=False, name=None)) == [("a", "0101", 0.2), ("b", "0101", 0.4)]


def test_refusals() -> None:
    frame = pd.DataFrame({"de": ["0101", "9999"], "va": [1, 2]})
    with pytest.raises(InputError, match="未知层级"):
        rollup(frame, code="de", to="5", value="va")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="0101、9999"):
        rollup(frame, code="de", to="小类", value="va")
    with pytest.raises(InputError, match="空值"):
        rollup(pd.DataFrame({"de": ["01"], "va": [None]}), code="de", to="大类", value="va")
    with pytest.raises(InputError, match="64位"):
        rollup(pd.DataFrame({"de": ["01", "01"], "va": [2**63 - 1, 1]}), code="de", to="total", value="va")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([*LEAVES, "non_core"]), st.integers(-(2**55), 2**55)), min_size=1, max_size=40)
)
def test_sums_are_conserved(rows: list[tuple[str, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["de", "va"])
    for level in ("小类", "中类", "大类", "total"):
        assert sum(map(int, rollup(frame, code="de", to=level, value="va")["va"])) == sum(v for _, v in rows)
