"""An attack on copies that left one after the other while units were corrected, from what stands in their files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from indicators.quarter import Quarter
from pipelines.lake import write_table
from pipelines.release import cut, gate
from pipelines.steps import exported, judged
from pipelines.steps.contributed import with_alone
from pipelines.workspace import Workspace
from tests.pipelines.release.stand_in import COUNTIES, PLACE, city_workspace, row

QUARTERS = ("2022Q1", "2022Q2", "2023Q1", "2023Q2")
WHERE = [(county, cls) for county in list(COUNTIES)[:3] for cls in ("0101", "0102", "0301")]
ONE = f"{WHERE[0][0]}{WHERE[0][1]}0"
# What one unit was corrected by, and the day on which it became known; last of all many others are.
CORRECTED = {"2022Q2": (31, dt.date(2023, 6, 1)), "2023Q1": (43, dt.date(2023, 8, 1))}
MANY = dt.date(2023, 11, 1)
COPIES = [
    (dt.date(2023, 4, 20), "2023Q1", "L1"),
    (dt.date(2023, 7, 20), "2023Q1", "L0"),
    (dt.date(2023, 10, 20), "2023Q2", "L1"),
    (dt.date(2023, 11, 20), "2023Q2", "L1"),
]
RULES = """[rules]
min_count = 3
dominance = [[1, 0.85], [2, 0.90]]
p_percent = 0.10
fold = 0.5
"""
Number = tuple[str, str, str]  # quarter, region, class


def contributions(_: Workspace, quarter: str, as_of: dt.date) -> pd.DataFrame:
    """What units put in as known on a day; a base is what the year before was at first."""

    def amount(of: str, unit: str, number: int, day: dt.date) -> int:
        by, learnt = CORRECTED.get(of, (0, day))
        many = (17 + 5 * number) * (of in CORRECTED and day >= MANY)
        return 1000 * int(of[5]) + 7 * number + by * (unit == ONE and day >= learnt) + many

    rows = []
    for of in (each for each in QUARTERS if each <= quarter):
        for county, cls in WHERE:
            for number in range(6):
                unit, ago = f"{county}{cls}{number}", f"{int(of[:4]) - 1}{of[4:]}"
                for item, when, day in (("va", of, as_of), ("va_base", ago, COPIES[0][0])):
                    rows.append((of, county, cls, unit, item, amount(when, unit, number, day)))
    long = pd.DataFrame(rows, columns=["quarter", "county", "class", "unit", "item", "value"])
    long = long.assign(part=long["unit"], whole=long["value"], period=long["quarter"] + " " + long["item"])
    told = long[["period", "county", "class", "unit", "part", "value", "whole"]].rename(columns={"county": "region"})
    return with_alone(told, ["value", "whole"])


def observed(told: pd.DataFrame) -> pd.DataFrame:
    """The figures that follow: levels, both bases, growth."""
    places = pd.concat([told, told.assign(region=PLACE)])
    classes = pd.concat([places, *(places.assign(**{"class": c}) for c in (places["class"].str[:2], "core"))])
    sums = classes.groupby(["period", "region", "class"])["value"].sum().to_dict()
    return pd.DataFrame(figures(sums))


def figures(sums: dict[tuple[str, ...], int]) -> Iterator[dict[str, Any]]:
    for (period, region, cls), value in sums.items():
        quarter, _, item = period.partition(" ")
        if item not in {"va", "va alone"}:
            continue
        span, place = "quarter" if "alone" in item else "cumulative", {"region": region, "class": cls}
        base = sums[period.replace(" va", " va_base"), region, cls]
        said = [("core_value_added", value, "none"), ("core_growth", value / base - 1, "comparable")]
        said += [("core_value_added_base", base, "comparable")]
        if before := sums.get((f"{Quarter.parse(quarter) - 4} {item}", region, cls)):
            said += [("core_value_added_base", before, "published")]
        for indicator, number, of in said:
            yield row(indicator, "rate_method", quarter, span, float(number), base=of, **place)


def leave(home: Path, patch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """All copies, one after the other, through the gate; of their products the observations alone."""
    workspace = city_workspace(home)
    approved = "".join(
        f'[[approval]]\nrelease = "{quarter}_{day}_0123456789"\napproved_by = "局领导"\napproved_on = {day}\n'
        "embargo = 2023-04-02T10:00:00+08:00\n"
        for day, quarter, level in COPIES
        if level == "L0"
    )
    (workspace.home / gate.SETTINGS).write_text(RULES + approved, encoding="utf-8")
    patch.setattr(judged, "contributions", contributions)
    patch.setattr(judged, "answers", lambda *_: {})
    patch.setattr(exported, "_refuse_other_ground", lambda *_: None)
    patch.setattr(exported, "_rested_on", lambda *_: {})
    patch.setattr(cut, "_fill", observations_only)
    return [_left(workspace, *copy) for copy in COPIES]


def observations_only(folder: Path, _: Workspace, __: object, tables: dict[str, pa.Table], *_rounded: object) -> None:
    (folder / "parquet").mkdir()
    write_table(tables["observation"], folder / "parquet" / "observation.parquet")


def _left(workspace: Workspace, day: dt.date, quarter: str, level: Any) -> pd.DataFrame:
    release = workspace.releases / f"{quarter}_{day}_0123456789"
    (release / "parquet").mkdir(parents=True, exist_ok=True)
    rows = pa.Table.from_pandas(observed(contributions(workspace, quarter, day)), preserve_index=False)
    write_table(rows, release / "parquet" / "observation.parquet")
    said = {"release": release.name, "quarter": quarter, "as_of": str(day), "vintage": "preliminary"}
    (release / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    copy = exported.export(workspace, release, level, purpose="试")
    return pd.read_parquet(copy.folder / "parquet" / "observation.parquet")


def told(copies: list[pd.DataFrame]) -> dict[Number, set[float]]:
    """All that a reader of all copies can take for the level of a quarter: told as such, as a base, or a difference."""
    numbers: dict[tuple[str, Number], set[float]] = {}
    for rows in copies:
        shown = rows[rows["value"].notna()]
        names = ["indicator", "base", "span", "period", "region", "class", "value"]
        found = {tuple(key): float(value) for *key, value in shown[names].itertuples(index=False, name=None)}
        for (indicator, _, span, period, *cell), value in found.items():
            own, ago = (period, *cell), (str(Quarter.parse(period) - 4), *cell)
            level = found.get(("core_value_added", "none", span, period, *cell))
            if indicator == "core_value_added":
                numbers.setdefault((span, own), set()).add(value)
            elif indicator == "core_value_added_base":
                numbers.setdefault((span, ago), set()).add(value)
            elif level is not None:
                numbers.setdefault((span, ago), set()).add(level / (1 + value))
    levels = {number: set(values) for (span, number), values in numbers.items() if span == "cumulative"}
    for (span, (quarter, *cell)), values in numbers.items():
        if span == "quarter" and quarter[5] > "1":
            whole = numbers.get(("cumulative", (quarter, *cell)), set())
            before = levels.setdefault((str(Quarter.parse(quarter) - 1), *cell), set())
            before |= {total - value for total, value in product(whole, values)}
    return levels


def read_off(copies: list[pd.DataFrame]) -> set[tuple[str, str, str]]:
    """The corrections of the one unit that stand between two numbers of one cell, and the cells."""
    return {
        number
        for number, values in told(copies).items()
        for one, other in product(values, values)
        if number[0] in CORRECTED and one - other == pytest.approx(CORRECTED[number[0]][0], abs=0.5)
    }


def test_no_copy_tells_beside_the_others_what_one_unit_was_corrected_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = leave(tmp_path / "home", monkeypatch)
    assert not read_off(copies)
    # The quarter corrected stood as it was, and went out when many others had been corrected as well.
    whole = {
        "indicator": "core_value_added",
        "period": "2022Q2",
        "span": "cumulative",
        "region": PLACE,
        "class": "core",
    }
    levels = [rows.loc[(rows[list(whole)] == pd.Series(whole)).all(axis=1), "value"].tolist() for rows in copies]
    first, *held, last = [value for (value,) in levels]
    assert set(held) == {first}
    assert last > first


def test_without_the_gate_each_correction_could_be_read_off(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    found = read_off([observed(contributions(workspace, quarter, day)) for day, quarter, _ in COPIES])
    assert {(quarter, *WHERE[0]) for quarter in CORRECTED} <= found
