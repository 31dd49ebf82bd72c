"""The quarterly bulletin 季度运行监测报告: one HTML file, made from figures by rule.

Belongs here: the order of sections. Does not belong here: wording (sentences), charts (exhibits), layout (templates).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pipelines.release import chains, cited, estimates, exhibits, pages, revised, sensitivity, sentences, tables
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import Figure, Figures
from pipelines.release.issue import Issue
from pipelines.release.notes import notes, synthetic
from pipelines.release.tables import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Section:
    """A heading, sentences, exhibits, and tables that stand by themselves."""

    title: str
    texts: tuple[str, ...]
    exhibits: tuple[Exhibit, ...] = ()
    tables: tuple[Table, ...] = ()


def render(f: Figures, issue: Issue, provenance: Mapping[str, Any]) -> str:
    """The bulletin of a release as one self-contained page.

    Args:
        f: the release's figures.
        issue: what the release is called.
        provenance: what it was made from; its code and lock hashes are printed at the end.
    """
    found = sections(f)
    title = f"{f.city.name}数字经济季度运行监测报告（{issue.period}）"
    body, origins = cited.link(
        pages.body(
            "bulletin.html.j2",
            f=f,
            issue=issue,
            headline=sentences.headline(f),
            keys=sentences.key_figures(f),
            sections=found,
            notes=notes(f, issue, _used(found)),
            synthetic=synthetic(f.city) if f.city.synthetic else "",
            provenance=provenance,
        )
    )
    return pages.framed(title, body, styles=["cited.css"], script="cited.js", data=cited.table(f, origins))


def sections(f: Figures) -> list[Section]:
    """The sections that have something to say, in the order of the bulletin."""
    span = f.main
    found = [_overall(f)]
    if span is not None:
        found += [_divisions(f), _counties(f)]
    found += [_penetration(f), _departments(f)]
    if span is not None:
        found.append(_chains(f))
        found.append(_sensitivity(f))
    found += [_revision(f), _coverage(f)]
    return [section for section in found if section.texts or section.exhibits or section.tables]


def _overall(f: Figures) -> Section:
    vintages = tables.vintages(f, f.main) if f.main else None
    estimated = estimates.estimates(f, f.main) if f.main else None
    return Section(
        "总体",
        tuple(text for text in (*sentences.overall(f), estimates.of_full_scope(f)) if text),
        _present(exhibits.growth_lines(f), exhibits.quarterly_stack(f)),
        _present(tables.overview(f), estimated, vintages),
    )


def _divisions(f: Figures) -> Section:
    span = f.main
    assert span is not None, "asked for only with a main span"  # noqa: S101 - for the type checker
    pull = exhibits.pull_stack(f, span)
    groups = tables.groups(f, span)
    return Section(
        "分大类",
        tuple(sentences.by_division(f, span)),
        _present(exhibits.shares(f, span), pull),
        _present(groups),
    )


def _counties(f: Figures) -> Section:
    span = f.main
    assert span is not None, "asked for only with a main span"  # noqa: S101 - for the type checker
    exhibit = exhibits.county_bars(f, span)
    table = None if exhibit else tables.counties(f, span)
    return Section("分县（市、区）", tuple(sentences.by_county(f, span)), _present(exhibit), _present(table))


def _penetration(f: Figures) -> Section:
    table = tables.penetration(f)
    texts = sentences.of_penetration(f, table.figures) if table else []
    return Section("产业数字化", tuple(texts), _present(exhibits.penetration_panels(f)))


def _departments(f: Figures) -> Section:
    table = tables.departments(f)
    texts = ("以下为部门报送数，按部门口径原样收录。",) if table else ()
    return Section("基础设施与部门监测", texts, (), _present(table))


def _chains(f: Figures) -> Section:
    span = f.main
    assert span is not None, "asked for only with a main span"  # noqa: S101 - for the type checker
    exhibit, published = exhibits.chain_panels(f, span), tables.chain_denominators(f)
    # Where no chain has shares there is nothing to draw, and the table stands by itself.
    table = None if exhibit else tables.chains(f, span)
    return Section("产业链", tuple(chains.of_chains(f, span)), _present(exhibit), _present(table, published))


def _sensitivity(f: Figures) -> Section:
    span = f.main
    assert span is not None, "asked for only with a main span"  # noqa: S101 - for the type checker
    exhibit = sensitivity.tornado(f, span)
    table = None if exhibit else sensitivity.effects(f, span)
    return Section("系数敏感性", tuple(sensitivity.of_sensitivity(f, span)), _present(exhibit), _present(table))


def _revision(f: Figures) -> Section:
    exhibit = revised.waterfall(f)
    level = None if exhibit else revised.contrast(f)
    return Section(
        "修订",
        tuple(revised.of_revision(f)),
        _present(exhibit),
        _present(level, *revised.contrasts(f), revised.unit_changes(f)),
    )


def _coverage(f: Figures) -> Section:
    imputed = tables.imputed(f, f.main) if f.main else None
    return Section("报表覆盖与推算", tuple(sentences.of_coverage(f)), (), _present(tables.coverage(f), imputed))


def _present(*things: T | None) -> tuple[T, ...]:
    return tuple(thing for thing in things if thing is not None)


def _used(found: Iterable[Section]) -> list[Figure]:
    shown = [table for section in found for table in section.tables]
    shown += [exhibit.table for section in found for exhibit in section.exhibits if exhibit.table]
    return [figure for table in shown for figure in table.figures]
