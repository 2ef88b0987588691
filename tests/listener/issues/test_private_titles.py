"""A title goes into digests, channels and public pages: words of private messages are none of it (RULES D3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from listener.issues.memory import Memory
from listener.issues.naming import Naming
from listener.issues.prepare import Reader
from listener.issues.window import Entry
from listener.model.mention import StoredMention
from listener.settings.wording import private_titles, stop_words
from listener.text.language import Languages
from tests.fakes.posts import EMBEDDER, START, Desk, analyst, chatter, numbered, stored

READER = Reader(brands=(), stopwords=stop_words(), languages=Languages.from_lists(**stop_words()), untold=private_titles())
CANARY = "goudvink"


def named(*texts: tuple[str, bool], present: str = "") -> str:
    """Return the title of a group of texts, each with whether it is private, among other talk that is not of the group."""
    memory = Memory(timedelta(days=7))
    others = ["De koffie is hier lekker en warm vandaag", "Morgen gaan we naar het strand", "Wie kent een goede fietsenmaker hier"] * 4
    entries = []
    for number, (text, private) in enumerate([*((one, False) for one in others), *texts], start=1):
        reading = READER.read(stored(number, text, START + timedelta(minutes=number)))
        (vector,) = EMBEDDER.encode([reading.clean.text])
        entries.append(
            Entry(
                mention_id=number,
                card_id=number,
                author=str(number),
                language="nl",
                posted_at=reading.stored.mention.posted_at,
                clean=reading.clean,
                grams=reading.grams,
                vector=vector,
                private=private,
            )
        )
    memory.window.add(entries)
    rows = np.arange(len(others), len(entries), dtype=np.int64)
    return Naming(memory, memory.window.snapshot(), READER).title(rows, present=present)


def told(text: str, times: int, *, private: bool) -> Sequence[tuple[str, bool]]:
    return [(text.format(n=number), private) for number in range(times)]


def test_a_title_is_made_of_what_was_said_in_public() -> None:
    """However much more is said in private about the same."""
    title = named(
        *told("De monteur van {n} komt niet opdagen", 2, private=False),
        *told("Mijn " + CANARY + " monteur {n} bleef weg", 40, private=True),
    )
    assert CANARY not in title
    assert "opdagen" in title


@pytest.mark.parametrize("present", ["", CANARY + " · bleef weg"])
def test_what_is_said_in_private_only_has_a_name_of_ours(present: str) -> None:
    """Also in a home from before, whose title stands already."""
    assert named(*told("Mijn " + CANARY + " monteur {n} bleef weg", 5, private=True), present=present) == "Privéberichten"


def test_a_title_that_nothing_public_supports_goes() -> None:
    texts = [*told("De monteur van {n} komt niet opdagen", 3, private=False), *told("Mijn " + CANARY + " bleef weg {n}", 3, private=True)]
    assert CANARY not in named(*texts, present=CANARY + " · bleef weg")
    unlike = [("De monteur komt niet", False), ("Wat een onzin zeg", False), *told("Mijn " + CANARY + " bleef weg {n}", 3, private=True)]
    assert CANARY not in named(*unlike, present=CANARY + " · bleef weg"), "also where the public ones share no word"
    kept = "monteur · opdagen"
    assert named(*texts, present=kept) == kept, "readers keep the name that they are used to"


def test_every_language_that_is_told_apart_has_a_name_for_it() -> None:
    assert set(private_titles()) == set(stop_words())
    assert all(private_titles().values())


def test_a_burst_of_private_messages_is_seen_and_gives_no_word_away() -> None:
    """They count: an outage that people mail about is an outage."""
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(days=8)))
    at = START + timedelta(days=8, hours=1)
    mails: list[StoredMention] = [
        replace(stored(10_000 + n, f"Mijn {CANARY} monteur bleef weg vanmorgen ({n})", at + timedelta(minutes=n)), private=True)
        for n in range(12)
    ]
    desk.read_all(mails, size=4)
    assert desk.signals, "a burst"
    titles = [one.title for one in desk.created.values()] + [title for step in desk.steps for _, title in step.titles]
    assert titles
    assert not any(CANARY in one.lower() for one in titles)
