"""Planted downturns: what falls, when, and what is listed of it."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from indicators.quarter import Quarter
from pipelines.sample.events import turning_points
from pipelines.sample.universe import Turn, Universe, outputs


def test_flows_fall_in_the_quarters_of_a_downturn_alone(
    default_universe: tuple[Universe, list[dict[str, str]]],
) -> None:
    universe = replace(default_universe[0], turns=(), mergers=())
    places = np.array([3, 5])
    turned = replace(universe, turns=(Turn(places, Quarter(2022, 2), Quarter(2022, 3), 0.5),))

    def alone(of: Universe, number: int) -> np.ndarray:
        upto = [of.output(2022, months, on=Quarter(2022, 4)) for months in (3, 6, 9, 12)]
        return upto[number - 1] - (upto[number - 2] if number > 1 else 0)

    for number in (1, 2, 3, 4):
        whole, less = alone(universe, number), alone(turned, number)
        factor = 0.5 if number in (2, 3) else 1.0
        assert np.allclose(less[places], whole[places] * factor, atol=2)
        others = np.delete(np.arange(len(whole)), places)
        assert (less[others] == whole[others]).all()
    base = outputs(turned, 2022, Quarter(2023, 4))
    assert (base[places] < outputs(universe, 2022, Quarter(2023, 4))[places]).all()


def test_every_downturn_hits_somebody_and_is_listed(
    default_universe: tuple[Universe, list[dict[str, str]]], small_city: Path
) -> None:
    units = default_universe[0].units
    assert all(len(point.places(units)) for point in turning_points())
    with (small_city / "turning_points.csv").open(encoding="utf-8-sig") as lines:
        listed = list(csv.DictReader(lines))
    assert {row["id"] for row in listed} >= {point.id for point in turning_points() if not point.rank}
    assert all(len(row["subject"]) == 18 for row in listed if row["level"] == "firm")
