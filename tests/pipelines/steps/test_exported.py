"""What an export takes of earlier ones: hidden cells, changes kept back, quarters that stay as they were."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.lake import ALL, Lake, write_table
from pipelines.release.gate import Passing, disclosure
from pipelines.steps import exported, judged
from pipelines.steps.contributed import between, rebased
from pipelines.workspace import Workspace
from tests.pipelines.release.stand_in import COUNTIES, city_workspace, row

NOW, LATER, BEFORE = dt.date(2023, 10, 20), dt.date(2023, 9, 1), "2023-07-20"
CLASSES = ("0101", "0102", "0301", "0402")


def contributed(*, corrected: bool, left: bool = False) -> pd.DataFrame:
    """Six equal units in every class of every county, in three quarters; one corrected, one left since last year."""
    rows = []
    for quarter in ("2022Q1", "2022Q2", "2023Q1"):
        for county in list(COUNTIES)[:4]:
            for cls in CLASSES:
                for number in range(6):
                    unit = f"{county}{cls}{number}"
                    first = unit == f"{next(iter(COUNTIES))}01010"
                    value = 100 + (30 if corrected and first and quarter == "2022Q2" else 0)
                    gone = left and first and quarter == "2023Q1"
                    rows += [
                        (f"{quarter} va", county, cls, unit, 0 if gone else value),
                        (
                            f"{quarter} va_base",
                            county,
                            cls,
                            unit,
                            0 if gone else 90 if quarter < "2023" else 100 + number % 3,
                        ),
                    ]
    told = pd.DataFrame(rows, columns=["period", "region", "class", "unit", "value"])
    told["value"] = told["value"].astype(float)
    return told.assign(part=told["unit"], whole=told["value"])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A city whose copy of July is out."""
    made = city_workspace(tmp_path / "home")
    nobody = contract("core_digital_use").schema.empty_table()
    Lake(made.lake).write("core_digital_use", ALL, lambda path: write_table(nobody, path), fingerprint="")
    folder = made.exports("L1") / "2023Q1_2023-07-20_L1_0123456789"
    (folder / "parquet").mkdir(parents=True)
    said = {
        "as_of": BEFORE,
        "level": "L1",
        "hidden": [["419902", "0402"]],
        "unchanged": [["va", "2022", "419903", "01"]],
        "known": dict.fromkeys(("2022Q1", "2022Q2"), BEFORE),
    }
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    observed = pd.DataFrame([row("core_value_added", "rate_method", "2022Q2", "cumulative", 7.0, **{"class": "core"})])
    write_table(pa.Table.from_pandas(observed, preserve_index=False), folder / "parquet" / "observation.parquet")
    return made


def passing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, now: pd.DataFrame, between: pd.DataFrame | None = None
) -> Passing:
    """What may leave in October, beside July's copy and, if there was one, what was known in September."""

    def known(_: Workspace, __: str, as_of: dt.date) -> pd.DataFrame:
        then = {NOW: now, LATER: between}.get(as_of)
        return contributed(corrected=False) if then is None else then

    monkeypatch.setattr(judged, "contributions", known)
    published = exported._published(workspace, "L1")
    observed = pd.DataFrame([row("gdp", "accounts", "2023Q1", "cumulative", 900.0)])
    return judged.judged(workspace, judged.Known("2023Q1", NOW, observed), disclosure(workspace), published)


def test_what_earlier_copies_kept_stays_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    found = passing(workspace, monkeypatch, contributed(corrected=False))
    assert ("419902", "0402") in found.found.hidden
    assert ("419903", "01") in found.unchanged["va", "2022"]
    assert not found.held


def test_a_quarter_that_one_unit_corrected_stays_as_published(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = passing(workspace, monkeypatch, contributed(corrected=True))
    assert found.held == {"2022Q2": BEFORE}
    assert found.published["value"].tolist() == [7.0]
    # Held against the same day it would be no revision.
    same = dict.fromkeys(("2022Q2",), NOW.isoformat())
    folder = next(workspace.exports("L1").iterdir())
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(said | {"known": same}), encoding="utf-8")
    assert not passing(workspace, monkeypatch, contributed(corrected=True)).held


def copied(workspace: Workspace, level: str, value: float, known: dict[str, str]) -> Path:
    """A copy of September that tells quarters as of some days, and what it says of the core."""
    later = workspace.exports(level) / f"2022Q2_{LATER}_{level}_0123456789"
    first = next(workspace.exports("L1").iterdir())
    shutil.copytree(first, later)
    said = json.loads((later / "manifest.json").read_text(encoding="utf-8"))
    told = {"as_of": str(LATER), "level": level, "known": known, "hidden": [["419904", "01"]]}
    (later / "manifest.json").write_text(json.dumps(said | told), encoding="utf-8")
    path = later / "parquet" / "observation.parquet"
    write_table(pa.Table.from_pandas(pd.read_parquet(path).assign(value=value), preserve_index=False), path)
    return later


