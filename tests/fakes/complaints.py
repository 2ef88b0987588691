"""A small stream of Dutch and English complaints about a few things, for tests that read it many times over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from listener.model.mention import Author, Kept, Mention

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAID = (
    "dubbele incasso op mijn rekening, het geld is twee keer afgeschreven",
    "de app laat me niet inloggen, wachtwoord wordt niet herkend",
    "al uren geen stroom in de wijk, storing duurt maar door",
    "double direct debit, the money was taken twice from my account",
    "waiting for an hour on the phone and nobody answers the call",
)
ENDINGS = ("", " belachelijk", " wie nog meer", " again today", " al dagen", " hoe kan dit", " really annoying", " graag een reactie")


def complaint(number: int, *, hours_apart: float = 1.0, subject: int | None = None) -> Mention:
    """Return the complaint with this number: its subject and words follow from the number, its time from `hours_apart`."""
    about = (number * 7 // 3) % len(SAID) if subject is None else subject
    text = f"{SAID[about]}{ENDINGS[number % len(ENDINGS)]} {ENDINGS[(number // 5) % len(ENDINGS)]} nr {number % 11}"
    return forum_post(number, text, person=number % 37, at=START + timedelta(hours=hours_apart * number))


def forum_post(number: int, text: str, *, person: int, at: datetime) -> Mention:
    """Return a post of a forum by the person with this number."""
    author = Author(platform="forum", realm="forum.example", native_id=f"p{person}", name=f"person {person}")
    return Mention(platform="forum", realm="forum.example", native_id=str(number), text=text, author=author, posted_at=at)


def kept(*mentions: Mention) -> list[Kept]:
    return [Kept(mention=one) for one in mentions]
