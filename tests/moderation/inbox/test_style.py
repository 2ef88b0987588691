"""The style sheets: words can be read on every ground they stand on, and nothing is fetched from anywhere."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STATIC = files("moderation.inbox").joinpath("static")
SHEET = STATIC.joinpath("app.css").read_text(encoding="utf-8")
SHEETS = "\n".join(sheet.read_text(encoding="utf-8") for sheet in STATIC.iterdir() if sheet.name.endswith(".css"))

# what stands on what; WCAG 2.2 asks 4.5 for text and 3 for marks
TEXT = (
    [(ink, ground) for ink in ("ink", "soft", "accent", "warn", "alarm", "good") for ground in ("paper", "card")]
    + [("ink", "well"), ("soft", "well"), ("ink", "accent-wash"), ("soft", "accent-wash"), ("accent", "accent-wash"), ("warn", "warn-wash")]
    + [("accent-ink", "accent")]
)


SCHEMES = {
    "light": ":root {",
    "dark": ':root:not([data-theme="light"]) {',
    "dark chosen": ':root[data-theme="dark"] {',
}


def colours(scheme: str) -> dict[str, str]:
    """Return the colours of one scheme by name."""
    _, found, after = SHEET.partition(SCHEMES[scheme])
    assert found
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", after.partition("}")[0]))


def brightness(colour: str) -> float:
    """Return the relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((brightness(one), brightness(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_word_can_be_read(scheme: str) -> None:
    found = colours(scheme)
    weak = {(ink, ground): round(contrast(found[ink], found[ground]), 2) for ink, ground in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_both_schemes_have_the_same_colours() -> None:
    assert colours("light").keys() == colours("dark").keys()


def test_dark_is_the_same_whoever_chose_it() -> None:
    """Who sets dark in their settings sees what a system set to dark shows; who sets light is not overruled by their system."""
    assert colours("dark") == colours("dark chosen")
    assert "color-scheme: light; }" in SHEET.partition(':root[data-theme="light"] {')[2].partition("\n")[0]


def test_the_pages_fetch_nothing_from_elsewhere() -> None:
    """No font, no picture, no sheet of others."""
    assert not re.search(r"url\(|@import|//[a-z]", SHEETS)
    for page in files("moderation.inbox").joinpath("pages").iterdir():
        source = page.read_text(encoding="utf-8")
        assert not re.search(r"(src|href|action)=\"(https?:)?//", source), page.name
        assert not re.search(r"\son[a-z]+=|\sstyle=|<style|<script(?! src=)", source), page.name
        assert "| safe" not in source, page.name
        assert "autoescape false" not in source, page.name


def test_every_class_a_page_names_is_drawn() -> None:
    """A misspelt class is a part that looks wrong and nobody notices."""
    drawn = set(re.findall(r"\.([a-z][a-z0-9_-]*)", SHEETS))
    named: set[str] = set()
    for page in files("moderation.inbox").joinpath("pages").iterdir():
        for value in re.findall(r'class="([^"{]*)"', page.read_text(encoding="utf-8")):
            named |= set(value.split())
    plain = {"issue-what", "home-name", "strip-name", "leave-form", "group", "all"}  # hooks without a look of their own
    assert named - drawn - plain == set()
