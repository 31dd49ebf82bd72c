"""The comparable base follows mergers: what the steps make agrees with the public function on the same returns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from indicators.comparable import ComparableGrowth, comparable_growth
from pipelines.engine import engine, statement
from pipelines.lake import Lake
from pipelines.steps.classified import FOREVER
from pipelines.steps.register import core_change
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import make_quarter, make_reference
from tests.pipelines.steps.test_register import registers

Row = dict[str, object]
_TYPES = [
    *((name, pa.string()) for name in ("quarter", "sector", "row_id", "unit")),
    ("months", pa.int64()),
    *((name, pa.string()) for name in ("county", "gbt", "class_status", "status")),
    *((name, pa.int64()) for name in ("output", "output_base", "revenue", "revenue_base", "profit", "wages", "staff")),
    ("known_from", pa.date32()),
    ("known_to", pa.date32()),
]
LAST_YEAR, THIS = by_hand.QUARTERS[0], by_hand.LAST
DAY, LATER = dt.date(2023, 4, 18), dt.date(2023, 5, 20)
WEST = "990102"
# A year ago: unit → class, county, output in 千元.
THEN = {
    1: ("3911", by_hand.COUNTY, 4000),
    2: ("3912", by_hand.COUNTY, 1200),
    3: ("3911", by_hand.COUNTY, 800),  # merged into 4, and this one into 1
    4: ("3913", WEST, 2000),
    5: ("3911", WEST, 600),  # gone
    6: ("3911", WEST, 1600),  # will be recoded
    7: ("3912", by_hand.COUNTY, 2400),  # will have moved
}
# Now: unit → class, county, output, 上年同期 ('' where it is blank).
NOW: dict[int, tuple[str, str, int, object]] = {
    1: ("3911", by_hand.COUNTY, 9000, ""),
    2: ("3912", by_hand.COUNTY, 1600, 1240),  # restates last year
    6: ("3913", WEST, 2000, ""),
    7: ("3912", WEST, 2600, ""),
    8: ("3911", WEST, 400, 320),  # crossed the threshold
    9: ("3912", WEST, 200, ""),  # new-born
}


def _firm(number: int, gbt: str, county: str, output: int, base: object) -> by_hand.Row:
    return by_hand.firm(number, gbt, output=output, revenue=output, base=base) | {"county": county}


@pytest.fixture
def city(unmade: Path) -> Path:
    """Two counties whose industry reports by the tables above; nobody else does."""
    settings = (unmade / "city.toml").read_text(encoding="utf-8")
    (unmade / "city.toml").write_text(f'{settings}\n[[counties]]\ncode = "{WEST}"\nname = "西区"\n', encoding="utf-8")
    for path in (unmade / "inbox").glob("F203*"):
        path.unlink()
    by_hand.industry(unmade / "inbox", LAST_YEAR, [_firm(n, *said, 0) for n, said in THEN.items()])
    by_hand.industry(unmade / "inbox", THIS, [_firm(n, *said) for n, said in NOW.items()])
    return unmade


def _register(home: Path, *, merged: bool, day: dt.date = DAY, again: str = "") -> None:
    """The register of this quarter, with the mergers or while they were not known."""
    gone = {"exit_date": "2022-11-30"}
    heirs = {3: by_hand.unit(4), 4: by_hand.unit(1)} if merged else {}
    there = [by_hand.registered(n, said[0], county=said[1]) for n, said in NOW.items()]
    left = [by_hand.registered(n, THEN[n][0], county=THEN[n][1], **gone) for n in (3, 4, 5)]
    rows = [row | {"successor": heirs.get(n, "")} for n, row in zip((3, 4, 5), left, strict=True)]
    registers(home, [*there, *rows], day=day, again=again, quarter=THIS)


def _by_steps(home: Path, known: dt.date) -> pd.DataFrame:
    """Value added and its base by county and class in the cells known on a day, as 千元 of output (a rate of 25 %)."""
    leaf = Lake(home / "lake").read("cell_leaf", [THIS]).to_pandas()
    mine = leaf[(leaf["known_from"] <= known) & (known < leaf["known_to"])]
    return mine.groupby(["county", "gbt"])[["va", "va_base"]].sum() / 250


def _by_function(successors: dict[int, int]) -> pd.DataFrame:
    cells = _grown(successors).cells
    cells = cells[cells["current"] > 0].set_index(["county", "gbt"])
    return cells[["current", "base_comparable"]].set_axis(["va", "va_base"], axis=1)


def _grown(successors: dict[int, int]) -> ComparableGrowth:
    current = pd.DataFrame(
        [(by_hand.unit(n), gbt, county, output, base) for n, (gbt, county, output, base) in NOW.items()],
        columns=["unit", "gbt", "county", "value", "base"],
    )
    current["base"] = pd.to_numeric(current["base"])
    previous = pd.DataFrame(
        [(by_hand.unit(n), gbt, county, output) for n, (gbt, county, output) in THEN.items()],
        columns=["unit", "gbt", "county", "value"],
    )
    heirs = {by_hand.unit(absorbed): by_hand.unit(heir) for absorbed, heir in successors.items()}
    return comparable_growth(current, previous, by=["county", "gbt"], successors=heirs)


def _made(home: Path) -> None:
    make_reference(home)
    make_quarter(home, THIS)


def test_the_base_is_that_of_the_public_function(city: Path) -> None:
    _register(city, merged=True)
    _made(city)
    pd.testing.assert_frame_equal(_by_steps(city, DAY), _by_function({3: 4, 4: 1}), check_dtype=False)
    base = _by_steps(city, DAY)["va_base"]
    assert base.loc[(by_hand.COUNTY, "3911")] == 4000 + 2000 + 800


def test_a_merger_learnt_later_makes_a_new_vintage(city: Path) -> None:
    _register(city, merged=False)
    _register(city, merged=True, day=LATER, again="_更正")
    _made(city)
    part = Lake(city / "lake").read("class_part", [THIS]).to_pandas()
    mine = part[part["unit"] == by_hand.unit(1)].groupby(["known_from", "known_to"])["va_base"].sum()
    assert mine.to_dict() == {(DAY, LATER): 1_000_000, (LATER, FOREVER): 1_700_000}
    for known, successors in ((DAY, {}), (LATER, {3: 4, 4: 1})):
        pd.testing.assert_frame_equal(_by_steps(city, known), _by_function(successors), check_dtype=False)


def test_the_changes_are_the_causes_of_the_bridge(city: Path) -> None:
    """The register of a year ago beside this one's, with no other between them: one row per cause."""
    before = [by_hand.registered(n, said[0], county=said[1]) for n, said in THEN.items()]
    registers(city, before, quarter=by_hand.QUARTERS[3])
    _register(city, merged=True)
    _made(city)
    core_change(Workspace(city), THIS)
    changes = Lake(city / "lake").read("core_change", [THIS]).to_pandas()
    found = {event: sorted(rows["unit"]) for event, rows in changes.groupby("event")}
    assert found == {
        "entry": [by_hand.unit(8), by_hand.unit(9)],  # entered and new
        "exit": [by_hand.unit(5)],
        "merger": [by_hand.unit(3), by_hand.unit(4)],
        "recode": [by_hand.unit(6)],
        "move": [by_hand.unit(7)],
    }
    bridge = _grown({3: 4, 4: 1}).bridge
    causes = {"entered": "entry", "new": "entry", "recode_in": "recode", "recode_out": "recode"}
    causes |= {"move_in": "move", "move_out": "move", "exit": "exit", "merger": "merger"}
    told = {causes[cause] for cause in bridge["cause"] if cause != "revised"}
    assert told == set(found)


