"""The report on a quarter's data 数据质量报告: one HTML page, made from facts by rule.

Belongs here: the order of its sections and what is said in them. Does not belong here: charts (exhibits), tables
(tables), layout (release.pages).
"""

from __future__ import annotations

from typing import Final, TypeVar

from pipelines.quality import exhibits, tables
from pipelines.quality.facts import Facts
from pipelines.release import pages
from pipelines.release.bulletin import Section
from pipelines.release.issue import LEVEL, STAMPS, Issue
from pipelines.release.notes import synthetic
from pipelines.release.sentences import KeyFigure
from pipelines.release.tables import Table
from pipelines.release.wording import percent

T = TypeVar("T")
_NUMERALS: Final = "零一二三四五六七八九"


def render(facts: Facts) -> str:
    """The report as one self-contained page; the same bytes for the same facts."""
    period = facts.quarter.label("quarter")
    return pages.render(
        "quality.html.j2",
        title=f"{facts.city.name}数据质量报告（{period}）",
        facts=facts,
        period=period,
        issue=Issue(f"quality_{facts.quarter}_{facts.as_of}", facts.quarter, facts.as_of),
        headline=headline(facts),
        keys=key_figures(facts),
        sections=[s for s in sections(facts) if s.texts or s.exhibits or s.tables],
        notes=notes(facts),
        synthetic=synthetic(facts.city) if facts.city.synthetic else "",
    )


def headline(facts: Facts) -> str:
    """The finding of the report, one sentence with its numbers."""
    period = facts.quarter.label("quarter")
    if not any(form.files for form in facts.forms) and not facts.lost:
        return f"{period}没有收到任何文件"
    if not facts.received:
        return f"{period}没有可用的企业报表" if facts.city.has_firms else _without_firms(facts)
    said = f"{period}企业报表收到{facts.received:,}行，搁置{facts.states.get('set_aside', 0):,}行"
    if facts.coverage:
        said += f"，已报单位占上年同期营业收入的{percent(facts.coverage.rate)}%"
    if facts.obstacles:
        count = _NUMERALS[len(facts.obstacles)]
        said += f"，有{count}类问题须先解决：{'、'.join(facts.obstacles)}"
    return said


def _without_firms(facts: Facts) -> str:
    files, lost = sum(form.files for form in facts.forms), len(facts.lost)
    return f"{facts.quarter.label('quarter')}累计收到{files:,}个文件" + (f"，{lost:,}个未能读取" if lost else "")


def _set_aside_rate(facts: Facts) -> float:
    return facts.states.get("set_aside", 0) / facts.received if facts.received else 0.0


def key_figures(facts: Facts) -> list[KeyFigure]:
    """The few large numbers at the top; those of which nothing is known are left out."""
    own = [form for form in facts.forms if form.quarterly]
    files, refused = sum(form.files for form in own), sum(form.refused for form in own)
    found = [
        KeyFigure("收到文件", f"{files:,}", "个", f"其中拒收{refused:,}个", "本季报表和名录"),
        _rows_figure(facts),
        _rate_figure(facts),
        _coverage_figure(facts),
        _query_figure(facts),
    ]
    return [figure for figure in found if figure is not None]


def _rows_figure(facts: Facts) -> KeyFigure | None:
    if not facts.received:
        return None
    said = {True: "行数与金额守恒", False: "行数或金额不守恒", None: "守恒尚未检查"}[facts.conserved]
    return KeyFigure("企业报表", f"{facts.received:,}", "行", f"有效{facts.valid:,}行", said)


def _rate_figure(facts: Facts) -> KeyFigure | None:
    if not facts.received:
        return None
    rows = facts.states.get("set_aside", 0)
    return KeyFigure("搁置率", percent(_set_aside_rate(facts)), "%", f"搁置{rows:,}行", "占收到的行")


def _coverage_figure(facts: Facts) -> KeyFigure | None:
    if facts.coverage is None:
        return None
    rates = {name: share.rate for name, share in exhibits.surveys(facts).items()}
    low = min(rates, key=lambda name: rates[name])
    change = f"最低{low}{percent(rates[low])}%"
    return KeyFigure("覆盖率", percent(facts.coverage.rate), "%", change, "占上年同期营业收入")


def _query_figure(facts: Facts) -> KeyFigure | None:
    if not facts.queries:
        return None
    whole = sum(line.rows for line in facts.queries)
    change = f"共{whole:,}条"
    if facts.open_impact is not None:
        change = f"占可能影响的{percent(facts.open_impact)}%"
    return KeyFigure("待答复查询", f"{facts.queries_open:,}", "条", change, f"共{whole:,}条")


def sections(facts: Facts) -> list[Section]:
    """The sections in the order of the report."""
    return [
        Section("收文", tuple(_of_files(facts)), _present(exhibits.arrivals(facts)), _files_tables(facts)),
        Section(
            "审核",
            tuple(_of_review(facts)),
            _present(exhibits.set_aside(facts), exhibits.queries(facts)),
            _present(tables.states(facts) if facts.received else None),
        ),
        Section("覆盖", tuple(_of_coverage(facts)), _present(exhibits.coverage(facts))),
        Section("契约检查", tuple(_of_checks(facts)), (), _present(tables.unmet(facts))),
        Section("总量审核", tuple(_of_totals(facts)), (), _present(tables.findings(facts))),
    ]


def _files_tables(facts: Facts) -> tuple[Table, ...]:
    forms = tables.forms_of(facts) if any(form.files for form in facts.forms) else None
    return _present(forms, tables.lost_files(facts))


