"""Held in every test: a table is made by no statement that its fingerprint does not know, so none can change unseen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib.resources import files
from itertools import chain, permutations
from pathlib import Path
from typing import Any, Final

import pytest

from pipelines.contracts import Contract
from pipelines.engine import DuckEngine, statement
from pipelines.lake import Lake
from pipelines.provenance import code_hash

_PACKAGES: Final = ("classification", "indicators", "pipelines")
_RUN: Final = ("view", "keep", "append")  # name, text
_READ: Final = ("rows", "write")  # text
# Made from fingerprints of what each of its lines rests on, statements among it (``checked._made_from``).
_NESTED: Final = "check_result"
_HASHED: Final = ("classification", "indicators", "pipelines.ingest")


class UnknownStatementError(AssertionError):
    """A table was being made by a statement that its fingerprint does not know."""


@contextmanager
def held_to_fingerprints() -> Iterator[None]:
    """Within the block every statement that runs while a partition is being made is looked for in its fingerprint.

    Raises:
        UnknownStatementError: it is not there; the table and the statement are named.
    """
    making: list[tuple[str, frozenset[str]]] = []
    refresh = Lake.refresh

    @wraps(refresh)
    def refreshed(
        lake: Lake, table: str, partition: str, fill: Callable[[Path], None], *, made_from: Iterable[str],
        held_to: Contract | None = None,
    ) -> Any:  # fmt: skip
        known = list(made_from)

        def filled(path: Path) -> None:
            making.append((table, frozenset(known)))
            try:
                fill(path)
            finally:
                making.pop()

        return refresh(lake, table, partition, filled, made_from=known, held_to=held_to)

    def looked_for(method: Callable[..., Any], place: int) -> Callable[..., Any]:
        @wraps(method)
        def run(work: DuckEngine, *told: Any) -> Any:
            if making and making[-1][0] != _NESTED:
                table, known = making[-1]
                for name in sorted(_needed(told[place])):
                    if not _knows(known, name):
                        raise UnknownStatementError(f"{table}: {name}")
            return method(work, *told)

        return run

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Lake, "refresh", refreshed)
        for place, names in ((1, _RUN), (0, _READ)):
            for name in names:
                patched.setattr(DuckEngine, name, looked_for(getattr(DuckEngine, name), place))
        yield


@cache
def _needed(text: str) -> frozenset[str]:
    """The files that a text stands on: its own, if it is a file's, and that of the functions that it calls."""
    called = re.search(rf"\b(?:{'|'.join(_functions())})\(", text)
    return frozenset({*_texts().get(text, ()), *(["pipelines/functions"] if called else [])})


@cache
def _texts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for package in _PACKAGES:
        for path in sorted(Path(str(files(package) / "sql")).glob("*.sql")):
            found.setdefault(path.read_text("utf-8"), []).append(f"{package}/{path.stem}")
    return found


@cache
def _functions() -> tuple[str, ...]:
    return tuple(re.findall(r"MACRO (\w+)\(", statement("pipelines", "functions")))


def _knows(known: frozenset[str], name: str) -> bool:
    package, _, file = name.partition("/")
    return statement(package, file) in known or package in _whole(known)


@cache
def _whole(known: frozenset[str]) -> frozenset[str]:
    """The packages all of whose code and statements are in a fingerprint."""
    sets = chain.from_iterable(permutations(_HASHED, size) for size in range(1, len(_HASHED) + 1))
    return frozenset(chain.from_iterable(packages for packages in sets if code_hash(*packages) in known))
