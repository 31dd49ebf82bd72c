"""Units: any chunk alone equals its part of the whole; codes are valid; sizes, lives and classes are as planned."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from stdnum.cn import uscc

from pipelines.sample.credit_code import credit_codes
from pipelines.sample.economy import BLOCK, MONTHS, NEVER, YEARS, Units, chunks, units
from pipelines.sample.profile import ALWAYS, apportion, classes, divisions


def _same(one: Units, other: Units) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Units))


def test_a_chunk_alone_is_its_part_of_the_whole() -> None:
    whole = units(40_000)
    assert _same(units(40_000, start=10_000, count=12_345), whole.take(slice(10_000, 22_345)))
    assert _same(units(40_000, start=2 * BLOCK), whole.take(slice(2 * BLOCK, None)))
    joined = list(chunks(40_000, size=15_000))
    assert [len(part.index) for part in joined] == [15_000, 15_000, 10_000]
    assert _same(joined[1], whole.take(slice(15_000, 30_000)))


def test_another_seed_gives_other_units() -> None:
    assert not np.array_equal(units(500).level, units(500, seed=1).level)


def test_credit_codes_are_valid_and_distinct() -> None:
    index = np.concatenate([np.arange(3000), np.arange(33_000_000, 33_003_000)])
    codes = credit_codes(index, 419901 + index % 10)
    assert len(set(codes.tolist())) == len(index)
    assert all(uscc.is_valid(code.decode()) for code in codes)
    assert codes[0].decode()[2:8] == "419901"


def test_units_are_shared_over_all_classes_exactly() -> None:
    drawn = units(2616)
    assert np.array_equal(np.bincount(drawn.klass, minlength=len(classes().gbt)), apportion(2616))
    assert (apportion(2616) > 0).all()
    assert set(ALWAYS) <= set(classes().gbt[apportion(len(ALWAYS)) > 0])
    with pytest.raises(ValueError, match="at least"):
        apportion(3)


def test_units_live_and_season_as_planned() -> None:
    drawn = units(5000)
    assert drawn.season.shape == (5000, len(YEARS), len(MONTHS))
    assert np.allclose(drawn.season[:, :, -1], 1)
    assert (np.diff(drawn.season, axis=2) > 0).all()
    entered, left = drawn.entry > 0, drawn.exit != NEVER
    assert 0.02 < entered.mean() < 0.12
    assert 0.02 < left.mean() < 0.1
    assert (drawn.exit[entered & left] > drawn.entry[entered & left]).all()
    newborn = (drawn.level == 0).any(axis=1)
    assert newborn.any()
    assert (entered | ~newborn).all()


def test_profile_is_whole() -> None:
    codes = [division.code for division in divisions()]
    assert codes == sorted(codes)
    assert len(codes) == 97
    assert all(0 <= division.d <= 1 and division.rest >= 0 for division in divisions())
    assert all(word for word in classes().word)
