"""A home in which everybody outside wrote the worst they could (RULES section 3), opened as the service opens it, without a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from listener.model.mention import Author, BrandHit, Kept, Mention
from listener.progress import NoProgress
from moderation.bootstrap import answering_on
from moderation.parts import Answering
from moderation.settings import KlankbordSettings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BRAND = "Stroomwerk"
A_THREAD = 40
"""Messages of one conversation."""
SHORT = 1_000
PLATFORMS = ("reddit", "mastodon", "bluesky", "x", "discord", "matrix", "discourse", "mail", "feed", "telephone")


def settings() -> KlankbordSettings:
    """Return settings of one brand whose handle everybody names."""
    return KlankbordSettings.model_validate({"brands": [{"name": BRAND, "handles": ["@stroomloket"]}], "invented": True})


def in_messages(texts: Sequence[str]) -> list[str]:
    """Put every text whole into a message: two that are short share one, which halves the work and leaves nothing out."""
    short = [text for text in texts if len(text) < SHORT]
    return [text for text in texts if len(text) >= SHORT] + ["\n\n".join(short[start : start + 2]) for start in range(0, len(short), 2)]


def hostile_mentions(texts: Sequence[str]) -> list[Kept]:
    """Return mentions with the texts wherever somebody outside chooses words; forty of one author in one thread.

    What a mention may not hold (no id at all) is given one; everything else is as hostile as it came.
    """
    kept = []
    for number, text in enumerate(in_messages(texts)):
        group = number // A_THREAD
        platform = PLATFORMS[group % len(PLATFORMS)]
        author = Author(platform=platform, realm="r/stroom", native_id=f"klant-{group}", name=text)
        mention = Mention(
            platform=platform,
            realm="r/stroom",
            native_id=f"m{number}",
            root_id=f"m{group * A_THREAD}",
            title=text[:5_000],
            text=text,
            url=text if number % 3 else f"https://forum.example/{number}",
            posted_at=NOW - timedelta(hours=30) + timedelta(seconds=20 * number),
            author=author,
        )
        kept.append(Kept(mention=mention, hits=(BrandHit(brand=BRAND, directed=True, terms=("stroomloket",)),)))
    return kept


@contextmanager
def hostile_home(home: Path, texts: Sequence[str]) -> Iterator[Answering]:
    """Open a home with these texts heard, analysed, in cases, and in one issue that is called by one of them."""
    clock = ManualClock(NOW)
    with answering_on(home, settings(), clock, embedder=HashedEmbedder()) as parts:
        mentions = parts.listening.ledger.mentions
        kept = hostile_mentions(texts)
        for start in range(0, len(kept), 500):
            mentions.add_page(kept[start : start + 500], source="bron", next_cursor=None, at=NOW)
        parts.listening.analyse.all(NoProgress())
        while (done := parts.desk.open_cases()).opened or done.joined:
            pass
        yield parts
