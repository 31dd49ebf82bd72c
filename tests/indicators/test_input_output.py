"""Input-output analysis: identities, guards and refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from classification.errors import InputError
from indicators.input_output import (
    adb_core_gdp,
    complete_consumption,
    digital_penetration,
    leontief_inverse,
    multipliers,
    technical_coefficients,
)

SECTORS = ["农业", "制造", "信息"]
FLOWS = pd.DataFrame([[10.0, 20, 0], [5, 40, 10], [5, 20, 10]], index=SECTORS, columns=SECTORS)
OUTPUT = pd.Series([50.0, 200, 100], index=SECTORS)
VALUE_ADDED = OUTPUT - FLOWS.sum()
FINAL = OUTPUT - FLOWS.sum(axis=1)


def test_coefficients_and_requirements() -> None:
    a = technical_coefficients(FLOWS, OUTPUT)
    assert a.loc["制造", "农业"] == pytest.approx(0.1)
    assert (leontief_inverse(a) @ FINAL).tolist() == pytest.approx(OUTPUT.tolist())
    pd.testing.assert_frame_equal(complete_consumption(a) + np.eye(3), leontief_inverse(a))
    value_added = multipliers(a, VALUE_ADDED / OUTPUT)
    assert value_added.tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert multipliers(a)["信息"] == pytest.approx(leontief_inverse(a)["信息"].sum())


def test_any_order_of_labels_and_no_input_changed() -> None:
    before = FLOWS.copy()
    shuffled = FLOWS.loc[SECTORS[::-1]]
    expected = technical_coefficients(FLOWS, OUTPUT)
    pd.testing.assert_frame_equal(technical_coefficients(shuffled, OUTPUT[::-1]), expected)
    pd.testing.assert_frame_equal(FLOWS, before)


def test_a_sector_without_output_has_zero_coefficients() -> None:
    flows = FLOWS.reindex(index=[*SECTORS, "空"], columns=[*SECTORS, "空"], fill_value=0.0)
    output, earned, demand = (part.reindex(flows.index, fill_value=0.0) for part in (OUTPUT, VALUE_ADDED, FINAL))
    a = technical_coefficients(flows, output)
    assert (a["空"] == 0).all()
    assert leontief_inverse(a).loc["空", "空"] == 1
    for kind in ("direct", "complete"):
        assert digital_penetration(a, ["信息"], kind=kind)["空"] == 0
    assert adb_core_gdp(flows, output, earned, demand, ["信息"]) == pytest.approx(
        adb_core_gdp(FLOWS, OUTPUT, VALUE_ADDED, FINAL, ["信息"])
    )


def test_penetration_by_hand() -> None:
    a = technical_coefficients(FLOWS, OUTPUT)
    assert digital_penetration(a, ["信息"]).tolist() == pytest.approx([0.25, 0.25, 0.5])
    complete = complete_consumption(a)
    assert digital_penetration(a, "信息", kind="complete")["农业"] == pytest.approx(
        complete.loc["信息", "农业"] / complete["农业"].sum()
    )


def test_core_digital_gdp_by_hand() -> None:
    ratio, inverse = VALUE_ADDED / OUTPUT, leontief_inverse(technical_coefficients(FLOWS, OUTPUT))
    found = adb_core_gdp(FLOWS, OUTPUT, VALUE_ADDED, FINAL, ["信息"])
    assert found["backward"] == pytest.approx(sum(ratio[i] * inverse.loc[i, "信息"] * FINAL["信息"] for i in SECTORS))
    assert found["forward"] == pytest.approx(VALUE_ADDED["信息"])
    assert found["double"] == pytest.approx(ratio["信息"] * inverse.loc["信息", "信息"] * FINAL["信息"])
    assert found["core"] == pytest.approx(found["backward"] + found["forward"] - found["double"])
    everything = adb_core_gdp(FLOWS, OUTPUT, VALUE_ADDED, FINAL, SECTORS)
    assert everything["core"] == pytest.approx(VALUE_ADDED.sum())


@settings(deadline=None)
@given(
    arrays.arrays(float, (4, 4), elements=st.floats(0, 10)),
    arrays.arrays(float, 4, elements=st.floats(1, 10)),
    st.sets(st.integers(0, 3), min_size=1),
)
def test_what_holds_for_every_table(flows: np.ndarray, demand: np.ndarray, digital: set[int]) -> None:
    z, final = pd.DataFrame(flows), pd.Series(demand)
    output = z.sum(axis=1) + final
    value_added = output - z.sum()
    a = technical_coefficients(z, output)
    try:
        inverse = leontief_inverse(a)
    except InputError:
        return
    assert np.allclose(inverse @ final, output, rtol=1e-6)
    found = adb_core_gdp(z, output, value_added, final, digital)
    assert found["forward"] == pytest.approx(value_added[sorted(digital)].sum(), rel=1e-6, abs=1e-6)
    for kind in ("direct", "complete"):
        assert digital_penetration(a, digital, kind=kind).between(0, 1 + 1e-12).all()


def test_a_singular_table_is_named() -> None:
    a = pd.DataFrame([[0.1, 0, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]], index=SECTORS, columns=SECTORS)
    with pytest.raises(InputError, match=r"I−A 奇异.*制造、信息") as caught:
        leontief_inverse(a)
    assert "农业" not in str(caught.value)


def test_an_economy_that_uses_up_more_than_it_makes_is_refused() -> None:
    with pytest.raises(InputError, match="为负"):
        leontief_inverse(pd.DataFrame([[1.5]]))
    assert leontief_inverse(pd.DataFrame([[-0.5]])).loc[0, 0] == pytest.approx(2 / 3)


A = technical_coefficients(FLOWS, OUTPUT)


@pytest.mark.parametrize(
    ("run", "named"),
    [
        (lambda: technical_coefficients(FLOWS.drop("信息"), OUTPUT), "信息"),
        (lambda: technical_coefficients(FLOWS, OUTPUT.drop("信息")), "信息"),
        (lambda: technical_coefficients(FLOWS, pd.concat([OUTPUT, OUTPUT["信息":]])), "信息"),
        (lambda: technical_coefficients(pd.concat([FLOWS, FLOWS["信息":]]), OUTPUT), "信息"),
        (lambda: technical_coefficients(FLOWS.replace(20.0, np.nan), OUTPUT), "制造"),
        (lambda: technical_coefficients(FLOWS, OUTPUT.replace(100.0, np.nan)), "信息"),
        (lambda: technical_coefficients(FLOWS, OUTPUT.replace(100.0, -1.0)), "信息"),
        (lambda: technical_coefficients(FLOWS, OUTPUT.replace(100.0, 0.0)), "信息"),
        (lambda: technical_coefficients(pd.DataFrame(), OUTPUT), "为空"),
        (lambda: multipliers(A, VALUE_ADDED.drop("农业")), "农业"),
        (lambda: digital_penetration(A, []), "没有给出"),
        (lambda: digital_penetration(A, ["通信"]), "通信"),
        (lambda: digital_penetration(A, ["信息"], kind="full"), "full"),
        (lambda: digital_penetration(-A, ["信息"]), "农业"),
        (
            lambda: adb_core_gdp(
                FLOWS * [1, 1, 0], OUTPUT * [1, 1, 0], VALUE_ADDED, FINAL, ["信息"]
            ),
            "增加值不为零.*信息",
        ),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_named(run: object, named: str) -> None:
    with pytest.raises(InputError, match=named):
        run()
