"""The city's leading proxies come as files that are read, and turn before the planted downturns of divisions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.engine import engine, statement
from pipelines.ingest.forms import forms
from pipelines.ingest.words import LEADING
from pipelines.sample.events import turning_points
from pipelines.sample.leading_files import downturns, levels, write_leading
from pipelines.sample.profile import CITY, rows
from pipelines.warning.backtest import Score, backtest
from pipelines.warning.rules import rule, statement_of

DAY = dt.date(2024, 1, 20)
QUARTERS = [str(Quarter(2020, 1) + n) for n in range(16)]


def level_of(code: str) -> str:
    return "industry" if code == "core" else "sector"


def test_a_file_of_a_quarter_is_recognised_and_says_that_it_is_synthetic(tmp_path: Path) -> None:
    sent = write_leading(tmp_path, Quarter(2023, 4))
    assert forms()["leading"].regex.search(sent.file)
    assert sent.received_at == dt.date(2024, 1, 15)
    said = (tmp_path / sent.file).read_text(encoding="utf-8-sig")
    assert "合成数据" in said
    assert [f"2023-{month}" in said for month in (9, 10, 11, 12)] == [False, True, True, True]
    [line] = [
        line.split(",") for line in said.splitlines() if line.startswith("2023-12,增值税开票额,") and ",65," in line
    ]
    number = [row["class"] for row in rows("leading.csv")].index("65")
    assert float(line[4]) / float(line[5]) == pytest.approx(levels(number)[59] / levels(number)[47], abs=1e-4)


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    """How the rule does over the planted downturns of divisions, from the proxies alone."""
    said, known = [], []
    for number, row in enumerate(rows("leading.csv")):
        level, found = level_of(row["class"]), levels(number)
        shared = {"proxy": LEADING[row["proxy"]], "region": CITY, "level": level, "class": row["class"]}
        for at in range(48):
            month = {
                "month": f"{2020 + at // 12}-{at % 12 + 1:02d}",
                "value": found[at + 12],
                "value_before": found[at],
            }
            said.append(shared | month | {"department": row["department"], "known_from": dt.date(2021, 1, 1)})
        known += [(level, CITY, row["class"], quarter) for quarter in QUARTERS]
    watched = pd.DataFrame(known, columns=["level", "region", "class", "quarter"]).drop_duplicates()
    schema = pa.schema([field.with_nullable(True) for field in contract("core_leading").schema])
    with engine() as work:
        work.add(class_fact=pa.Table.from_pandas(watched, preserve_index=False))
        work.add(core_leading=pa.Table.from_pylist(said, schema=schema))
        work.keep("fact", statement("pipelines", "leading_fact"), {"as_of": DAY})
        fired = work.rows(statement_of(statement("pipelines", "signal"), rule("W10"))).to_pandas()
    points = [(p.id, "sector", code, str(p.first), str(p.last), p.what) for p in turning_points()
              for code in set(watched["class"]) if f"sector:{code}" in p.subjects and p.item == "flows"]  # fmt: skip
    named = {"class": "subject"}
    found = backtest(
        fired.rename(columns=named).assign(kind="onset", rule="W10"),
        pd.DataFrame(points, columns=["id", "level", "subject", "first", "last", "what"]),
        watched.rename(columns=named).query("quarter >= '2022Q1'"),
    )
    return {one.level: one for one in found if one.rule == "W10"}


def test_every_downturn_of_a_division_is_announced_and_noise_is_at_times(scores: dict[str, Score]) -> None:
    assert [downturns(code) for code in ("52", "63", "65", "64", "39", "core")] == [[23], [26], [32], [38], [], []]
    assert (scores["sector"].points, scores["sector"].hits, scores["sector"].lag) == (4, 4, 0.0)
    assert 0 < scores["sector"].alarms < 0.2 * scores["sector"].quiet
