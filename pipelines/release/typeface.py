"""The part of a typeface that one page needs, as WOFF in its stylesheet: it reads where no Chinese font is.

Belongs here: subsetting. Does not belong here: which fonts a page prefers (templates/page.css, the system's first).
"""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from importlib.resources import files
from typing import Final

FAMILY: Final = "Shuce Sans SC"
_WEIGHTS: Final = {400: "ShuceSansSC-Regular.otf", 700: "ShuceSansSC-Bold.otf"}


def faces(text: str, *, bold: str) -> str:
    """``@font-face`` rules with the glyphs of two texts, the same bytes for the same characters.

    Args:
        text: everything that the page shows.
        bold: what it shows in bold.
    """
    return "\n".join(_face(weight, shown) for weight, shown in ((400, text), (700, bold)))


def _face(weight: int, text: str) -> str:
    data = base64.b64encode(woff(_WEIGHTS[weight], text)).decode()
    source = f'url("data:font/woff;base64,{data}") format("woff")'
    return f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: {source}; }}'


def woff(name: str, text: str) -> bytes:
    """The glyphs of a text out of a font of this package; characters that it lacks are left to the system's fonts."""
    return _subset(name, "".join(sorted(set(text))))


@lru_cache(maxsize=16)
def _subset(name: str, characters: str) -> bytes:
    # The explorers of a workspace show the same catalogue and names, so mostly the same glyphs. WOFF is a tenth larger
    # than WOFF2 and made in a quarter of the time; these fonts have no hints, and their bounds may stay those of all.
    from fontTools import subset
    from fontTools.ttLib import TTFont

    data = files("pipelines.release.fonts").joinpath(name).read_bytes()
    font = TTFont(io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
    subsetter = subset.Subsetter(subset.Options(layout_features=[], hinting=True, notdef_outline=True))
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)
    font.flavor = "woff"
    sink = io.BytesIO()
    font.save(sink)
    return sink.getvalue()
