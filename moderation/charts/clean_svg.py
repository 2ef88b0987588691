"""A drawing made fit for where it goes: only known elements and attributes pass, so nothing in it runs, loads or styles a page. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from html import escape
from xml.etree.ElementTree import Element, fromstring

from moderation.charts.palette import GROUND, on_dark, on_page

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_COLOURED = ("fill", "stroke")
_KEPT = frozenset(
    (
        *("d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height", "transform"),
        *("fill", "stroke", "opacity", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap"),
        *("stroke-miterlimit", "text-anchor", "font-size", "font-weight"),
    )
)
_DRAWN = frozenset({"path", "line", "rect", "circle", "text", "tspan"})
_INVISIBLE = frozenset({"background", "foreground"})
_NOTHING_THERE = frozenset({"", "M0,0h0v0h0Z"})
_VALUE = re.compile(r"[-+\w .,#()%]*")
"""What an attribute may hold: numbers, paths, names, colours. No quotes, no colon, no slash: no address fits in."""

Colouring = Callable[[str], str]


def page_svg(raw: str, *, alt: str) -> str:
    """Return a renderer's SVG for a page: it takes the page's colours and letters, is named by `alt`, and has no style and no script.

    Raises ValueError when `raw` is not an SVG.
    """
    return _svg(raw, colouring=on_page, alt=alt, font="", ground=False)


def paper_svg(raw: str, *, alt: str, font: str, dark: bool = False) -> str:
    """Return a renderer's SVG that stands alone: colours written out, the font named, a ground below it."""
    return _svg(raw, colouring=on_dark if dark else lambda value: value, alt=alt, font=font, ground=True)


def _svg(raw: str, *, colouring: Colouring, alt: str, font: str, ground: bool) -> str:
    try:
        root = fromstring(raw)  # noqa: S314 - drawn by a process of ours, from a specification of ours
    except SyntaxError as problem:
        raise ValueError(f"not an SVG: {problem}") from problem
    if root.tag != f"{_NAMESPACE}svg":
        raise ValueError(f"not an SVG but {root.tag!r}")
    width, height = (math.ceil(float(root.get(name, "0"))) for name in ("width", "height"))
    family = f' font-family="{escape(font)}"' if font else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart-svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{escape(alt)}"{family}>'
    ]
    if ground:
        parts.append(f'<rect width="{width}" height="{height}" fill="{colouring(GROUND.light)}"/>')
    parts.extend(_inside(root, colouring))
    return "".join([*parts, "</svg>"])


def _inside(parent: Element, colouring: Colouring) -> Iterator[str]:
    for one in parent:
        name = one.tag.removeprefix(_NAMESPACE)
        if name == "g":
            inner = "".join(_inside(one, colouring))
            if inner:
                yield f"<g{_attributes(one, colouring)}>{inner}</g>"
        elif name in _DRAWN and _to_see(name, one):
            text = escape(one.text or "", quote=False) if name in ("text", "tspan") else ""
            yield f"<{name}{_attributes(one, colouring)}>{text}{''.join(_inside(one, colouring))}</{name}>"


def _to_see(name: str, one: Element) -> bool:
    if one.get("opacity") == "0" or one.get("display") == "none":
        return False
    if name == "path":
        unpainted = one.get("class", "") in _INVISIBLE and "fill" not in one.attrib and "stroke" not in one.attrib
        return one.get("d", "") not in _NOTHING_THERE and not unpainted
    return name != "text" or bool("".join(one.itertext()).strip())


def _attributes(one: Element, colouring: Colouring) -> str:
    kept = {name: value for name, value in one.attrib.items() if name in _KEPT and _VALUE.fullmatch(value)}
    return "".join(f' {name}="{colouring(value) if name in _COLOURED else value}"' for name, value in kept.items())
