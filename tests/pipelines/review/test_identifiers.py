"""The quick check of credit codes says what python-stdnum says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from pipelines.review.identifiers import valid_codes
from pipelines.sample.credit_code import credit_codes

VALID = credit_codes(np.arange(200), np.full(200, 419901)).astype(str).tolist()
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ- é９"


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    code = draw(st.sampled_from(VALID))
    at = draw(st.integers(0, 17))
    return code[:at] + draw(st.sampled_from(_CHARACTERS)) + code[at + 1 :]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(VALID), spoiled(), st.text(max_size=20)), max_size=20))
def test_the_quick_check_agrees_with_the_library(codes: list[str]) -> None:
    assert valid_codes(pa.array(codes, pa.string())).to_pylist() == [uscc.is_valid(code) for code in codes]


def test_valid_codes_are_valid() -> None:
    assert valid_codes(pa.chunked_array([VALID[:1], VALID[1:]], pa.string())).to_pylist() == [True] * len(VALID)
    assert valid_codes(pa.array([], pa.string())).to_pylist() == []
    assert valid_codes(pa.array(["91110000600037341L", "91110000600037341M"], pa.string())).to_pylist() == [True, False]
