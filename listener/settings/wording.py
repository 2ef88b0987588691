"""Shipped words and templates, read once and handed to the pure rooms."""

from __future__ import annotations

from functools import cache

from listener.labels.lexicon import Lexicons, parse_words
from listener.settings.resources import shipped, shipped_text

TEMPLATE_ENDING = ".j2"


@cache
def lexicons() -> dict[str, Lexicons]:
    """Return the word lists of every language that ships with more than stop words."""
    found: dict[str, Lexicons] = {}
    for folder in sorted(shipped("lexicons").iterdir(), key=lambda one: one.name):
        if folder.is_dir():
            lists = {
                one.name.removesuffix(".txt"): one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".txt")
            }
            lists.pop("stopwords", None)
            if lists:
                found[folder.name] = Lexicons.parse(lists)
    return found


@cache
def stop_words() -> dict[str, frozenset[str]]:
    """Return the stop words of each language that has a list."""
    return {
        folder.name: parse_words(shipped_text("lexicons", folder.name, "stopwords.txt"))
        for folder in shipped("lexicons").iterdir()
        if folder.is_dir() and folder.joinpath("stopwords.txt").is_file()
    }


@cache
def templates(language: str) -> dict[str, str]:
    """Return all templates of a language by file name, such as `digest.md.j2`."""
    return {
        one.name: one.read_text(encoding="utf-8")
        for one in shipped("templates", language).iterdir()
        if one.name.endswith((TEMPLATE_ENDING, ".yaml"))
    }
