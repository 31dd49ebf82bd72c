"""What a report says of early warning, the cycle and the composite index: its words, and that each number is linked."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from indicators.observation import observations
from pipelines.release import bulletin, development, warnings
from pipelines.release.cited import MARK, marked
from pipelines.release.dictionary import release_contracts
from pipelines.release.figures import Figures
from pipelines.steps.released import index_labels
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import figures_of
from tests.pipelines.release.test_cited import NO_FIGURE

NOTHING = {"reported_growth": None, "growth_but1": None, "growth_but3": None}
LARGEST = {"reported_growth": 0.05, "growth_but1": -0.01, "growth_but3": None}


def signal(number: str, kind: str, sentence: str, cls: str = "0304", **more: Any) -> dict[str, Any]:
    said = {"signal": f"2023Q4-{number}-{cls}", "quarter": "2023Q4", "rule": number, "kind": kind, "level": "industry"}
    said |= {"region": stand_in.PLACE, "class": cls, "evidence": "{}", "threshold": 0.05, "owner": "核算科"}
    return said | {"sentence": sentence, "status": "open", "reason": "", "dismissed_on": None, **NOTHING, **more}


SIGNALS = [
    signal("W05", "trend", "信息技术服务增速连续3个季度回落，2023年第四季度同比增长2.0%。", **LARGEST),
    signal("W01", "onset", "信息技术服务2023年第四季度增加值同比下降3.1%，增速比上季度回落8.3个百分点。", **LARGEST),
    signal("W08", "pattern", "计算机制造占25.4%。", "0101"),
    signal("W03", "onset", "x", "0105", status="dismissed", reason="集中注销", dismissed_on=dt.date(2024, 1, 10)),
]
NODES = [("D", "", ""), ("D1", "D", ""), ("D11", "D1", "core_growth")]


def scheme() -> pa.Table:
    text: dict[str, Any] = {c.name: "" for c in release_contracts()["index_scheme"].columns}
    rows = [
        text | {"base_year": 2021, "code": code, "parent": parent, "name_zh": f"节点{code}", "indicator": leaf}
        | {"direction": int(bool(leaf)), "weight": 1.0, "low": None, "high": None, "known_from": dt.date(2021, 2, 20)}
        | {"document": "示例〔2021〕1号", "source": "例", "approver": "例"}
        for code, parent, leaf in NODES
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=release_contracts()["index_scheme"].schema)


def index_rows(base: dict[str, float]) -> list[dict[str, Any]]:
    make = stand_in.row
    rows = []
    for year, first in base.items():
        rows.append(make("development_base_year", "scheme", year, "annual", first))
        for name in ("expert", "equal", "entropy"):
            regions = {stand_in.PLACE: 50.0} | {code: 40.0 + 7 * n for n, code in enumerate(stand_in.COUNTIES)}
            rows += [
                make(
                    "development_index", name, year, "annual", value + float(year) - 2021, region=code, **{"class": cls}
                )
                for code, value in regions.items()
                for cls in ("", "D1", "D11")
            ]
        rows += [make("development_rank_agreement", name, year, "annual", 0.9) for name in ("equal", "entropy")]
    for code in stand_in.COUNTIES:
        rows += [make(f"development_rank_{end}", "sensitivity", "2022", "annual", place, region=code)
                 for end, place in (("low", 1.0), ("high", 2.0))]  # fmt: skip
    shares = (("D1", 0.1), ("D11", 0.2), ("aggregation", 0.7))
    rows += [make("development_sensitivity", "sensitivity", "2022", "annual", v, **{"class": c}) for c, v in shares]
    weights = [(name, cls) for name in ("expert", "equal", "entropy") for cls in ("D1", "D11")]
    rows += [make("development_weight", name, "2021", "annual", 1.0, **{"class": cls}) for name, cls in weights]
    return rows


def told(
    home: Path, signals: list[dict[str, Any]], base: dict[str, float] | None = None, *, unmeasured: str = ""
) -> Figures:
    tables = stand_in.city_tables()
    cycle = [stand_in.row("cycle_index", "five_lights", f"2023Q{n}", "cumulative", 90.0 + n) for n in (3, 4)]
    cycle.append(stand_in.row("core_diffusion", "classes", "2023Q4", "quarter", 62.5))
    more = [*cycle, *index_rows(base or {"2021": 2021, "2022": 2021})]
    more = [one for one in more if one["indicator"] != "development_index" or one["region"] != unmeasured]
    frame = pd.concat([tables["observation"].to_pandas(), observations(more)])
    labels = tables["class_label"]
    tables |= {
        "observation": pa.Table.from_pandas(observations(frame), preserve_index=False),
        "class_label": pa.concat_tables([labels, index_labels(scheme()).cast(labels.schema)]),
        "signal": pa.Table.from_pylist(signals, schema=release_contracts()["signal"].schema),
        "index_scheme": scheme(),
    }
    return figures_of(stand_in.city_workspace(home), tables)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return told(tmp_path_factory.mktemp("warned"), SIGNALS)


def test_signals_are_said_by_kind_with_what_is_left_without_the_largest(figures: Figures) -> None:
    cycle, first, *texts, caveat = warnings.of_warning(figures)
    assert cycle == "2023年全年景气预警指数为94.0，为绿灯（正常）；2023年第四季度核心产业扩散指数为62.5。"
    assert "共有3条预警信号，其中规律性1条、苗头性1条、趋势性1条；另有1条经核实附理由排除" in first
    assert [text[:5] for text in texts] == ["〔规律性〕", "〔苗头性〕", "〔趋势性〕"]
    assert texts[1].endswith("按现价累计，已报单位全部同比增长5.0%，剔除最大一户后同比下降1.0%。（核算科）")
    assert "剔除" not in texts[2]  # the same class was told a line above
    assert "企业层信号" in caveat
    assert not warnings.of_warning(told_nothing(figures))[1:]


def told_nothing(figures: Figures) -> Figures:
    from dataclasses import replace

    return replace(figures, signals=[])


def test_the_table_of_signals_has_a_row_per_class(figures: Figures) -> None:
    table = warnings.signals(figures)
    assert table is not None
    assert len(table.rows) == 2
    last = table.rows[1]
    assert last.cells[1] == "苗头性、趋势性"
    assert last.cells[4] is None
    assert warnings.signals(told_nothing(figures)) is None


def test_the_lights_have_their_word_and_a_reason(figures: Figures) -> None:
    exhibit = warnings.cycle_line(figures)
    assert exhibit is not None
    assert exhibit.title == "2023年全年景气预警指数94.0，绿灯（正常）"
    assert exhibit.table is not None
    assert all(re.search("灯（..）", str(row.cells[2])) for row in exhibit.table.rows)


def test_the_index_is_said_ranked_and_never_across_bases(figures: Figures, tmp_path: Path) -> None:
    texts = development.of_development(figures)
    assert texts[0].startswith("2022年示范市数字经济发展指数为51.0，上年为50.0；")
    assert "“合成方式”" in texts[2]
    table = development.development(figures)
    assert table is not None
    assert len(table.rows) == 1 + len(stand_in.COUNTIES)
    weights = development.weights(figures)
    assert weights is not None
    assert [row.label for row in weights.rows] == ["节点D1", "节点D11", "合成方式"]
    assert "示例〔2021〕1号" in weights.notes[0]
    exhibit = development.development_bars(figures)
    assert exhibit is not None
    assert "居首" in exhibit.title
    apart = told(tmp_path, [], {"2021": 2021, "2022": 2022})
    assert "上年" not in development.of_development(apart)[0]


def test_a_county_without_an_index_is_named(figures: Figures, tmp_path: Path) -> None:
    county = next(iter(stand_in.COUNTIES))
    less = told(tmp_path, [], unmeasured=county)
    said = f"{less.regions[county]}有方案所列指标没有数值，不计算指数。"
    table, whole = development.development(less), development.development(figures)
    assert table is not None
    assert whole is not None
    assert said in table.notes
    assert development.of_development(less)[-1] == said
    blank = next(row for row in table.rows if row.label == less.regions[county])
    assert blank.cells[:6] == (None,) * 6
    assert not any("不计算" in text for text in (*whole.notes, *development.of_development(figures)))


def test_every_number_is_linked(figures: Figures) -> None:
    for text in (*warnings.of_warning(figures), *development.of_development(figures)):
        left = NO_FIGURE.sub("", re.sub(MARK, "◆", marked(text)))
        assert not re.search(r"\d", left), left


def cells(text: str) -> list[tuple[str, str]]:
    """The column that each linked number of a text leads to, and the number."""
    marks = re.findall("\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002", marked(text))
    return [(key.split("\ue004")[1], number) for key, number in marks]


def test_a_link_leads_to_what_the_number_is_of(tmp_path: Path) -> None:
    trend = "软件近8个季度增速呈下降趋势（Mann-Kendall检验 p=0.041），2023年第四季度同比增长8.0%，为趋势性下行。"
    season = "计算机2023年第四季度增加值占近四个季度的30.1%，偏离近3年同季平均（25.2%）4.9个百分点，"
    season += "超出2倍标准差，季节规律改变。"
    signals = [signal("W06", "trend", trend, **LARGEST), signal("W08", "pattern", season, "0101")]
    of_season, of_trend = warnings.of_warning(told(tmp_path, signals))[2:4]
    assert cells(of_season) == [("evidence", number) for number in ("30.1", "25.2", "4.9")]
    told_of = [("evidence", "0.041"), ("evidence", "8.0"), ("reported_growth", "5.0"), ("growth_but1", "1.0")]
    assert cells(of_trend) == told_of


def test_the_bulletin_has_the_sections_and_counts_on_past_nine(figures: Figures) -> None:
    titles = [section.title for section in bulletin.sections(figures)]
    assert titles.index("数字经济发展指数") + 1 == titles.index("问题与苗头")


def test_a_month_is_no_number_of_the_evidence(tmp_path: Path) -> None:
    text = "电子设备制造2023年12月用电量同比下降2.0%，增速连续3个月回落，比转向前回落6.0个百分点。"
    [_, _, said, _] = warnings.of_warning(told(tmp_path, [signal("W10", "onset", text, "39", level="sector")]))
    assert cells(said) == [("evidence", number) for number in ("2.0", "3", "6.0")]
