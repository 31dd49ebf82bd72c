"""A release in SDMX: read back by pysdmx it says what the tables say; a withheld figure leaves without its value."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from pysdmx.io import read_sdmx
from pysdmx.model.message import Message

from classification.errors import InputError
from indicators.catalogue import catalogue
from indicators.observation import STATUSES
from indicators.quarter import Quarter
from pipelines.release import sdmx, snapshot
from pipelines.release.dictionary import conform, release_contracts
from pipelines.release.issue import Issue
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made

SAID = yaml.safe_load((Path(sdmx.__file__).parent / "sdmx.yml").read_text(encoding="utf-8"))
WORDS = {
    name: {code["id"]: code.get("value", code["id"]) for code in body.get("codes", ())}
    for name, body in SAID["codelists"].items()
}


def _structure(folder: Path) -> Message:
    return read_sdmx(folder / "structure.xml", validate=True)


def _rows(path: Path, *, validate: bool = False) -> list[dict[str, str]]:
    (dataset,) = read_sdmx(path, validate=validate).data
    return dataset.data.to_dict("records")


def _as_table_says(row: dict[str, str], authorities: dict[str, str]) -> dict[str, Any]:
    """A row of SDMX in the words of the observation table."""
    indicator, definition = row["INDICATOR"].split("-")
    return {
        "indicator": indicator,
        "definition_id": definition,
        "period": row["TIME_PERIOD"].replace("-", ""),
        "span": row["SPAN"],
        "region": row["REF_AREA"].removeprefix("CN"),
        "class": "" if row["CLASS"] == "_Z" else row["CLASS"].partition("-")[2],
        "value": float(row["OBS_VALUE"]),
        "unit": WORDS["CL_UNIT"][row["UNIT_MEASURE"]],
        "price_basis": row["PRICE_BASIS"],
        "base": row["BASE"],
        "vintage": row["VINTAGE"],
        "as_of": dt.date.fromisoformat(row["AS_OF"]),
        "status": WORDS["CL_OBS_STATUS"][row["OBS_STATUS"]],
        "authority": authorities[row["AUTHORITY"]],
        "release_level": row["RELEASE_LEVEL"],
    }


def _sorted(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(tuple(row[name] for name in sorted(row)) for row in rows)


@pytest.mark.parametrize("name", ["city", "nation"])
def test_read_back_row_for_row(name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    folder = made.folder / "sdmx"
    # Names in two languages are read back in English; where there is none, in Chinese.
    (authority,) = [lst for lst in _structure(folder).get_codelists() if lst.id == "CL_AUTHORITY"]
    authorities = {code.id: code.name for code in authority.items} | WORDS["CL_AUTHORITY"]
    stored = pq.read_table(made.folder / "parquet" / "observation.parquet").to_pylist()
    everything = [_as_table_says(row, authorities) for row in _rows(folder / "observation.csv")]
    assert _sorted(everything) == _sorted(stored)
    core = _rows(folder / "core.xml", validate=True)
    assert {row["INDICATOR"].split("-")[0] for row in core} <= {row["indicator"] for row in stored}
    assert len(core) > 0
    whole = {tuple(row) for row in _sorted(everything)}
    assert {tuple(row) for row in _sorted([_as_table_says(row, authorities) for row in core])} < whole


@pytest.mark.parametrize("name", ["city", "nation"])
def test_every_code_is_in_its_list(name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    folder = made.folder / "sdmx"
    lists = {lst.id: {code.id for code in lst.items} for lst in _structure(folder).get_codelists()}
    rows = _rows(folder / "observation.csv")
    for said in SAID["components"]:
        if "codes" in said:
            assert {row[said["id"]] for row in rows} <= lists[said["codes"]], said["id"]


def test_structure(city: Made) -> None:
    found = _structure(city.folder / "sdmx")
    (definition,) = found.get_data_structure_definitions()
    assert [c.id for c in definition.components] == [said["id"] for said in SAID["components"]]
    assert [d.id for d in definition.components.dimensions][-1] == "TIME_PERIOD"
    assert [(flow.id, str(flow.agency)) for flow in found.get_dataflows()] == [("ALL", "SHUCE"), ("CORE", "SHUCE")]
    lists = {lst.id: lst for lst in found.get_codelists()}
    assert (lists["CL_OBS_STATUS"].short_urn, lists["CL_OBS_STATUS"].is_partial) == (
        "Codelist=SDMX:CL_OBS_STATUS(2.2)",
        True,
    )
    trees = {tree.id: tree for tree in found.structures if type(tree).__name__ == "Hierarchy"}
    (place,) = trees["H_AREA"].codes
    assert place.urn.endswith(f"Code=SHUCE:CL_AREA(1.0.0).CN{stand_in.PLACE}")
    assert len(place.codes) == len(stand_in.COUNTIES)
    assert len(trees["H_CLASS"]) == len(lists["CL_CLASS"])


def test_names_in_two_languages(city: Made) -> None:
    text = (city.folder / "sdmx" / "structure.xml").read_text(encoding="utf-8")
    assert '<com:Name xml:lang="en">Yuan</com:Name><com:Name xml:lang="zh">元</com:Name>' in text
    assert f'<com:Name xml:lang="zh">{next(iter(stand_in.COUNTIES.values()))}</com:Name>' in text
    assert "Share in the city’s core value added" in text
    assert "\u241f" not in text


def test_bytes_repeat_and_know_no_clock(nation: Made, tmp_path: Path) -> None:
    issue = Issue(nation.folder.name, stand_in.LAST, stand_in.AS_OF)
    sdmx.write(nation.folder / "digital_economy.duckdb", issue, tmp_path / "sdmx")
    for path in sorted((tmp_path / "sdmx").iterdir()):
        then = nation.folder / "sdmx" / path.name
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(then.read_bytes()).digest(), path.name
    assert "<mes:Prepared>2024-01-20T00:00:00Z" in (tmp_path / "sdmx" / "core.xml").read_text(encoding="utf-8")


def _database(path: Path, **changed: str) -> Path:
    """The nation's release with one word for all its observations."""
    tables = stand_in.nation_tables()
    rows = tables["observation"]
    for name, word in changed.items():
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, pa.array([word] * len(rows)))
    given = tables | {"observation": rows}
    full = {n: conform(n, given.get(n, c.schema.empty_table())) for n, c in release_contracts().items()}
    snapshot.write_database(full, path)
    return path


