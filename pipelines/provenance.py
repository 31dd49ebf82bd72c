"""Where a release comes from: hashes of code, lock and inputs.

Belongs here: what identifies a run's ingredients. Does not belong here: the manifest's layout (release).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipelines.ingest.receipts import receipts
from pipelines.workspace import Workspace

_PROJECT = "shuce"
PACKAGES = ("classification", "indicators", "pipelines")
_CODE = frozenset({".py", ".sql", ".csv", ".yml", ".j2", ".html", ".css", ".js", ".docx", ".toml"})


@cache
def code_hash(*packages: str) -> str:
    """One hash of the code and tables of packages, by path and bytes; a process runs one code and hashes it once."""
    digest = hashlib.sha256()
    for package in packages or PACKAGES:
        root = Path(str(files(package)))
        for path in sorted(path for path in root.rglob("*") if path.suffix in _CODE):
            digest.update(f"{package}/{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def lock_hash() -> str:
    """The hash of the lock that the project was installed from; empty where it was installed without one."""
    lock = Path(str(files("pipelines"))).parent / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else ""


@cache
def environment_hash() -> str:
    """One hash of the installed distributions that figures come from: what the lock came to on this machine."""
    return hashlib.sha256("\n".join(sorted(_needed(_PROJECT))).encode()).hexdigest()


def _needed(project: str) -> set[str]:
    """Each distribution that a project runs on, with its version: what it requires here, and they in turn.

    What lies beside them, such as an extra of the project, computes no figure. One that is not there has no version.
    """
    found, asked = dict[tuple[str, str], str](), [(project, "")]
    while asked:
        name, extra = one = asked.pop()
        if one in found:
            continue
        try:
            there = distribution(name)
        except PackageNotFoundError:
            found[one] = ""
            continue
        found[one] = there.version
        for wanted in map(Requirement, there.requires or ()):
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                asked += [(canonicalize_name(wanted.name), of) for of in ("", *wanted.extras)]
    return {f"{name}=={version}" for (name, _), version in found.items()}


def provenance(workspace: Workspace, as_of: dt.date, coefficients: pa.Table) -> dict[str, Any]:
    """What a release was made from: files received by ``as_of``, coefficient versions, code and environment."""
    from pipelines.release.document import template_hash  # brings charts and frames along

    received = [r for r in receipts(workspace) if r.received_at <= as_of]
    known = [row for row in coefficients.to_pylist() if row["known_from"] <= as_of]
    versions = sorted(
        {(row["gbt"], row["level"], row["method"], str(row["valid_from"]), row["approver"]) for row in known}
    )
    return {
        "code": code_hash(),
        "lock": lock_hash(),
        "environment": environment_hash(),
        "template": template_hash(workspace),
        "inputs": sorted(
            (
                {
                    "sha256": r.sha256,
                    "name": r.name,
                    "form": r.form,
                    "quarter": r.quarter,
                    "received_at": str(r.received_at),
                }
                for r in received
            ),
            key=lambda entry: (str(entry["received_at"]), str(entry["name"]), str(entry["sha256"])),
        ),
        "coefficients": [
            dict(zip(("gbt", "level", "method", "valid_from", "approver"), v, strict=True)) for v in versions
        ],
    }
