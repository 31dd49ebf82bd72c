"""``docs/benchmarks.md`` and its chart from what was measured: ``python -m benchmarks.pages``.

Belongs here: tables, chart, the frame of the page. Does not belong here: measuring (scale, ways, commands, limited),
prose about what was found, which stands in ``benchmarks/results/found.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from benchmarks import benchmarking, commands, disclosure, limited, records, targets, ways
from benchmarks.commands import Ran
from benchmarks.limited import Step
from benchmarks.scale import RESULTS, Result
from benchmarks.ways import OURS, Took

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "benchmarks.md"
CHART: Final = ROOT / "docs" / "images" / "benchmarks.svg"
FOUND: Final = RESULTS.parent / "found.md"
_WAYS: Final = {
    "ours": "Shuce",
    "hand": "SQL by hand",
    "polars": "polars, streaming",
    "pandas": "pandas",
    "spark": "Shuce on Spark",
    "calamine": "python-calamine",
    "scan": "bare scan",
    "projection": "bare projection",
    "ordered": "projection in order",
    "read": "reading the cells",
}
_COLOURS: Final = (
    "#b3261e",
    "#1f5a96",
    "#2e7d32",
    "#8a6d00",
    "#6b6b6b",
    "#a8a8a8",
    "#5e35b1",
    "#00838f",
    "#ef6c00",
    "#795548",
)
# What a stage is called in the chart, and the title of its table.
_STAGES: Final = {
    "book": (
        "Reading a workbook",
        "Read: every cell of an Excel file as text, through the guarded process, beside python-calamine alone",
    ),
    "ingest": (
        "Ingesting a CSV",
        "Ingest: a CSV of the form to the raw table, beside pyarrow reading it and DuckDB looking at every cell",
    ),
    "review": (
        "Review",
        "Review: all rules over the raw rows, all tables written, beside looking at every raw cell once",
    ),
    "review, compared": (
        "Review against earlier quarters",
        "Review against two earlier quarters as large, beside looking at every raw cell once",
    ),
    "history": (
        "What later quarters compare with",
        "What later quarters compare with: made once, beside looking at every raw cell once",
    ),
    "write": (
        "Returns with their class, written",
        "Write: returns with their class, in order, so that bytes repeat, beside passing as many columns through",
    ),
    "cells, all": ("Cells of all classes", "Classify, split, value, sum: the finest cells of all classes"),
    "cells, core": ("Cells of the core", "Classify, split, value, sum: the finest cells of the core"),
    "indicators": ("Indicators", "Indicators: all observations of a quarter, beside reading its cells"),
    "release": ("Release", "Release: the same quarter's, observations made before, beside reading its cells"),
}
_COMMANDS: Final = {
    "start": "Start: commands beside the import of their library, and the smallest program that does the same",
    "quarters": "Quarters of a city of 2,400 firms through Dagster, each run a process of its own",
    "spark": 'A quarter of the same city with `kind = "spark"`, within this machine',
}


def page(
    results: Sequence[Result], took: Sequence[Took], bounded: Sequence[Step], ran: Sequence[Ran], found: str
) -> str:
    """The page as Markdown.

    Args:
        results: of the ladder.
        took: jobs that are no stage of the ladder, beside other ways.
        bounded: steps of quarters under a memory limit.
        ran: commands beside what they are held against.
        found: what there is to say of all of them.
    """
    jobs = ways.tables(benchmarking.STAGES | disclosure.STAGES, took)
    tables = [*_tables(results), *jobs, *_bounded(bounded), *_commands(ran)]
    reached = targets.lines(targets.targets(results, bounded, ran, _powers(results)))
    return "\n".join([_HEAD, *tables, _CHART, _TARGETS, *reached, "", found])


def _tables(results: Sequence[Result]) -> Iterator[str]:
    for stage, (_, title) in _STAGES.items():
        of = [result for result in results if result.stage == stage]
        if not of:
            continue
        rungs = {f"{units:,}": units for units in sorted({result.units for result in of})}
        cases = {name: {result.way: result for result in of if result.units == units} for name, units in rungs.items()}
        yield from ways.table(title, "units", cases, _WAYS)
        if exponent := growth(of):
            small, large, power = exponent
            yield f"\nGrowth from {small:,} to {large:,} units: time goes with the {power:.2f}th power."


def _powers(results: Sequence[Result]) -> dict[str, float]:
    """The exponent of each stage that was measured with more than a million units, by its name in the chart."""
    each = {name: growth([one for one in results if one.stage == stage]) for stage, (name, _) in _STAGES.items()}
    return {name: found[-1] for name, found in each.items() if found}


def _bounded(steps: Sequence[Step]) -> Iterator[str]:
    """The steps of each number of units and limit in their order, one table each."""
    for (units, limit), of in groupby(steps, key=lambda step: (step.units, step.limit)):
        yield f'\n## A quarter under a memory limit: {units:,} units, `memory_limit = "{limit}"`\n'
        yield "| table | s | peak, MB | spilled, MB | rows |\n|---|---|---|---|---|"
        for step in of:
            yield f"| {step.table} | {step.seconds:.1f} | {step.megabytes:,} | {step.spilled:,} | {step.rows:,} |"


def _commands(ran: Sequence[Ran]) -> Iterator[str]:
    for stage, title in _COMMANDS.items():
        if of := [one for one in ran if one.stage == stage]:
            yield f"\n## {title}\n"
            yield from (f"| {' | '.join(line)} |" for line in (commands.HEAD, ["---"] * len(commands.HEAD)))
            yield from (f"| {' | '.join(line)} |" for line in commands.lines(of))


def growth(of: Sequence[Result]) -> tuple[int, int, float] | None:
    """The two largest numbers of units with the exponent of our time between them; None below a million units."""
    ours = sorted((result for result in of if result.way == OURS and result.units >= 1_000_000), key=lambda r: r.units)
    if len(ours) < 2:
        return None
    small, large = ours[-2:]
    return small.units, large.units, math.log(large.seconds / small.seconds) / math.log(large.units / small.units)


def chart(results: Sequence[Result]) -> Any:
    """Seconds over units, both in powers of ten: one panel per stage, one line per way."""
    import altair as alt

    records = [
        {"stage": _STAGES[result.stage][0], "units": result.units, "seconds": result.seconds, "way": _WAYS[result.way]}
        for result in results
    ]
    colour = alt.Color("way:N").scale(domain=list(_WAYS.values()), range=list(_COLOURS)).title(None)
    return (
        alt.Chart(alt.InlineData(values=records))
        .mark_line(point=True)
        .encode(
            x=alt.X("units:Q").scale(type="log").axis(format="~s", values=[1e3, 1e4, 1e5, 1e6, 1e7]).title("units"),
            y=alt.Y("seconds:Q").scale(type="log").axis(values=[0.1, 1, 10, 100, 1000], format="~g").title("seconds"),
            color=colour.legend(orient="bottom", columns=5),
        )
        .properties(width=210, height=180)
        .facet(facet=alt.Facet("stage:N").title(None).sort([panel for panel, _ in _STAGES.values()]), columns=3)
    )


def main() -> None:
    """Write the page and its chart."""
    results = records.read(RESULTS, Result)
    took = records.read(ways.RESULTS, Took)
    bounded = records.read(limited.RESULTS, Step)
    ran = records.read(commands.RESULTS, Ran)
    PAGE.write_text(page(results, took, bounded, ran, FOUND.read_text(encoding="utf-8")), encoding="utf-8")
    chart(results).save(str(CHART))


_HEAD: Final = """# What it costs

