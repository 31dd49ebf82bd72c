"""What a firm says it does is held against its code."""

from __future__ import annotations

import pyarrow as pa

from pipelines.review.activities import at_odds

CORE = pa.table({"code": ["6513", "3911"]})


def pairs(*rows: tuple[str, str]) -> pa.Table:
    return pa.table({"activity": [text for text, _ in rows], "class_code": [code for _, code in rows]})


def test_a_text_that_reads_like_another_industry_is_at_odds_with_its_code() -> None:
    found = at_odds(pairs(("应用软件开发", "1712"), ("水泥制造", "6513")), CORE)
    assert found.to_pylist() == [
        {"activity": "应用软件开发", "class_code": "1712", "reads_core": True},
        {"activity": "水泥制造", "class_code": "6513", "reads_core": False},
    ]


def test_a_text_that_fits_or_says_too_little_is_not() -> None:
    found = at_odds(pairs(("应用软件开发", "6513"), ("生产", "6513"), ("应用软件开发", "65"), ("软件", "")), CORE)
    assert found.num_rows == 0
    assert found.schema.names == ["activity", "class_code", "reads_core"]
