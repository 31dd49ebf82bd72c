"""What is installed is the whole of the three rooms: no folder and no kind of file is forgotten."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
FILES = [
    path.relative_to(ROOT)
    for room in ("classification", "indicators", "pipelines")
    for path in (ROOT / room).rglob("*")
    if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.relative_to(ROOT).parts)
]


def test_every_folder_is_a_package() -> None:
    assert sorted(SETUP["packages"]) == sorted({".".join(path.parent.parts) for path in FILES})


@pytest.mark.parametrize("suffix", sorted({path.suffix for path in FILES} - {".py"}))
def test_every_kind_of_file_is_taken_along(suffix: str) -> None:
    assert any(fnmatch(f"x{suffix}", pattern) for pattern in SETUP["package-data"]["*"])