`make bench` climbs the ladder's first rungs and runs what goes by commands or by single methods, `make bench-scale`
climbs all of it and makes a quarter under a memory limit; both keep what they measure in `benchmarks/results` and write
this page from it. Every way of a stage runs in a process of its own, the ways in turn (a b c a b c …), so that whatever
else the machine does falls on all alike: ratios are to be read, not seconds. Times are medians of as many runs as stand
beside them; memory, in brackets, is the largest peak of any one process that the operating system saw, of which the
libraries that every process imports take 210 to 270 MB; behind it stands how many times as long Shuce takes. A way said
to be of so many was run on these, and its seconds, not its memory, are multiplied up to all; the methods' linear
algebra has one thread. On what machine, and what there is to say of all this, stands [at the end](#targets).

All units are made up, with a fixed seed (`benchmarks/units.py`, `benchmarks/firms.py`): as many of them as a city, a
province, all units above the threshold and the census have. What is read and reviewed is one form in the synthetic
city's ten counties. Reviewed returns, of all classes, lie in 10, 120, 2,800 and 2,800 counties: what is written, cells,
and of more than 100,000 units indicators and releases are made of them. Amounts and classes are heavy-tailed, and there
is one day of receipt: each further day on which a return is corrected is one more pass. The statements timed as “Shuce”
are the pipeline's own files; the other ways give the same cells in their order, which `tests/benchmarks/test_cells.py`
checks, and know more than the pipeline may: that nothing was corrected, nobody is missing, and every amount fits in 64
bits. Their small tables (codes as numbers, rates, coefficients) are laid ready before the clock starts; Shuce makes its
own within the time."""
_CHART: Final = """
## All stages

![Seconds over units](images/benchmarks.svg)
"""
_TARGETS: Final = """## Targets

Set for 33 million units on two cores; why those that were missed are missed, and what stops them, stands below.
"""


if __name__ == "__main__":
    main()
