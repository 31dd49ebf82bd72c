"""A run in which nothing changed imports neither Great Expectations nor looks at a row again."""

from __future__ import annotations

import subprocess
import sys

from pipelines.lake import Lake
from tests.end_to_end import by_hand
from tests.end_to_end.conftest import HandRun
from tests.end_to_end.running import ROOT

PROGRAM = (
    "import sys; sys.argv = ['shuce', 'run', sys.argv[1], '--home', sys.argv[2]]\n"
    "from pipelines.cli.app import main; main()\n"
    "print('great_expectations' in sys.modules)"
)


def test_an_unchanged_run_imports_no_great_expectations(hand_run: HandRun) -> None:
    lake = Lake(hand_run.home / "lake")
    before = [lake.note_of("check_result", name) for name in lake.partitions("check_result")]
    assert lake.partitions("check_result") == [*by_hand.QUARTERS, "reference", f"release-{by_hand.LAST}"]
    command = [sys.executable, "-c", PROGRAM, by_hand.LAST, str(hand_run.home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.endswith("False\n")
    assert "未变化" in done.stdout
    assert before == [lake.note_of("check_result", name) for name in lake.partitions("check_result")]
    assert "质量报告" in done.stdout