def _of_files(facts: Facts) -> list[str]:
    own = [form for form in facts.forms if form.quarterly]
    files = sum(form.files for form in own)
    missing = [f"尚缺：{line}。" for line in facts.lacking]
    if not any(form.files for form in facts.forms) and not facts.lost:
        return ["收件箱没有登记任何文件。请把报表放入 inbox 后运行 shuce run。", *missing]
    said = [f"截至数据截止日，本季报表和名录收到{files:,}个文件"]
    corrections = sum(form.corrections for form in own)
    said += [f"其中更正{corrections:,}个"] if corrections else []
    waiting = sum(form.waiting for form in facts.forms)
    said += [f"{waiting:,}个登记后尚未读取（shuce run {facts.quarter}）"] if waiting else []
    lost = (
        f"连同不能归入本季的，拒收或未识别{len(facts.lost):,}个，原因见表。"
        if facts.lost
        else "没有拒收或未识别的文件。"
    )
    return [f"{'，'.join(said)}。{lost}", *missing]


def _of_review(facts: Facts) -> list[str]:
    if not facts.received:
        return ["没有企业报表可审核。"] if facts.city.has_firms else []
    parts = [f"{name}{number:,}行" for state, name in tables.STATES.items() if (number := facts.states.get(state, 0))]
    said = [f"收到的{facts.received:,}行中，{'、'.join(parts)}；不删一行，不改一个数。"]
    answered = sum(line.rows for line in facts.queries) - facts.queries_open
    if facts.queries:
        said.append(f"核实查询{sum(line.rows for line in facts.queries):,}条，已有{answered:,}条得到核实、说明或更正。")
    if facts.open_of_total is not None:
        said.append(f"待答复查询的可能影响合计相当于本季累计核心产业增加值的{percent(facts.open_of_total, 2)}%。")
    return said


def _of_coverage(facts: Facts) -> list[str]:
    if facts.coverage is None:
        return ["没有上年同期报表，覆盖率无从计算。"] if facts.received else []
    rates = [f"{name}{percent(share.rate)}%" for name, share in exhibits.surveys(facts).items()]
    return [f"按上年同期营业收入计，应报单位已报{percent(facts.coverage.rate)}%；其中{'，'.join(rates)}。"]


def _of_checks(facts: Facts) -> list[str]:
    if facts.outcomes is None:
        return [f"各数据表尚未检查，或检查后有变化；请运行 shuce run {facts.quarter}。"]
    errors = sum(outcome.severity == "error" for outcome in facts.unmet)
    frames = sum(outcome.engine == "gx" for outcome in facts.outcomes)
    counted = len({outcome.table for outcome in facts.outcomes})
    said = (
        f"{counted}张数据表逐项对照契约和表式，共{len(facts.outcomes):,}项（Great Expectations {frames:,}项，"
        f"其余由数据库语句检查）；{errors:,}项不符合契约，{len(facts.unmet) - errors:,}项原报填写不合要求。"
    )
    return [said]


def _of_totals(facts: Facts) -> list[str]:
    if not facts.received:
        return []
    if not facts.findings:
        return ["总量审核（D01—D04）全部通过：汇总相等，覆盖率达标，增速无方向性矛盾，标识齐全。"]
    blocking = sum(finding.blocking for finding in facts.findings)
    return [f"总量审核（D01—D04）有{len(facts.findings):,}项未通过，其中{blocking:,}项阻断发布。"]


def notes(facts: Facts) -> list[tuple[str, str]]:
    """Pairs of a heading and its text: what each figure means."""
    found = [
        ("收文", "本季报表和名录按文件名中的报告期归入；更正指同一报表同一报送单位的第二个及以后的文件。"),
        (
            "行数",
            (
                "一行为一家单位的一份报表。收到的行＝已归类＋行业代码无对应＋行业代码有歧义＋已被更正＋搁置；"
                "守恒检查逐行逐元比较原报、收到、归类、拆分、汇总各步。"
            ),
        ),
        ("搁置率", "违反强制性规则的行占收到的行；搁置的行不参与计算，更正重报后以新行为准。"),
        ("查询", "违反核实性规则的行照常计入，向企业查询；可能影响为偏差对核心产业增加值的影响估计，只列占比。"),
        (
            "覆盖率",
            (
                "应报单位（名录在库，本季末前未退库、未被承继）中，已报单位的上年同期营业收入所占比重；"
                "按数据截止日所知，推算不算已报。"
            ),
        ),
        (
            "契约检查",
            (
                "要求由数据表契约和表式各列（必填、数字、代码、日期）直接生成；按现存全部行检查，含截止日后收到的行。"
                "必填列空白不一定是差错：新增单位没有上年同期数。"
            ),
        ),
        ("总量审核", "D01 汇总相等，D02 覆盖率，D03 产出与薪酬、税金增速方向，D04 价格、版次、时期、口径标识齐全。"),
        ("截止日", f"{facts.as_of:%Y年%-m月%-d日}；此后收到的文件和更正不计入收文、审核和覆盖。"),
        ("保密", f"级别{LEVEL}（{STAMPS[LEVEL]}）：只列计数和比率，不含任何单位的名称、代码和数值，不得转发或公布。"),
    ]
    if facts.city.synthetic:
        found.insert(0, ("合成数据", synthetic(facts.city)))
    return found


def _present(*things: T | None) -> tuple[T, ...]:
    return tuple(thing for thing in things if thing is not None)
