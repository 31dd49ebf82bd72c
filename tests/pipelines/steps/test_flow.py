"""From raw to cells on the small city: what each table holds, and that nothing is made twice."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.contracts import contract
from pipelines.ingest.forms import forms
from pipelines.lake import Lake
from pipelines.steps.core import FIRM_FORMS, SMALL_TABLES
from pipelines.steps.raw import raw_contract
from pipelines.workspace import Workspace
from tests.end_to_end.running import computed, make_quarter, make_reference

pytestmark = pytest.mark.city
BY_QUARTER = ("core_return", "core_set_aside", "class_return", "class_part", "cell_leaf", "cell_published")
WHOLE = (*SMALL_TABLES, "core_annual", "core_digital_use", "cell_annual", "class_rate", "cell_adoption", "cell_size")


@pytest.fixture(scope="module")
def lake(ran_city: Path) -> Lake:
    return Lake(Workspace(ran_city).lake)


@pytest.mark.parametrize("table", [*BY_QUARTER, *WHOLE])
def test_every_table_has_rows_and_its_contracts_schema(lake: Lake, table: str) -> None:
    partition = "2021Q3" if table in BY_QUARTER else "all"
    made = pq.read_schema(lake.path(table, partition))
    assert made.names == contract(table).names
    assert [made.field(name).type for name in made.names] == contract(table).schema.types
    assert lake.note_of(table, partition).rows > 0


def test_raw_keeps_every_cell_as_text_with_its_place(lake: Lake) -> None:
    for form in forms().values():
        partition = "2021Q3" if form.period == "quarter" else "all"
        table = lake.read(f"raw_{form.id}", [partition])
        assert table.schema.names == raw_contract(form).names
        assert len(table) > 0, form.id
        assert pc.min(table["row"]).as_py() > 1
        assert {str(table.schema.field(name).type) for name in form.raw_columns} == {"string"}


def test_every_return_is_classed_split_and_summed(lake: Lake) -> None:
    raw_rows = sum(len(lake.read(f"raw_{form}", ["2021Q3"])) for form in FIRM_FORMS)
    classed = lake.read("class_return", ["2021Q3"])
    assert lake.note_of("core_return", "2021Q3").rows == len(classed) == raw_rows
    part = lake.read("class_part", ["2021Q3"]).to_pandas()
    measured = part[part["origin"] == "measured"]
    assert set(measured["row_id"]) == set(classed.filter(pc.field("class_status") == "assigned")["row_id"].to_pylist())
    assert part["level_used"].isin(["city", "county", "unit", "province", "nation"]).any()  # starred classes were split
    assert part["rate_level"].str.match(r"(county|city|province)-(class|group|division)-20(19|20)$").all()
    leaf = lake.read("cell_leaf", ["2021Q3"]).to_pandas()
    keys = ["known_from", "origin", "county", "sector", "gbt", "de"]
    sums = part.groupby(keys)[["va", "va_base", "output"]].sum()
    assert leaf.set_index(keys)[["va", "va_base", "output"]].astype("int64").equals(sums.astype("int64"))
    assert set(leaf.loc[leaf["sector"] == "service", "months"]) == {8}  # services are a month behind
    assert set(leaf.loc[leaf["sector"] != "service", "months"]) == {9}


def test_published_cells_add_up_and_name_the_two_largest(lake: Lake) -> None:
    cells = lake.read("cell_published", ["2021Q3"]).to_pandas()
    cells = cells[cells["origin"] == "measured"]
    digital = cells[cells["scheme"] == "digital"]
    by_county = digital[digital["region"] != "419900"].groupby(["known_from", "class"])["va"].sum()
    city = digital[digital["region"] == "419900"].set_index(["known_from", "class"])["va"]
    assert by_county.sort_index().equals(city.sort_index())
    part = lake.read("class_part", ["2021Q3"]).to_pandas()
    part = part[part["origin"] == "measured"]
    first = part[(part["known_from"] == part["known_from"].min()) & (part["de"] != "non_core")]
    core = digital[(digital["class"] == "core") & (digital["region"] == "419900")]
    largest = first.groupby("unit")["va"].sum().sort_values(ascending=False)
    at_first = core[core["known_from"] == core["known_from"].min()].iloc[0]
    assert [at_first["va_top1"], at_first["va_top2"]] == largest.iloc[:2].tolist()
    assert at_first["units"] == len(largest)


def test_a_second_run_makes_nothing(copied_city: Path) -> None:
    assert computed(make_reference(copied_city)) == set()
    assert computed(make_quarter(copied_city, "2021Q3")) == set()


def test_one_more_file_makes_anew_only_what_rests_on_it(copied_city: Path) -> None:
    extra = copied_city / "inbox" / "E203_限额以上批发和零售业企业财务状况_2021年1-9月_补报.csv"
    first = next((copied_city / "inbox").glob("E203_*_2021年1-9月.csv")).read_text(encoding="utf-8-sig")
    head, row = first.splitlines()[:4], first.splitlines()[4]
    extra.write_text("\r\n".join([*head, row.replace(row.split(",")[0], "91419901MA00000000"), ""]), encoding="utf-8")
    assert computed(make_reference(copied_city)) == set()
    assert computed(make_quarter(copied_city, "2021Q2")) == set()
    made = computed(make_quarter(copied_city, "2021Q3"))
    # Rows that are set aside reach no class: what follows from the classed returns still changes with their number.
    assert {"raw_trade", "core_return", "core_set_aside", "class_return"} <= made
    assert not made & {"raw_industry", "raw_service", "raw_construction", "raw_register"}
    again = Lake(copied_city / "lake").read("core_set_aside", ["2021Q3"]).to_pylist()
    assert [row["rule"] for row in again if row["file"] == extra.name] == ["C01"]


def test_a_late_correction_of_an_earlier_quarter_has_the_later_one_reviewed_anew(copied_city: Path) -> None:
    name = "E203_限额以上批发和零售业企业财务状况_2021年1-6月"
    *head, row = (copied_city / "inbox" / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[:5]
    cells = row.split(",")
    revenue = head[-1].split(",").index("营业收入/1-本月")
    cells[revenue] = cells[revenue].translate(str.maketrans("123456789", "234567891"))
    late = copied_city / "inbox" / f"{name}_更正9.csv"
    late.write_text("\r\n".join([*head, ",".join(cells), ""]), encoding="utf-8")
    make_reference(copied_city)
    made = computed(make_quarter(copied_city, "2021Q3"))
    assert "core_return" in made
    assert not made & {"raw_trade", "raw_industry", "core_history", "core_register"}