ISSUE = Issue("2023Q4_2024-01-20_0123456789", Quarter(2023, 4), stand_in.AS_OF)


@pytest.mark.parametrize(("status", "level", "said"), [
    ("A", "L0", ("A", "F")), ("E", "L1", ("E", "N")), ("P", "L2", ("P", "N")), ("M", "L1", ("O", "N")),
    ("C", "L0", ("Q", "C")),
])  # fmt: skip
def test_status_and_confidentiality(status: str, level: str, said: tuple[str, str], tmp_path: Path) -> None:
    database = _database(tmp_path / "d.duckdb", status=status, release_level=level)
    sdmx.write(database, ISSUE, tmp_path / "sdmx")
    rows = _rows(tmp_path / "sdmx" / "observation.csv") + _rows(tmp_path / "sdmx" / "core.xml")
    assert {(row["OBS_STATUS"], row["CONF_STATUS"]) for row in rows} == {said}
    values = {str(row.get("OBS_VALUE", "")) for row in rows}
    if status in {"M", "C"}:
        assert values <= {"", "nan", "<NA>"}
        assert "127555" not in (tmp_path / "sdmx" / "observation.csv").read_text(encoding="utf-8")
    else:
        assert "12755500000000.0" in values


def test_a_unit_without_a_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="计量单位没有 SDMX 代码"):
        sdmx.write(_database(tmp_path / "d.duckdb", unit="斤"), ISSUE, tmp_path / "sdmx")
    assert not (tmp_path / "sdmx").exists()


def test_every_unit_and_status_has_a_code() -> None:
    assert set(catalogue()["unit"]) <= set(WORDS["CL_UNIT"].values())
    assert set(WORDS["CL_OBS_STATUS"].values()) == set(STATUSES)
    ids = catalogue()["id"] + catalogue()["definition_id"]
    assert not pc.any(pc.match_substring(pa.array(ids), "-")).as_py()
