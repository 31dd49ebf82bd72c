"""Pairs of entries that may be one and the same: by credit code, normalised name and amount, with score and reason.

Belongs here: comparing entries within and between ledgers by the limits of ``doubles.csv``. Does not belong here: what
becomes of a pair: a person declares it (重复, 原项目编号, 招商项目编号), nothing is merged. Codes are compared here, in
L3, and do not come out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from indicators.dispatch.standing import TAKEN
from pipelines.ingest.texts import normal

COLUMNS: Final = ("ledger", "entry", "name", "county", "other_ledger", "other", "other_name", "other_county", "score",
                  "reason", "declared", "certain", "known_from")  # fmt: skip
_ENTRY: Final = ("ledger", "entry", "bare", "name", "county", "code", "amount", "links", "days")
_NAMES: Final = ("name", "former_names")
_HELD: Final = ("name", "county", "credit_code")
_AMOUNT: Final = {"project": "total_investment", "lead": "planned_investment", "bond": "issued"}
_LINKS: Final = ("earlier", "lead")  # columns in which one entry names another
_NEAR: Final = 0.02  # amounts within two per cent are one amount
_WEIGHTS: Final = {"code": 0.5, "name": 0.4, "amount": 0.1}
# Words that say nothing of which project or firm is meant.
_EMPTY_WORDS: Final = re.compile(
    r"(?:有限责任公司|股份有限公司|有限公司|分公司|集团|公司|项目|工程|建设|一期|[()（）“”\"、，,。·-])"
)


@cache
def limits() -> pd.DataFrame:
    """By pair of ledgers what makes a pair: ``doubles.csv``."""
    with (files(__package__) / "doubles.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def bare(name: str, places: Collection[str] = ()) -> str:
    """A name without the words that all names share and without places; a name made of nothing else stays whole."""
    folded = normal(name)
    left = _EMPTY_WORDS.sub("", folded)
    for place in places:
        left = left.replace(normal(place), "")
    return left or folded


def duplicates(history: pd.DataFrame, places: Collection[str] = ()) -> pd.DataFrame:
    """The pairs that ``doubles.csv`` lists, each with what speaks for it.

    Every name that an entry ever had counts; all else is as it was last reported. Pairs as known on a day are those of
    the history up to it.

    Args:
        history: rows of ``core_ledger_history``.
        places: names of the city and its counties, which are left out of names.

    Returns:
        ``COLUMNS``: score 0–1 (code half, name four tenths, amount the rest, over what both have), by score; known from
        the day on which the last of what it says was. One entry for certain are those of one code and one name whose
        amounts do not differ.
    """
    known = _entries(history, places)
    found = [_pairs(known, limit) for limit in limits().to_dict("records")]
    rows = pd.DataFrame([row for part in found for row in part], columns=list(COLUMNS))
    order = ["score", "ledger", "entry", "other_ledger", "other"]
    return rows.sort_values(order, ascending=[False, True, True, True, True]).reset_index(drop=True)


def _entries(history: pd.DataFrame, places: Collection[str]) -> pd.DataFrame:
    """One row per entry and name it ever had, with code, amount, county and links as last reported (``_ENTRY``)."""
    rows = history.sort_values(TAKEN, kind="stable")
    cell = ["ledger", "entry", "field"]
    last = rows.drop_duplicates(cell, keep="last").set_index(cell)["value"].to_dict()
    since = rows.groupby([*cell, "value"])["known_from"].min().to_dict()
    names = rows[rows["field"].isin(_NAMES)].drop_duplicates(["ledger", "entry", "value"])
    out = []
    for ledger, entry, field, value in names[[*cell, "value"]].itertuples(index=False, name=None):
        held = {name: str(last.get((ledger, entry, name), "")) for name in (*_HELD, *_LINKS, *_AMOUNT.values())}
        of = {name: since.get((ledger, entry, name, text), dt.date.min) for name, text in held.items()}
        amount = _AMOUNT.get(ledger, "")
        out += [
            {
                "ledger": ledger, "entry": entry, "bare": bare(name, places), "name": held["name"],
                "county": held["county"], "code": held["credit_code"],
                "amount": float(held.get(amount, "") or "nan"), "links": {held[link] for link in _LINKS} - {""},
                "days": {
                    "name": max(since[ledger, entry, field, value], of["name"], of["county"]),
                    "code": of["credit_code"], "amount": of.get(amount, dt.date.min),
                    "links": max(of[link] for link in _LINKS),
                },
            }
            for name in re.split("[;；]", value)
            if name.strip()
        ]  # fmt: skip
    return pd.DataFrame(out, columns=list(_ENTRY))


def _pairs(known: pd.DataFrame, limit: dict[Any, Any]) -> list[dict[str, Any]]:
    """The pairs of two ledgers that reach the limits."""
    left, right = (known[known["ledger"] == limit[side]].reset_index(drop=True) for side in ("ledger", "other"))
    if left.empty or right.empty:
        return []
    likeness = process.cdist(left["bare"].tolist(), right["bare"].tolist(), scorer=fuzz.ratio, dtype=np.float32) / 100
    code = _same(left["code"], right["code"])
    amount = _near(left["amount"], right["amount"])
    listed = (
        (code & (limit["code_alone"] == "yes"))
        | (likeness >= limit["name_alone"])
        | (code & (likeness >= limit["name_with_code"]))
        | (amount & (likeness >= limit["name_with_amount"]))
    )
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for i, j in zip(*np.nonzero(listed), strict=True):
        one, other = left.loc[i], right.loc[j]
        if limit["ledger"] == limit["other"] and one["entry"] >= other["entry"]:
            continue
        row = _row(one, other, like=float(likeness[i, j]), code=bool(code[i, j]), amount=bool(amount[i, j]))
        key = (row["entry"], row["other"])
        if key not in best or row["score"] > best[key]["score"]:
            best[key] = row
    return list(best.values())


def _same(left: pd.Series, right: pd.Series) -> npt.NDArray[np.bool_]:
    return np.asarray((left.to_numpy()[:, None] == right.to_numpy()[None, :]) & (left != "").to_numpy()[:, None])


def _near(left: pd.Series, right: pd.Series) -> npt.NDArray[np.bool_]:
    one, other = left.to_numpy()[:, None], right.to_numpy()[None, :]
    return np.asarray(np.abs(one - other) <= _NEAR * np.maximum(one, other))


def _row(one: pd.Series, other: pd.Series, *, like: float, code: bool, amount: bool) -> dict[str, Any]:
    has = {
        "code": one["code"] != "" and other["code"] != "",
        "name": True,
        "amount": pd.notna(one["amount"]) and pd.notna(other["amount"]),
    }
    earned = {"code": float(code), "name": like, "amount": float(amount)}
    declared = other["entry"] in one["links"] or one["entry"] in other["links"]
    score = sum(_WEIGHTS[n] * earned[n] for n in has if has[n]) / sum(_WEIGHTS[n] for n in has if has[n])
    said = [
        ("信用代码相同", code),
        (f"名称相似{like:.0%}", True),
        ("金额相近", amount),
        ("不同县（市、区）", one["county"] != other["county"]),
    ]
    return {
        "ledger": one["ledger"], "entry": one["entry"], "name": one["name"], "county": one["county"],
        "other_ledger": other["ledger"], "other": other["entry"], "other_name": other["name"],
        "other_county": other["county"], "score": round(score, 4),
        "reason": "，".join(text for text, holds in said if holds),
        "declared": declared,
        "certain": code and like == 1.0 and (amount or not has["amount"]),
        "known_from": max(
            side["days"][what] for side in (one, other) for what, said in (has | {"links": declared}).items() if said
        ),
    }  # fmt: skip