def _linked(*links: tuple[str, str | None], quarter: str = "2023Q1", left: str | None = "2022-11-30") -> list[Row]:
    gone = dt.date.fromisoformat(left) if left else None
    return [
        {"quarter": quarter, "row_id": f"{quarter}{unit}", "unit": unit, "successor": heir, "entry_date": None}
        | {"exit_date": gone, "known_from": DAY, "known_to": FOREVER, "status": "accepted"}
        for unit, heir in links
    ]


@pytest.mark.parametrize(
    ("rows", "heirs"),
    [
        (_linked(("a", "b"), ("b", "c")), {"a": "c", "b": "c"}),
        (_linked(("a", "b"), ("b", "a"), ("c", "a")), {}),  # a circle has no end
        (_linked(("a", "a")), {}),
        (_linked(("a", "b"), left=None), {}),  # it has not left
        (_linked(("a", "b"), left="2023-04-01"), {}),  # not in this quarter
        ([*_linked(("a", "b"), quarter="2022Q3"), *_linked(("c", None))], {"a": "b"}),  # no longer listed
        ([*_linked(("a", "b"), quarter="2022Q3"), *_linked(("a", None))], {}),  # taken back
        ([*_linked(("a", "b"), quarter="2022Q3"), *_linked(("a", "c"))], {"a": "c"}),
        ([row | {"known_from": LATER} for row in _linked(("a", "b"))], {}),  # not known yet
        ([row | {"status": "set_aside"} for row in _linked(("a", "b"))], {}),
    ],
)
def test_who_took_over_whom(rows: list[Row], heirs: dict[str, str]) -> None:
    with engine() as work:
        work.add(core_register=pa.Table.from_pylist(rows))
        parameters = {"known": DAY, "last_day": dt.date(2023, 3, 31)}
        found = work.rows(statement("pipelines", "succession"), parameters).to_pylist()
    assert {row["absorbed"]: row["heir"] for row in found} == heirs


