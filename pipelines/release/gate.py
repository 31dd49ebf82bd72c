"""The gate between a release (L2) and what leaves the house: the task force's copy (L1) and the public one (L0).

Belongs here: the rules in force and their approval, and which observations pass. Does not belong here: choosing what to
hide (indicators.disclosure), gathering what units contribute (steps), folders and files (exported).
"""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import pandas as pd
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from classification.errors import InputError
from indicators.disclosure import Pattern, PatternRules
from pipelines.workspace import Workspace

Level = Literal["L1", "L0"]
SETTINGS: Final = "disclosure.toml"
HIDDEN: Final = "C"
# What a public copy shows of a place: the place as a whole, the core and its divisions.
_PUBLIC_CLASS: Final = 2


class Limits(BaseModel):
    """The rules in force and who approved them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_count: int = Field(ge=3)
    dominance: tuple[tuple[int, float], ...]
    p_percent: float = Field(gt=0, lt=1)
    fold: float = Field(gt=0, le=1)
    approved_by: str = ""
    approved_on: str = ""

    @property
    def rules(self) -> PatternRules:
        """As disclosure control takes them."""
        return PatternRules(self.min_count, self.dominance, self.p_percent, self.fold)


class Approval(BaseModel):
    """The approval of a quarter's public copy: by whom, when, and before which time nobody may have it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quarter: str
    approved_by: str = Field(min_length=1)
    approved_on: dt.date
    embargo: AwareDatetime


class Disclosure(BaseModel):
    """The settings of a workspace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Limits
    approval: tuple[Approval, ...] = ()


def disclosure(workspace: Workspace) -> Disclosure:
    """The settings in force: the workspace's own, else those that come with the program.

    Raises:
        InputError: the file is not as it should be (the entry is named), or a real city's rules have no approver.
    """
    own = workspace.home / SETTINGS
    text = own.read_text(encoding="utf-8") if own.exists() else (files(__package__) / SETTINGS).read_text("utf-8")
    try:
        found = Disclosure.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise InputError(f"保密设置无法读取：{fault}。", f"Not a TOML file: {fault}.", where=str(own)) from None
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(
            f"保密设置的 {place} 有误，请对照 docs/export.md 更正（少于三家不得公布；解禁时间须写明时区）。",
            f"{place}: {first['msg']}.",
            where=str(own),
        ) from None
    if not found.rules.approved_by and not workspace.city.synthetic:
        raise InputError(
            f"保密规则尚未经批准：请在 {SETTINGS} 的 [rules] 中写明 approved_by 和 approved_on。",
            "The rules of disclosure control have no approver; name one under [rules].",
            where=str(own),
        )
    return found


def approval_of(found: Disclosure, quarter: str, now: dt.datetime) -> Approval:
    """The approval of a quarter's public copy.

    Raises:
        InputError: there is none, or its embargo has not passed.
    """
    own = [approval for approval in found.approval if approval.quarter == quarter]
    if not own:
        raise InputError(
            f"{quarter} 的公开稿（L0）未经批准：请在 {SETTINGS} 中登记 [[approval]]（批准人、日期、解禁时间）。",
            f"The public copy of {quarter} has no approval; enter one under [[approval]].",
            where=quarter,
        )
    if now < own[-1].embargo:
        raise InputError(
            f"{quarter} 的公开稿（L0）{own[-1].embargo.isoformat(sep=' ', timespec='minutes')} 前不得导出。",
            f"Embargoed until {own[-1].embargo.isoformat()}.",
            where=quarter,
        )
    return own[-1]


@cache
def gated() -> dict[tuple[str, str], str]:
    """Indicators that rest on cells of units and may pass where the cell is shown → the most public level."""
    text = (files(__package__) / "gated.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["indicator"], row["definition_id"]): row["level"] for row in rows}


def passed(observations: pd.DataFrame, found: Pattern, level: Level, *, place: str) -> pd.DataFrame:
    """The observations that may leave at a level; a hidden one stays as a row without a value, status C.

    What no unit is behind (accounts, departments, other publishers: L1 in the catalogue) passes as it is to L1. What
    rests on cells of units passes where its cell is shown; everything else does not.

    Args:
        observations: of a release (L2).
        found: what may be shown of the core by region and class.
        level: L1 for the task force, L0 for the public.
        place: the code of the place as a whole.

    Returns:
        The columns of ``observations`` with ``release_level`` as asked; ``value`` null where hidden.
    """
    cells = pd.Series(list(zip(observations["region"], observations["class"], strict=True)), index=observations.index)
    keys = pd.Series(
        list(zip(observations["indicator"], observations["definition_id"], strict=True)), index=observations.index
    )
    hidden = cells.isin(found.hidden)
    allowed = {key for key, most in gated().items() if level >= most}
    of_cells = keys.isin(allowed) & (cells.isin(found.shown) | hidden)
    free = observations["release_level"].eq("L1") & (level == "L1")
    if level == "L0":
        of_cells &= observations["region"].eq(place) & (
            observations["class"].str.len().le(_PUBLIC_CLASS) | observations["class"].eq("core")
        )
    kept = observations[of_cells | free].copy()
    covered = hidden[kept.index] & of_cells[kept.index]
    kept["release_level"] = level
    kept["status"] = kept["status"].mask(covered, HIDDEN)
    kept["value"] = kept["value"].astype("Float64").mask(covered)
    return kept.reset_index(drop=True)


def held_back(observations: pd.DataFrame, kept: pd.DataFrame) -> dict[str, int]:
    """How many observations of each indicator and definition did not pass."""
    key = ["indicator", "definition_id"]
    left = observations.groupby(key).size().sub(kept.groupby(key).size(), fill_value=0).astype(int)
    rows = left[left > 0].sort_index().reset_index(name="rows").to_dict("records")
    return {f"{row['indicator']}/{row['definition_id']}": int(row["rows"]) for row in rows}


def rules_said(limits: Limits) -> dict[str, Any]:
    """The rules as a manifest states them; the shares themselves stay in the house."""
    return {"min_count": limits.min_count, "approved_by": limits.approved_by, "approved_on": limits.approved_on}
