"""Unified social credit codes: which are valid under GB 32100-2015, by the million.

Belongs here: what a code looks like; a vectorised check digit for the many codes that are right, python-stdnum has the
last word on the others. Does not belong here: making codes (sample), what becomes of a row with a wrong one (rules).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.cn import uscc

# What a code looks like: registrar, kind, division, organisation, check character; for finding one within a text.
LOOKS_LIKE: Final = r"[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}"
_ALPHABET: Final = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH: Final = 18
_REGISTRAR: Final = 8  # the first characters are digits: registrar, kind and division
# Floating numbers hold sums of 17 products of at most 30 x 30 exactly, and are multiplied quickest.
_WEIGHTS: Final = np.array([3**power % 31 for power in range(_LENGTH - 1)], dtype=np.float32)


def _value_table() -> npt.NDArray[np.float32]:
    # What is no character of a code has no value, and no sum with it equals anything.
    table = np.full(256, np.nan, dtype=np.float32)
    table[np.frombuffer(_ALPHABET, dtype=np.uint8)] = np.arange(len(_ALPHABET))
    return table


_VALUES: Final = _value_table()


def valid_codes(codes: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Which codes are valid: 18 characters, the first eight digits, check digit of GB 32100-2015.

    Args:
        codes: texts of any kind, none null.

    Returns:
        One truth value per code, those of ``stdnum.cn.uscc``.
    """
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    plain = pc.equal(pc.binary_length(codes), _LENGTH).to_numpy(zero_copy_only=False)
    found = np.zeros(len(codes), dtype=np.bool_)
    found[plain] = _checked(_characters(codes.filter(pa.array(plain))))
    for at in np.flatnonzero(~found).tolist():
        found[at] = uscc.is_valid(codes[at].as_py())
    return pa.array(found)


def _characters(codes: pa.Array) -> npt.NDArray[np.uint8]:
    """The bytes of codes of 18, a row each, as they lie in the array."""
    data = codes.buffers()[2]
    if not len(codes) or data is None:
        return np.empty((0, _LENGTH), dtype=np.uint8)
    first = codes.offset * _LENGTH
    return np.frombuffer(data, dtype=np.uint8)[first : first + len(codes) * _LENGTH].reshape(-1, _LENGTH)


def _checked(characters: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    values = np.take(_VALUES, characters)
    digits = (characters[:, :_REGISTRAR] <= ord("9")).all(axis=1)
    with np.errstate(invalid="ignore"):
        check = -(values[:, :-1] @ _WEIGHTS) % 31
    return np.asarray(digits & (check == values[:, -1]), dtype=np.bool_)
