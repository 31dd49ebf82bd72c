"""The difference of two vintages is a cell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.disclosure import primary, release_difference

NAMES: dict[str, Any] = {"by": "cell", "unit": "unit", "value": "value"}


def vintage(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["cell", "unit", "value"])


OLD = vintage(("a", "x", 10), ("a", "y", 20), ("a", "z", 30), ("b", "x", 5))
NEW = vintage(("a", "x", 13), ("a", "y", 20), ("a", "w", 4), ("b", "x", 5), ("c", "v", -2))


def test_every_change_counts_with_its_size() -> None:
    found = release_difference(OLD, NEW, **NAMES)
    assert found.to_numpy().tolist() == [["a", "w", 4], ["a", "x", 3], ["a", "z", 30], ["c", "v", 2]]
    assert list(found) == ["cell", "unit", "value"]


def test_primary_says_whether_the_new_value_may_be_published() -> None:
    verdict = primary(release_difference(OLD, NEW, **NAMES), **NAMES)
    assert verdict["unsafe"].to_dict() == {"a": True, "c": True}
    many = NEW.assign(value=NEW["value"] + 10)
    same = primary(release_difference(NEW[:3], many[:3], **NAMES), **NAMES)
    assert not same.loc["a", "unsafe"]


def test_rows_of_a_unit_are_added_before_they_are_compared() -> None:
    split = vintage(("a", "x", 4), ("a", "x", 6), ("a", "y", 20), ("a", "z", 30), ("b", "x", 5))
    assert release_difference(OLD, split, **NAMES).empty


def test_group_changes_as_one() -> None:
    moved = vintage(("a", "x", 20), ("a", "y", 10), ("a", "z", 31), ("b", "x", 5))
    groups = {"x": "G", "y": "G"}
    old, new = (frame.assign(group=frame["unit"].map(groups)) for frame in (OLD, moved))
    assert release_difference(old, new, **NAMES, group="group").to_numpy().tolist() == [["a", "z", 1]]


def test_decimals_are_subtracted_exactly() -> None:
    old, new = vintage(("a", "x", 0.1), ("a", "y", 0.3)), vintage(("a", "x", 0.3), ("a", "y", 0.3))
    assert release_difference(old, new, **NAMES)["value"].tolist() == [0.2]


def test_what_was_never_measured_protects_nobody() -> None:
    old = OLD.assign(kind=["imputed", "imputed", "measured", None])
    new = OLD.assign(value=OLD["value"] + 1, kind=["measured", "imputed", "imputed", "imputed"])
    found = release_difference(old, new, **NAMES, kind="kind")
    assert found[["unit", "value"]].to_numpy().tolist() == [["x", 1], ["z", 1]]


def test_empty_vintages() -> None:
    assert release_difference(OLD[:0], OLD[:0], **NAMES).empty
    assert len(release_difference(OLD[:0], OLD, **NAMES)) == 4
    assert release_difference(OLD, OLD, **NAMES).empty


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (NEW.drop(columns="value"), "new 缺少列：value"),
        (NEW.assign(cell=None), "标识缺失"),
        (NEW.assign(unit=None), "有数值而无单位"),
        (NEW.assign(value=float("inf")), "不是有限"),
        (NEW.assign(value=None), "数值缺失"),
    ],
)
def test_refusals(new: pd.DataFrame, said: str) -> None:
    with pytest.raises(InputError, match=said):
        release_difference(OLD, new, **NAMES)
