"""The national set's inputs as committed: they are read whole, and say what the bureau published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from pipelines.ingest import small
from pipelines.ingest.landing import receipts, register
from pipelines.ingest.raw import read
from pipelines.workspace import Workspace

DATA = Path(__file__).parents[3] / "data"
YI = 100_000_000


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    home = tmp_path_factory.mktemp("national") / "home"
    shutil.copytree(DATA / "national", home, ignore=shutil.ignore_patterns("lake", "log", "release", "received", "_*"))
    workspace = Workspace(home)
    assert all(receipt.accepted for receipt in register(workspace))
    raws = {form: read(receipts(workspace, form), form) for form in ("account", "account_division", "published")}
    assert not any(raw.refused.num_rows for raw in raws.values())
    account, aside = small.core_account(raws["account"].table, raws["account_division"].table, workspace.city)
    published, aside_too = small.core_published(raws["published"].table, workspace.city)
    assert aside.num_rows == aside_too.num_rows == 0
    return {"account": account, "published": published}


def one(table: pa.Table, **wanted: str) -> float:
    [row] = [row for row in table.to_pylist() if all(row[name] == value for name, value in wanted.items())]
    return float(row["value"])


def test_quarterly_accounts(tables: dict[str, pa.Table]) -> None:
    gdp = {"industry": "GDP", "measure": "value", "price_basis": "current"}
    assert one(tables["account"], **gdp, period="2021Q4", span="quarter") == pytest.approx(324_237.4 * YI)
    assert one(tables["account"], **gdp, period="2020Q4", span="cumulative") == pytest.approx(
        1_013_567.0 * YI, rel=1e-6
    )
    growth = {"industry": "GDP", "measure": "growth", "span": "cumulative"}
    assert one(tables["account"], **growth, period="2021Q4") == pytest.approx(0.084)
    periods = set(tables["account"]["period"].to_pylist())
    assert periods == {f"{year}Q{q}" for year in range(2015, 2023) for q in range(1, 5)}
    industries = set(tables["account"]["industry"].to_pylist())
    assert industries == {"GDP", "A", "industry", "E", "F", "G", "H", "I", "J", "K", "L", "other"}


def test_industries_add_up_to_gdp(tables: dict[str, pa.Table]) -> None:
    total: dict[tuple[str, str], float] = {}
    for row in tables["account"].to_pylist():
        if row["measure"] == "value" and row["price_basis"] == "current":
            sign = -1 if row["industry"] == "GDP" else 1
            key = (row["period"], row["span"])
            total[key] = total.get(key, 0.0) + sign * row["value"]
    assert max(abs(value) for value in total.values()) <= 0.5 * YI


def test_core_industries_and_gdp_of_2023(tables: dict[str, pa.Table]) -> None:
    published = tables["published"]
    core = {"indicator": "core_value_added"}
    total = one(published, **core, **{"class": "core"})
    parts = [one(published, **core, **{"class": code}) for code in ("01", "02", "03", "04")]
    assert total == sum(parts) == 127_555 * YI
    assert [round(100 * part / total, 1) for part in parts] == [33.8, 3.2, 43.6, 19.4]
    gdp = {name: one(published, indicator="gdp", vintage=name) for name in ("preliminary", "census")}
    assert gdp == {"preliminary": 1_260_582 * YI, "census": 1_294_272 * YI}
    assert {name: round(100 * total / value, 1) for name, value in gdp.items()} == {"preliminary": 10.1, "census": 9.9}


def test_every_input_has_a_source() -> None:
    named = [
        name
        for path in (DATA / "sources").glob("national_*.yml")
        for name in yaml.safe_load(path.read_text(encoding="utf-8")).get("files", [])
    ]
    inbox = {path.name for path in (DATA / "national" / "inbox").iterdir()} - {"received.csv"}
    assert sorted(named) == sorted(inbox)
