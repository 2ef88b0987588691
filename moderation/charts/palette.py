"""The colours of charts: one name each, with a value for light and for dark ground.

Blue, vermillion, green, purple, sky and orange are those of M. Okabe and K. Ito, "Color Universal Design" (2008): people with any
common kind of colour blindness tell them apart. On dark ground sky stands for blue and orange for vermillion, for their contrast.
No chart tells anything by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A named colour. `variable` is the custom property that a page may set; `light` is also what stands in a specification."""

    name: str
    light: str
    dark: str
    variable: str


INK = Colour(name="ink", light="#1b2226", dark="#e3e8ea", variable="--ink")
SOFT = Colour(name="soft", light="#566168", dark="#9daab1", variable="--soft")
LINE = Colour(name="line", light="#d3d6cd", dark="#313b43", variable="--line")
GROUND = Colour(name="ground", light="#fefefe", dark="#191f24", variable="--card")
BLUE = Colour(name="blue", light="#0072b2", dark="#56b4e9", variable="--chart-blue")
VERMILLION = Colour(name="vermillion", light="#d55e00", dark="#e69f00", variable="--chart-vermillion")
GREEN = Colour(name="green", light="#009e73", dark="#00b785", variable="--chart-green")
PURPLE = Colour(name="purple", light="#c0679a", dark="#cc79a7", variable="--chart-purple")

COLOURS = (INK, SOFT, LINE, GROUND, BLUE, VERMILLION, GREEN, PURPLE)
_BY_LIGHT: Mapping[str, Colour] = {colour.light: colour for colour in COLOURS}


def on_page(value: str) -> str:
    """Return a colour of a specification as a custom property of the page it stands in, or as it is when the page sets none."""
    found = _BY_LIGHT.get(value.lower())
    return f"var({found.variable}, {found.light})" if found else value


def on_dark(value: str) -> str:
    """Return a colour of a specification as it is drawn on dark ground."""
    found = _BY_LIGHT.get(value.lower())
    return found.dark if found else value


def properties(*, dark: bool) -> str:
    """Return the charts' own custom properties as CSS declarations, for a style sheet or a report that stands alone."""
    own = (colour for colour in COLOURS if colour.variable.startswith("--chart-"))
    return " ".join(f"{colour.variable}: {colour.dark if dark else colour.light};" for colour in own)
