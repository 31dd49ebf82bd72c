"""The notebook runs from top to bottom on a release and draws its three figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import altair as alt
import pytest

from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made

NOTEBOOK = Path(__file__).parents[3] / "docs" / "notebooks" / "release.ipynb"


def _cells() -> list[dict[str, Any]]:
    return [cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_it_runs_and_draws_three_figures(city: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUCE_HOME", str(city.workspace.home))
    names: dict[str, Any] = {}
    with alt.renderers.enable("default"):  # whichever the notebook chooses is undone afterwards
        for cell in _cells():
            exec("".join(cell["source"]), names)
    names["release"].close()
    figures = {name: names[name].to_dict() for name in ("growth", "structure", "counties")}
    # Twelve quarters of two lines; of four divisions; ten counties.
    assert [len(names[name]) for name in ("lines", "shares", "newest_counties")] == [24, 48, 10]
    assert all(figure["title"]["text"].startswith(f"{stand_in.LAST}：") for figure in figures.values())


def test_it_is_kept_without_results() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in _cells())
