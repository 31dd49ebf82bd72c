"""The published order in which a revision is split, and what a figure of each step rests on.

Belongs here: the steps as a table (``revision_steps.csv``) and the split of one displayed figure. Does not belong here:
the split of any function (revisions) or replaying the pipeline (pipelines).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pandas as pd

from classification.errors import InputError
from indicators.revisions import split_revision
from indicators.rounding import from_unit, in_unit, round_half_away

ROUNDING: Final = "rounding"
# What steps that rest on fewer units than this become together, so that no row is a single unit's.
FEWEST: Final = 3
FEW: Final = "few"
FEW_ZH: Final = "不足3家的各项"
_ABSENT: Final = "absent_"


@dataclass(frozen=True)
class Step:
    """One step of the split.

    Attributes:
        number: its place in the published order.
        cause: its name in tables.
        name_zh: its Chinese name.
        inputs: what turns from old to new in it: inputs of cells, and frames of the evidence by their name.
        absent_zh: definition of the figure → why the step is zero whatever turns in it; no entry where it need not be.
    """

    number: int
    cause: str
    name_zh: str
    inputs: tuple[str, ...]
    absent_zh: Mapping[str, str]


@cache
def steps() -> tuple[Step, ...]:
    """The steps in their published order, rounding last.

    Source: methods, growth, contribution, revision: T13.
    """
    text = files("indicators").joinpath("revision_steps.csv").read_text(encoding="utf-8")
    return tuple(
        Step(int(row["step"]), row["cause"], row["name_zh"], tuple(row["inputs"].split()), _absent(row))
        for row in csv.DictReader(text.splitlines())
    )


def states() -> list[frozenset[str]]:
    """The inputs that are new before the first step, after it, …, after the last but rounding."""
    replayed = [step for step in steps() if step.cause != ROUNDING]
    return [frozenset(name for step in replayed[:n] for name in step.inputs) for n in range(len(replayed) + 1)]


def moving(definition: str) -> frozenset[str]:
    """The inputs that can move a figure of a definition: those of the steps that are not absent for it."""
    return frozenset(name for step in steps() if definition not in step.absent_zh for name in step.inputs)


def shown(value: float, unit: str, decimals: int) -> float:
    """A stored value as it is displayed, in the stored unit: 2,031,500,000 yuan in 亿元 with 1 is 2,030,000,000."""
    return float(from_unit(round_half_away(in_unit(value, unit), decimals), unit))


def split_displayed(values: Sequence[float], unit: str, decimals: int) -> pd.Series:
    """The change of a displayed figure split over all steps, rounding last.

    Args:
        values: the unrounded figure with nothing new, with the first step's inputs new, …, with all new (``states``).
        unit: display unit.
        decimals: places after the point.

    Returns:
        Effects in the stored unit by cause, in the published order; they sum to the change of the displayed figure.

    Raises:
        InputError: another number of values than there are states; a value that is not finite.
    """
    order = [step.cause for step in steps()]
    if len(values) != len(order):
        raise InputError(
            f"修订分解需要 {len(order)} 个数，实有 {len(values)} 个。",
            f"The split of a revision takes {len(order)} values, not {len(values)}.",
        )
    replayed = [cause for cause in order if cause != ROUNDING]
    old: dict[str, float] = dict.fromkeys(replayed, 0) | {ROUNDING: _rounding(values[0], unit, decimals)}
    new: dict[str, float] = dict.fromkeys(replayed, 1) | {ROUNDING: _rounding(values[-1], unit, decimals)}
    return split_revision(
        lambda inputs: values[sum(inputs[cause] for cause in replayed)] + inputs[ROUNDING], old, new, order
    )


def fold_few(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps of one figure with those that rest on a few units folded into one, which sums to what they did.

    Args:
        rows: per step ``step, cause, cause_zh, effect`` and ``units``, how many units it rests on; None for a step that
            rests on tables.

    Returns:
        The rows in order, without ``units``; those with an effect that rest on fewer than ``FEWEST`` units as one, in
        the place of the first of them.

    Source: methods, disclosure control: rows of T13 that rest on fewer than three units fold into one.
    """
    few = [row for row in rows if row["units"] is not None and row["units"] < FEWEST and row["effect"]]
    kept = [{name: value for name, value in row.items() if name != "units"} for row in rows if row not in few]
    if few:
        folded = {name: value for name, value in few[0].items() if name != "units"}
        effect = sum(row["effect"] for row in few)
        kept.append(folded | {"cause": FEW, "cause_zh": FEW_ZH, "effect": effect})
    return sorted(kept, key=lambda row: row["step"])


def _absent(row: Mapping[str, str]) -> dict[str, str]:
    reasons = {name.removeprefix(_ABSENT): text for name, text in row.items() if name.startswith(_ABSENT)}
    return {definition: text for definition, text in reasons.items() if text}


def _rounding(value: float, unit: str, decimals: int) -> float:
    """What display adds to a value."""
    if not pd.notna(value):
        raise InputError("不能分解非有限的数。", "A figure that is not finite cannot be split.")
    return shown(value, unit, decimals) - value
