"""Shipped words and templates, read once and handed to the pure rooms."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
import yaml
from numpy.typing import NDArray

from listener.labels.heads import Heads
from listener.labels.learning import Answered
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
def label_heads() -> Heads | None:
    """Return the shipped label heads, or None in a checkout where none were trained."""
    file = shipped("heads", "heads.npz")
    return Heads.of(_arrays(file.read_bytes())) if file.is_file() else None


@cache
def label_checks() -> dict[str, Answered]:
    """Return the rows that what a brand taught must not make worse, by task; none of them was trained on."""
    file = shipped("heads", "check.npz")
    found = _arrays(file.read_bytes()) if file.is_file() else {}
    return {
        task: Answered(
            logits=found[f"{task}.logits"].astype(np.float64),
            vectors=found.get(f"{task}.vectors", found["own.vectors"]).astype(np.float32),
            answers=found[f"{task}.answers"].astype(np.int64),
        )
        for task in sorted(name.removesuffix(".answers") for name in found if name.endswith(".answers"))
    }


def _arrays(content: bytes) -> dict[str, NDArray[np.generic]]:
    with np.load(BytesIO(content)) as kept:  # arrays only: nothing in it can run
        return {name: kept[name] for name in kept.files}


@cache
def stop_words() -> dict[str, frozenset[str]]:
    """Return the stop words of each language that has a list."""
    return {
        folder.name: parse_words(shipped_text("lexicons", folder.name, "stopwords.txt"))
        for folder in shipped("lexicons").iterdir()
        if folder.is_dir() and folder.joinpath("stopwords.txt").is_file()
    }


@cache
def private_titles() -> dict[str, str]:
    """Return what an issue is called of which people speak in private only, by language."""
    return {
        folder.name: str(yaml.safe_load(shipped_text("lexicons", folder.name, "private.yaml"))["title"])
        for folder in shipped("lexicons").iterdir()
        if folder.is_dir() and folder.joinpath("private.yaml").is_file()
    }


@cache
def templates(language: str) -> dict[str, str]:
    """Return all templates of a language by file name, such as `digest.md.j2`."""
    return {
        one.name: one.read_text(encoding="utf-8")
        for one in shipped("templates", language).iterdir()
        if one.name.endswith((TEMPLATE_ENDING, ".yaml"))
    }
