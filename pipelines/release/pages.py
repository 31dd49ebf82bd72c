"""Pages: one self-contained HTML file each, with no address outside itself, its own glyphs and no script but its own.

Belongs here: the frame of a page (policy, style, fonts) and the data dictionary. Does not belong here: what the
bulletin says (bulletin, sentences).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from html import unescape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2

from pipelines.release import typeface
from pipelines.release.cited import MARK, cell, marked
from pipelines.release.dictionary import meaning, release_contracts
from pipelines.release.display import numeric_columns, shown
from pipelines.release.issue import Issue
from pipelines.release.wording import ordinal
from pipelines.workspace import City

if TYPE_CHECKING:
    from pipelines.release.snapshot import Macro, View

_BOLD = re.compile(r"<(h1|h2|h3|th|strong|b|dt)\b[^>]*>(.*?)</\1>", re.DOTALL)
_BOLD_ROWS = re.compile(r'<tr class="total">(.*?)</tr>', re.DOTALL)
_BOLD_SVG = re.compile(r'<text[^>]*font-weight="bold"[^>]*>(.*?)</text>', re.DOTALL)
_NUMBER = re.compile(rf"((?:{MARK}|[+−]?[\d.,]+)(?:亿元|%|个百分点|家|年)?[，。：；、]?)")
_TAG = re.compile(r"<[^>]*>")


def render(template: str, **values: Any) -> str:
    """A page from a template: autoescaped, styled, with a content-security policy that lets nothing in or out."""
    return framed(values["title"], markup(template, **values))


def framed(
    title: str, body: str, *, styles: Sequence[str] = (), script: str = "", data: Any = None, bold: bool = False
) -> str:
    """A whole page: one file whose policy runs its own script, if it has one, and nothing else.

    Args:
        title: the title of the window.
        body: HTML, escaped.
        styles: further stylesheets of this package than that of every page.
        script: a script of this package.
        data: what the script reads, as a JSON value.
        bold: whether the script shows any of it in bold.
    """
    said, code = (_json(data), _read(script)) if script else ("", "")
    heavy = "".join(match[match.lastindex or 0] for p in (_BOLD, _BOLD_ROWS, _BOLD_SVG) for match in p.finditer(body))
    faces = typeface.faces(_text(body) + said + code, bold=_text(heavy) + (said + code if bold else ""))
    style = "\n".join([faces, *(_read(name) for name in ("page.css", *styles))])
    frame = _environment().get_template("frame.html.j2")
    return frame.render(title=title, body=body, style=style, script=code, data=said, digest=_digest)


def markup(template: str, **values: Any) -> str:
    """A template filled in, escaped; nothing around it, and the marks of numbers still in it (cited)."""
    return _environment().get_template(template).render(**values)


def dictionary(issue: Issue, city: City, views: Sequence[View], macros: Sequence[Macro]) -> str:
    """The data dictionary: every table with its columns, every view with what it shows, every macro."""
    return render(
        "dictionary.html.j2",
        title=f"数据字典 · {city.name} · {issue.name}",
        issue=issue,
        city=city,
        tables=list(release_contracts().values()),
        views=views,
        macros=macros,
        meaning=meaning,
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": shown, "pieces": _pieces, "numeric_columns": numeric_columns}
    environment.filters |= {"marked": marked, "cell": cell, "ordinal": ordinal}
    return environment


def _json(value: Any) -> str:
    """A value for a script, which no text in it can end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    return files("pipelines.release.templates").joinpath(name).read_text(encoding="utf-8")


def _pieces(text: str) -> list[tuple[str, bool]]:
    """A title in pieces, each with whether it must not be broken: a number stays with its unit."""
    parts = _NUMBER.split(marked(text))
    return [(part, bool(n % 2)) for n, part in enumerate(parts) if part]


def _text(html: str) -> str:
    return unescape(_TAG.sub("", html))
