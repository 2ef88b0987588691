"""Letters that no font has are boxes on paper; the paper says how many texts have them, and the HTML file holds them whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from moderation.model.document import Document, PageBreak
from moderation.reports.document_links import Links
from moderation.reports.paper_letters import letters_of, with_notes
from moderation.reports.week_html import week_html
from moderation.reports.week_paper import paper_of
from moderation.workflows import typeset as setting
from moderation.workflows.typeset import letters_missing, pictures, typeset
from tests.moderation.reports.test_week_document import LANGUAGES, MONDAY, TITLES, Page, document, quote

HAN, THAI = "请帮帮我", "ช่วยด้วย"

# letters, those of them that typst's own fonts lack
LETTERS: tuple[tuple[str, str], ...] = (
    ("plain ASCII ~", ""),
    ("éëïÉßœłőșğ€–“”…·√→", ""),
    ("ΑΩαβγ АБвгд", ""),  # the first of each looks as the A that is drawn between letters
    ("请ΑА한", "请한"),
    ("שלום عربي", ""),
    ("请", "请"),
    ("a한b", "한"),
    ("あé", "あ"),
    ("ไŁ", "ไ"),
    ("A请B한A", "请한"),  # what stands between letters is no part of them
    (" \u200b\u0301\n", ""),  # nothing to draw by itself
)


@pytest.mark.parametrize(("letters", "missing"), LETTERS, ids=[repr(letters) for letters, _ in LETTERS])
def test_typst_is_asked_which_letters_its_fonts_lack(letters: str, missing: str) -> None:
    """No list of ours: what fonts hold changes with every version, and with every machine."""
    assert letters_missing(letters, system_fonts=False) == frozenset(missing)


def test_fonts_of_the_machine_only_add_letters() -> None:
    every = "".join(letters for letters, _ in LETTERS)
    assert letters_missing(every) <= letters_missing(every, system_fonts=False)
    assert letters_missing(every) == letters_missing(every), "asked for again they are remembered, and the same"


def notes(paper: Any) -> list[tuple[int, str]]:
    """Return the lines that were put in, with their places."""
    ends = {words.partition(" ")[2] for words in paper["boxes"].values()}
    lines = [(at, block["line"][0]["text"]) for at, block in enumerate(paper["blocks"]) if block["kind"] == "para"]
    return [(at, text) for at, text in lines if text.partition(" ")[2] in ends]


def test_page_one_and_each_part_say_how_many_texts_have_such_letters() -> None:
    """Two titles on page one, and in the appendix wherever they stand again; a part without any says nothing."""
    whole = document("en", titles={**TITLES, 1: f"Login {HAN}", 2: HAN}, said=quote("plain"))
    paper = paper_of(whole, Links())
    found = with_notes(paper, frozenset(HAN))
    told = notes(found)
    kinds = [block["kind"] for block in found["blocks"]]
    assert told[0] == (kinds.index("break") - 1, paper["boxes"]["many"].replace("{n}", "4"))
    headings = {at: block["text"] for at, block in enumerate(found["blocks"]) if block["kind"] == "heading" and block["level"] <= 2}
    parts = {max((at for at in headings if at < place), default=-1): text[:7] for place, text in told[1:]}
    assert {headings[at]: text for at, text in parts.items()} == {
        "Issues, by what they cost": "2 texts",
        "Value and irritation": "3 texts",  # also the sentence that stands for a chart that was not drawn
        "Waits, promises, silence, and what was left": "2 texts",
        "Improvement actions, and whether they helped": "2 texts",
    }
    assert [block for block in found["blocks"] if block not in paper["blocks"]] == [found["blocks"][at] for at, _ in told]


def test_one_text_is_one_and_none_says_nothing() -> None:
    whole = document("nl", said=quote(HAN))
    paper = paper_of(whole, Links())
    assert [text for _, text in notes(with_notes(paper, frozenset(HAN)))] == [paper["boxes"]["one"]] * 3
    assert paper["boxes"]["one"].startswith("1 tekst hierboven heeft letters waarvoor deze computer geen lettertype heeft")
    assert with_notes(paper, frozenset()) is paper
    assert notes(with_notes(paper, frozenset("ж"))) == []


def test_what_is_set_is_looked_at_before_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """On every machine: here it is one that has no font for Han, whatever this one has."""
    monkeypatch.setattr(setting, "_KNOWN", {**dict.fromkeys(HAN, False)})
    given: list[dict[str, Any]] = []
    compiled = setting._compiled

    def seen(template: str, inputs: dict[str, str], *rest: Any, **more: Any) -> list[bytes]:
        given.extend(json.loads(inputs[name]) for name in inputs if name == "report")
        return compiled(template, inputs, *rest, **more)

    monkeypatch.setattr(setting, "_compiled", seen)
    whole = document("en", said=quote(HAN))
    assert typeset(paper_of(whole, Links()), made_at=MONDAY).startswith(b"%PDF")
    assert len(notes(given[0])) == 3
    assert HAN in Page(week_html(whole, Links())).text
    assert set(HAN) <= letters_of(paper_of(whole, Links()))


def first_page(whole: Document) -> Document:
    until = next(at for at, block in enumerate(whole.blocks) if isinstance(block, PageBreak))
    return replace(whole, blocks=whole.blocks[:until])


@LANGUAGES
def test_page_one_with_letters_of_every_script_is_one_page(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fonts stand in: a line more must not push the figures to the next page."""
    monkeypatch.setattr(setting, "_KNOWN", dict.fromkeys(HAN + THAI, False))
    long = dict.fromkeys(TITLES, f"{HAN} שלום عربي {THAI} een kwestie met een lange titel die maar doorgaat over van alles")
    whole = first_page(document(language, titles=long, said=quote((HAN + " عربي ") * 40), cost_per_contact=7.5))
    assert len(pictures(paper_of(whole, Links("https://k.example")), made_at=MONDAY, ppi=20)) == 1