def _return(unit: str, sector: str, months: int, output: int, base: int | None = None, **changes: object) -> Row:
    row = {"quarter": "2023Q1", "sector": sector, "row_id": f"{sector}-{unit}", "unit": unit, "months": months}
    row |= {"county": by_hand.COUNTY, "gbt": "3911", "class_status": "assigned", "status": "accepted"}
    row |= {"output": output, "output_base": base, "revenue": output, "revenue_base": base}
    row |= {"profit": 0, "wages": 0, "staff": 1, "known_from": DAY, "known_to": FOREVER}
    return row | changes


@pytest.mark.parametrize(
    ("now", "then", "bases"),
    [
        # Two surveys: the return of the same one takes it, else the first over the same months.
        (
            [_return("b", "industry", 3, 9), _return("b", "service", 2, 9)],
            [_return("a", "service", 2, 5)],
            {"industry-b": None, "service-b": 5},
        ),
        ([_return("b", "industry", 3, 9)], [_return("a", "trade", 3, 5)], {"industry-b": 5}),
        ([_return("b", "industry", 3, 9)], [_return("a", "service", 2, 5)], {"industry-b": None}),
        ([_return("b", "industry", 3, 9)], [_return("b", "industry", 2, 5)], {"industry-b": None}),
        # An absorbed unit that still reports keeps its base.
        (
            [_return("b", "industry", 3, 9), _return("a", "industry", 3, 4)],
            [_return("a", "industry", 3, 5), _return("b", "industry", 3, 7)],
            {"industry-b": 7, "industry-a": 5},
        ),
        # What the return says holds.
        ([_return("b", "industry", 3, 9, 8)], [_return("a", "industry", 3, 5)], {"industry-b": 8}),
        # A return without a class is in neither side, and takes no other's place.
        ([_return("b", "industry", 3, 9, class_status="unmatched")], [_return("a", "industry", 3, 5)], {}),
    ],
)
def test_what_the_base_holds(now: list[Row], then: list[Row], bases: dict[str, int | None]) -> None:
    with engine() as work:
        work.add(class_return=pa.Table.from_pylist(now).cast(pa.schema(_TYPES)))
        work.add(last_return=pa.Table.from_pylist(then).cast(pa.schema(_TYPES)))
        work.add(succession=pa.table({"absorbed": ["a"], "heir": ["b"]}))
        work.keep("taken", statement("pipelines", "taken"), {"known": DAY})
        found = work.rows(statement("pipelines", "returned"), {"known": DAY}).to_pylist()
    assert {row["row_id"]: row["output_base"] for row in found} == bases
    assert {row["row_id"]: row["revenue_base"] for row in found} == bases