def test_all_days_of_a_quarter_are_remembered_and_the_level_repeats_its_own_words(workspace: Workspace) -> None:
    first = next(workspace.exports("L1").iterdir())
    later = copied(workspace, "L0", 5.0, {"2022Q2": str(LATER)})
    found = exported._published(workspace, "L1")
    assert found.known == {"2022Q1": {BEFORE}, "2022Q2": {BEFORE, str(LATER)}}
    assert found.told == {"2022Q1": first, "2022Q2": first}
    assert found.last == {"2022Q1": BEFORE, "2022Q2": BEFORE}
    assert found.observations(["2022Q2"])["value"].tolist() == [7.0]
    assert found.observations(["2022Q1"]).empty
    assert found.hidden == {("419902", "0402"), ("419904", "01")}
    # The public copy repeats the last public one; what none of those told, the task force's.
    found = exported._published(workspace, "L0")
    assert found.told == {"2022Q1": first, "2022Q2": later}
    assert found.last == {"2022Q1": BEFORE, "2022Q2": str(LATER)}
    assert found.observations(["2022Q2"])["value"].tolist() == [5.0]


@pytest.mark.parametrize("level", ["L1", "L0"])
def test_a_quarter_is_held_against_every_day_on_which_it_was_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    """From July to October one unit is corrected; by September many others were, and were again after."""
    copied(workspace, level, 5.0, {"2022Q2": str(LATER)})
    september = contributed(corrected=False)
    moved = september["period"].eq("2022Q2 va")
    september.loc[moved, "value"] += 10 + september.loc[moved].index % 7
    september["whole"] = september["value"]
    assert not passing(workspace, monkeypatch, contributed(corrected=False), september).held
    assert not passing(workspace, monkeypatch, september, september).held
    found = passing(workspace, monkeypatch, contributed(corrected=True), september)
    day, value = {"L1": (str(LATER), 5.0), "L0": (BEFORE, 7.0)}[level]
    assert found.held == {"2022Q2": day}
    assert found.published["value"].tolist() == [value]


@pytest.mark.parametrize("lacking", ["as_of", "level", "hidden", "unchanged", "known"])
def test_a_copy_that_does_not_say_what_it_told_is_named(workspace: Workspace, lacking: str) -> None:
    folder = next(workspace.exports("L1").iterdir())
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({k: v for k, v in said.items() if k != lacking}), "utf-8")
    with pytest.raises(InputError) as fault:
        exported._published(workspace, "L0")
    assert folder.name in fault.value.zh
    assert f"没有 {lacking}，" in fault.value.zh
    assert f"lacks {lacking}, so" in fault.value.en
    assert fault.value.where == str(folder / "manifest.json")


def test_who_left_is_not_told_by_the_base(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(workspace.exports("L1"))  # it is so from the first copy on
    found = passing(workspace, monkeypatch, contributed(corrected=False, left=True))
    first = next(iter(COUNTIES))
    assert (first, "0101") in found.unchanged["va", "2023"]
    assert (first, "0101") in found.found.shown


def test_who_left_is_not_hidden_by_a_rate_that_was_revised_for_all(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(workspace.exports("L1"))
    told = contributed(corrected=False, left=True)
    base = told["period"].str.endswith("va_base") & told["whole"].gt(0)
    told.loc[base, ["value", "whole"]] = [103.1, 100]
    found = passing(workspace, monkeypatch, told)
    first = next(iter(COUNTIES))
    assert (first, "0101") in found.unchanged["va", "2023"]
    assert found.unchanged["revenue", "2023"] == found.unchanged["va", "2023"]
    # Had nobody left, the rate alone would keep nothing back.
    everybody = contributed(corrected=False)
    base = everybody["period"].str.endswith("va_base")
    everybody.loc[base, ["value", "whole"]] = [103.1, 100]
    everybody.loc[everybody["period"].eq("2022Q1 va_base"), ["value", "whole"]] = [90, 90]
    assert ("va", "2023") not in passing(workspace, monkeypatch, everybody).unchanged


def test_staff_that_one_unit_changed_is_told_in_no_quarter(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(workspace.exports("L1"))
    told = contributed(corrected=False)
    staff = told[told["period"].str.endswith(" va")]
    staff = staff.assign(period=staff["period"] + " staff").replace({"period": {" va staff": " staff"}}, regex=True)
    first = next(iter(COUNTIES))
    one = staff["unit"].eq(f"{first}01010") & staff["period"].eq("2023Q1 staff")
    found = passing(workspace, monkeypatch, pd.concat([told, staff], ignore_index=True))
    assert not [key for key in found.unchanged if key[0] == "staff"]
    staff.loc[one, ["value", "whole"]] += 9
    found = passing(workspace, monkeypatch, pd.concat([told, staff], ignore_index=True))
    closed = {year: found.unchanged["staff", year] for year in ("2022", "2023")}
    assert (first, "0101") in closed["2022"]
    assert closed["2022"] == closed["2023"]


def test_changes_have_their_sign_and_unchanged_units_are_zero() -> None:
    told = contributed(corrected=False, left=True)
    found = rebased(told, "2023").set_index(["period", "region", "class", "unit"])["value"]
    first = next(iter(COUNTIES))
    assert set(found.index.get_level_values("period")) == {"2023Q1 va", "2023Q1 va alone"}
    for period in ("2023Q1 va", "2023Q1 va alone"):
        assert found[period, first, "0101", f"{first}01010"] == -100
        assert found[period, first, "0101", f"{first}01011"] == 1
    assert rebased(told, str(Quarter(2022, 1).year)).empty
    assert between(told, told)["value"].eq(0).all()
