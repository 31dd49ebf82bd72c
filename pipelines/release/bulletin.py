"""The quarterly bulletin 季度运行监测报告, made from figures by rule: what it says, and its page.

Belongs here: the order of sections. Does not belong here: wording (sentences), charts (exhibits), layout (templates),
the Word document (document).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from pipelines.release import (
    chains,
    cited,
    development,
    estimates,
    exhibits,
    five_lists,
    monitored,
    pages,
    revised,
    sensitivity,
    sentences,
    structure,
    tables,
    warnings,
)
from pipelines.release.exhibits import Exhibit
from pipelines.release.figures import Figure, Figures, Span
from pipelines.release.issue import Issue
from pipelines.release.leaders import Leaders, leaders
from pipelines.release.notes import citation, notes, synthetic
from pipelines.release.sentences import KeyFigure
from pipelines.release.tables import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Section:
    """A heading, sentences, exhibits, and tables that stand by themselves."""

    title: str
    texts: tuple[str, ...]
    exhibits: tuple[Exhibit, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a bulletin says, whatever it is printed on: page and Word document are made from the same one."""

    figures: Figures = field(repr=False)
    title: str
    place: str
    headline: str
    keys: tuple[KeyFigure, ...]
    leaders: Leaders
    sections: tuple[Section, ...]
    notes: tuple[tuple[str, str], ...]
    synthetic: str
    cite: tuple[str, ...]


def report(f: Figures, issue: Issue) -> Report:
    """The bulletin of a release, its charts drawn.

    Args:
        f: the release's figures.
        issue: what the release is called.
    """
    found = sections(f)
    return Report(
        figures=f,
        title=f"{f.city.name}数字经济季度运行监测报告",
        place=f.city.name,
        headline=sentences.headline(f),
        keys=tuple(sentences.key_figures(f)),
        leaders=leaders(f, issue),
        sections=tuple(found),
        notes=tuple(notes(f, issue, _used(found))),
        synthetic=synthetic(f.city) if f.city.synthetic else "",
        cite=citation(f, issue),
    )


def render(said: Report, issue: Issue) -> str:
    """The bulletin as one self-contained page, each of its numbers linked to where it comes from."""
    title = f"{said.title}（{issue.period}）"
    return _linked(said, title, pages.markup("bulletin.html.j2", issue=issue, **vars(said)))


def render_leaders(said: Report, issue: Issue) -> str:
    """The leaders' page as a page of its own, one sheet of A4."""
    page = said.leaders
    title = f"{page.title}（{issue.period}）"
    return _linked(said, title, pages.markup("leaders.html.j2", page=page, said=said, issue=issue))


def _linked(said: Report, title: str, markup: str) -> str:
    body, origins = cited.link(markup)
    cells = cited.table(said.figures, origins)
    return pages.framed(title, body, styles=["cited.css"], script="cited.js", data=cells)


def sections(f: Figures) -> list[Section]:
    """The sections that have something to say, in the order of the bulletin."""
    span = f.main
    found = [_overall(f)]
    if span is not None:
        found += [_divisions(f), _industries(f, span), _counties(f)]
    found += [_penetration(f), _departments(f)]
    if span is not None:
        found.append(_chains(f))
        found.append(_sensitivity(f))
    found += [_five_lists(f), _development(f), _warning(f), _revision(f), _coverage(f)]
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


def _industries(f: Figures, span: Span) -> Section:
    table = structure.industries(f, span)
    return Section("规上行业", tuple(sentences.by_industry(f, span)), (), _present(table))


def _counties(f: Figures) -> Section:
    span = f.main
    assert span is not None, "asked for only with a main span"  # noqa: S101 - for the type checker
    exhibit = exhibits.county_bars(f, span)
    table = None if exhibit else tables.counties(f, span)
    drawn = _present(exhibit, exhibits.county_scatter(f, span) if exhibit else None)
    return Section("分县（市、区）", tuple(sentences.by_county(f, span)), drawn, _present(table))


def _penetration(f: Figures) -> Section:
    table = tables.penetration(f)
    texts = sentences.of_penetration(f, table.figures) if table else []
    return Section("产业数字化", tuple(texts), _present(exhibits.penetration_panels(f)))


def _departments(f: Figures) -> Section:
    texts = tuple(monitored.of_departments(f))
    return Section("基础设施与部门监测", texts, (), _present(monitored.departments(f), monitored.futures(f)))


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


def _development(f: Figures) -> Section:
    exhibit = development.development_bars(f)
    table = None if exhibit else development.development(f)
    texts = tuple(development.of_development(f))
    return Section("数字经济发展指数", texts, _present(exhibit), _present(table, development.weights(f)))


def _five_lists(f: Figures) -> Section:
    exhibit = five_lists.light_bars(f)
    table = None if exhibit else five_lists.lights_by_county(f)
    lists = (five_lists.of_list(f, code) for code in ("T9", "T10", "T11", "T12"))
    texts = tuple(five_lists.of_lists(f))
    return Section("五张清单", texts, _present(exhibit), _present(five_lists.lists_by_county(f), table, *lists))


def _warning(f: Figures) -> Section:
    table = warnings.signals(f)
    return Section("问题与苗头", tuple(warnings.of_warning(f)), _present(warnings.cycle_line(f)), _present(table))


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
