"""The comparable base, and the bridge to it from the published one."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from indicators.growth import comparable_growth

HEAD = ["unit", "county", "class", "value"]


def frame(*rows: tuple[object, ...], base: bool = False) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*HEAD, "base"] if base else HEAD)


NOW = frame(
    ("stay", "A", "01", 110.0, 100.0),
    ("revised", "A", "01", 50.0, 44.0),
    ("fallback", "A", "01", 30.0, None),
    ("entered", "B", "01", 20.0, 18.0),
    ("born", "B", "01", 5.0, None),
    ("recoded", "A", "02", 11.0, 10.0),
    ("moved", "B", "01", 9.0, 8.0),
    ("both", "B", "02", 7.0, 6.5),
    ("heir", "A", "01", 90.0, None),
    base=True,
)
THEN = frame(
    ("stay", "A", "01", 100.0),
    ("revised", "A", "01", 40.0),
    ("fallback", "A", "01", 25.0),
    ("gone", "B", "01", 33.0),
    ("recoded", "A", "01", 10.0),
    ("moved", "A", "01", 8.0),
    ("both", "A", "01", 6.0),
    ("heir", "A", "01", 50.0),
    ("absorbed", "B", "01", 20.0),
    ("middle", "B", "01", 0.0),
)
MERGED = {"absorbed": "middle", "middle": "heir"}


def test_every_cause_is_named_and_the_bridge_is_exact() -> None:
    found = comparable_growth(NOW, THEN, by=["county", "class"], successors=MERGED)
    bridge = found.bridge.set_index(["county", "class", "cause"])["value"]
    assert bridge.to_dict() == {
        ("A", "01", "revised"): 4.0,
        ("A", "01", "recode_out"): -16.0,
        ("A", "01", "move_out"): -8.0,
        ("A", "01", "merger"): 20.0,
        ("A", "02", "recode_in"): 16.0,
        ("A", "02", "move_out"): -6.0,
        ("B", "01", "entered"): 18.0,
        ("B", "01", "new"): 0.0,
        ("B", "01", "exit"): -33.0,
        ("B", "01", "move_in"): 8.0,
        ("B", "01", "merger"): -20.0,
        ("B", "02", "revised"): 0.5,
        ("B", "02", "move_in"): 6.0,
    }
    cells = found.cells.set_index(["county", "class"])
    assert cells.loc[("A", "01")].to_dict() == pytest.approx(
        {"current": 280.0, "base_comparable": 239.0, "base_published": 239.0, "growth": 280 / 239 - 1}
    )
    assert found.cells.loc[("B", "01"), "base_published"] == 53.0
    gaps = cells["base_comparable"] - cells["base_published"] - found.bridge.groupby(["county", "class"])["value"].sum()
    assert gaps.abs().max() == 0


def test_by_county_alone_only_moves_are_seen_and_by_class_alone_only_recodes() -> None:
    counties = comparable_growth(NOW, THEN, by="county", successors=MERGED).bridge
    assert {"move_in", "move_out"} <= set(counties["cause"])
    assert not {"recode_in", "recode_out"} & set(counties["cause"])
    classes = comparable_growth(NOW, THEN, by="class", successors=MERGED).bridge
    assert {"recode_in", "recode_out"} <= set(classes["cause"])
    assert not {"move_in", "move_out"} & set(classes["cause"])


def test_a_heir_that_is_gone_too_makes_an_exit_and_a_new_heir_inherits() -> None:
    now = frame(("newco", "A", "01", 60.0, None), base=True)
    then = frame(("a", "A", "01", 30.0), ("b", "A", "01", 20.0), ("c", "A", "01", 7.0))
    found = comparable_growth(now, then, by="county", successors={"a": "newco", "b": "newco", "c": "lost"})
    assert found.cells.loc["A", ["base_comparable", "base_published"]].tolist() == [50.0, 57.0]
    assert found.bridge.set_index("cause")["value"].to_dict() == {"exit": -7.0, "merger": 0.0}


def test_new_born_and_empty_sides() -> None:
    born = comparable_growth(
        frame(("n", "A", "01", 5.0, 0.0), base=True), frame().astype({"value": float}), by="county"
    )
    assert born.cells.loc["A", "base_comparable"] == 0
    assert pd.isna(born.cells.loc["A", "growth"])
    assert born.bridge["cause"].tolist() == ["new"]
    same = frame(("n", "A", "01", 5.0))
    still = comparable_growth(same.assign(base=5.0), same, by=["county"])
    assert still.bridge.empty
    assert still.cells["growth"].tolist() == [0.0]


def test_inputs_are_not_altered() -> None:
    now, then = NOW.copy(), THEN.copy()
    comparable_growth(NOW, THEN, by="county", successors=MERGED)
    pd.testing.assert_frame_equal(NOW, now)
    pd.testing.assert_frame_equal(THEN, then)


@pytest.mark.parametrize(
    ("now", "then", "successors", "named"),
    [
        (NOW.drop(columns="base"), THEN, {}, "base"),
        (NOW.assign(county=None), THEN, {}, "county"),
        (NOW, THEN.assign(value=float("inf")), {}, "value"),
        (pd.concat([NOW, NOW.head(1)]), THEN, {}, "stay"),
        (NOW, THEN, {"stay": "heir"}, "stay"),
        (NOW, THEN, {"gone": "x", "x": "gone"}, "gone"),
    ],
)
def test_bad_returns_are_refused_by_name(
    now: pd.DataFrame, then: pd.DataFrame, successors: dict[str, str], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        comparable_growth(now, then, by="county", successors=successors)


units = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(st.sampled_from("AB"), st.sampled_from(["01", "02"]), st.integers(0, 99), st.none() | st.integers(0, 99)),
)


@settings(deadline=None)
@given(units, units, st.dictionaries(st.sampled_from("abcd"), st.sampled_from("efgh")))
def test_the_bridge_always_reconciles(
    now: dict[str, tuple[str, str, int, int | None]],
    then: dict[str, tuple[str, str, int, int | None]],
    merged: dict[str, str],
) -> None:
    current = pd.DataFrame([(u, *cell) for u, cell in now.items()], columns=[*HEAD, "base"])
    previous = pd.DataFrame([(u, *cell[:3]) for u, cell in then.items()], columns=HEAD)
    if current.empty or previous.empty:
        return
    heirs = {old: new for old, new in merged.items() if old not in now}
    by = ["county", "class"]
    found = comparable_growth(current, previous, by=by, successors=heirs)
    cells = found.cells.set_index(by)
    bridged = found.bridge.groupby(by)["value"].sum().reindex(cells.index, fill_value=0.0)
    assert (cells["base_published"] + bridged - cells["base_comparable"]).abs().max() == 0
    assert cells["current"].sum() == current["value"].sum()
    assert cells["base_published"].sum() == previous["value"].sum()
    shifts = found.bridge[found.bridge["cause"].str.contains("recode|move|merger")]
    assert shifts["value"].sum() == 0
