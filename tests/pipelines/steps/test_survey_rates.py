"""Rates of a survey that leave the house, attacked by somebody who knows how many firms were asked in every part."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from indicators.disclosure import pattern
from pipelines.lake import write_table
from pipelines.release import cut, gate
from pipelines.steps import exported, judged
from pipelines.workspace import Workspace
from tests.pipelines.release.stand_in import PLACE, city_workspace, row
from tests.pipelines.steps.test_exports_in_turn import RULES, contributions, observations_only, observed

LATE, MANY = dt.date(2023, 6, 1), dt.date(2023, 11, 1)
DAYS = (dt.date(2023, 4, 20), dt.date(2023, 7, 20), dt.date(2023, 11, 20))
FEWEST = 3
PARTS = ("secondary", "tertiary")
# Definition → how many firms of each part use it, and how many do not.
ASKED = {
    "adoption": {"secondary": (20, 30), "tertiary": (9, 31)},
    "cloud": {"secondary": (15, 35), "tertiary": (2, 38)},
}
Asked = dict[str, dict[str, tuple[int, int]]]  # definition → part → how many use it, and how many do not
Counts = dict[tuple[str, str], tuple[int, int]]  # definition, part → how many use it and how many were asked


def survey(day: dt.date, asked: Asked) -> pd.DataFrame:
    """Who uses what, as known on a day: one firm answers late, many others later still."""
    rows = []
    for definition, parts in asked.items():
        for part, (using, others) in parts.items():
            late = [1] * (day >= LATE and part == PARTS[0]) + [1, 1, 1, 0, 0, 0] * (day >= MANY and using + others > 0)
            said = [*([1] * using), *([0] * others), *late]
            rows += [(definition, part, f"{part}{number}", use) for number, use in enumerate(said)]
    return pd.DataFrame(rows, columns=["definition", "class", "unit", "use"])


def asking(asked: Asked) -> Callable[..., dict[str, pd.DataFrame]]:
    """What units add to both sides, as the program takes it."""

    def answers(_: Workspace, __: str, as_of: dt.date) -> dict[str, pd.DataFrame]:
        rows = survey(as_of, asked).assign(region=PLACE)
        sides = {"yes": rows["use"], "no": 1 - rows["use"]}
        told = [rows.assign(period="2022 " + rows["definition"] + f" {side}", value=v) for side, v in sides.items()]
        return {"all": pd.concat(told).assign(part="", whole=lambda rows: rows["value"])}

    return answers


def counts(day: dt.date, asked: Asked) -> Counts:
    """The truth: by definition and part, and all together."""
    rows = survey(day, asked)
    both = (
        pd.concat([rows, rows.assign(**{"class": "all"})]).groupby(["definition", "class"])["use"].agg(["sum", "size"])
    )
    return {(str(name), str(part)): (int(using), int(size)) for (name, part), using, size in both.itertuples(name=None)}


def rates(day: dt.date, asked: Asked) -> list[dict[str, Any]]:
    return [
        row("digital_penetration", name, "2022", "annual", using / size, **{"class": part})
        for (name, part), (using, size) in counts(day, asked).items()
    ]


def leave(home: Path, patch: pytest.MonkeyPatch, asked: Asked, days: tuple[dt.date, ...] = DAYS) -> list[pd.DataFrame]:
    """A copy on each of some days."""
    workspace = city_workspace(home)
    (workspace.home / gate.SETTINGS).write_text(RULES, encoding="utf-8")
    patch.setattr(judged, "contributions", contributions)
    patch.setattr(judged, "answers", asking(asked))
    patch.setattr(exported, "_refuse_other_ground", lambda *_: None)
    patch.setattr(exported, "_rested_on", lambda *_: {})
    patch.setattr(cut, "_fill", observations_only)
    return [_left(workspace, day, asked) for day in days]


def _left(workspace: Workspace, day: dt.date, asked: Asked) -> pd.DataFrame:
    release = workspace.releases / f"2023Q1_{day}_0123456789"
    (release / "parquet").mkdir(parents=True)
    rows = pd.concat([observed(contributions(workspace, "2023Q1", day)), pd.DataFrame(rates(day, asked))])
    write_table(pa.Table.from_pandas(rows, preserve_index=False), release / "parquet" / "observation.parquet")
    said = {"release": release.name, "quarter": "2023Q1", "as_of": str(day), "vintage": "preliminary"}
    (release / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    copy = exported.export(workspace, release, "L1", purpose="试")
    return pd.read_parquet(copy.folder / "parquet" / "observation.parquet")


def told(copy: pd.DataFrame, asked: Counts) -> Counts:
    """How many use it, of every part of which a copy tells or lets work out a rate."""
    mine = copy[copy["indicator"].eq("digital_penetration") & copy["value"].notna()]
    found = {
        (name, part): (round(rate * asked[name, part][1]), asked[name, part][1])
        for name, part, rate in mine[["definition_id", "class", "value"]].itertuples(index=False, name=None)
    }
    for name in {name for name, _ in found}:
        for part, other in (PARTS, PARTS[::-1]):
            if (name, part) in asked.keys() - found.keys() and {(name, "all"), (name, other)} <= found.keys():
                found[name, part] = (found[name, "all"][0] - found[name, other][0], asked[name, part][1])
    return found


def given_away(copies: list[Counts]) -> set[tuple[str, str]]:
    """What tells of fewer than three: who use it, who do not, or those by whom two copies differ."""
    differ = [
        (key, now[key][0] - before[key][0], now[key][1] - before[key][1])
        for before, now in pairwise(copies)
        for key in now.keys() & before.keys()
    ]
    few = {key for copy in copies for key, (using, size) in copy.items() if min(using, size - using) < FEWEST}
    return few | {key for key, using, size in differ if using and size < FEWEST}


def test_no_few_firms_are_told_of_nor_worked_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = leave(tmp_path, monkeypatch, ASKED)
    # A copy may tell of an earlier day: nobody can say whose the numbers are but by how many were asked on that day.
    days = [DAYS[0], DAYS[0], DAYS[2]]
    found = [told(copy, counts(day, ASKED)) for copy, day in zip(copies, days, strict=True)]
    assert not given_away(found)
    assert [set(one) for one in found] == [{("adoption", "all"), ("cloud", "all")}] * 3
    # What is told is the truth of the day, and the late answer waited for others.
    for one, day in zip(found, days, strict=True):
        truth = counts(day, ASKED)
        assert one == {key: truth[key] for key in one}


def test_parts_are_told_where_enough_do_and_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"adoption": ASKED["adoption"]}
    (first,) = leave(tmp_path, monkeypatch, asked, DAYS[:1])
    assert told(first, counts(DAYS[0], asked)) == counts(DAYS[0], asked)


def test_the_attack_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the gate, without the part alone that fewer than three use, and where a late answer is told at once."""
    bare = [pd.DataFrame(rates(day, ASKED)) for day in DAYS[:2]]
    truth = [counts(day, ASKED) for day in DAYS[:2]]
    few = ("cloud", "tertiary")
    assert few in given_away([told(bare[0], truth[0])])
    less = bare[0][(bare[0]["definition_id"] != few[0]) | (bare[0]["class"] != few[1])]
    assert given_away([told(less, truth[0])]) == {few}
    assert ("adoption", "all") in given_away([told(copy, one) for copy, one in zip(bare, truth, strict=True)])


@pytest.mark.parametrize(
    ("using", "others", "fewest", "shown"),
    [
        *((0, 40, 3, False), (40, 0, 3, False), (2, 38, 3, False), (38, 2, 3, False), (1, 1, 3, False)),
        *((3, 37, 3, True), (37, 3, 3, True), (4, 36, 5, False), (5, 35, 5, True)),
    ],
)
def test_neither_all_nor_none_nor_few_of_those_asked(using: int, others: int, fewest: int, shown: bool) -> None:
    limits = gate.Limits(min_count=fewest, dominance=((1, 0.85), (2, 0.90)), p_percent=0.1, fold=0.5)
    asked = {"adoption": {"industry": (using, others)}}
    table = asking(asked)(Workspace(Path()), "", DAYS[0])["all"]
    terms: dict[str, Any] = {"regions": (), "whole": PLACE, "classes": {"industry": ""}}
    assert (not pattern(table, rules=limits.answers, **terms).hidden) is shown
