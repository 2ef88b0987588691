"""Some weeks of messages about two brands, put into a ledger as if they had been pulled and read: for figures that are counted again."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listener.ledger.ledger import Ledger
from listener.model.analysis import Analysis, AnalysisStep, Label, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, BrandHit, Kept, Mention

PLATFORMS = ("x", "mastodon", "feed")
TITLES = ("Geen stroom in de Vogelbuurt", "Dubbele incasso", "App vraagt steeds opnieuw inloggen", "Monteur was snel en netjes")
_CAUSES = ("service_failed", "promise_not_kept", "unclear_information", "compliment")
_FELT = ("negative", "negative", "neutral", "positive")


def add_weeks(
    ledger: Ledger, *, until: datetime, days: int, brands: tuple[str, str], model_id: str, texts: tuple[str, ...] = ()
) -> tuple[int, ...]:
    """Add messages of the `days` days before `until`, and return the numbers of their issues. The same arguments give the same messages.

    Some are spam, some in English, some about both brands or about none that is named, some by the same person.
    """
    kept = [_kept(n, until - timedelta(days=days) * (1 - share), brands, texts) for n, share in enumerate(_shares(days * 9))]
    ledger.mentions.add_page(kept, source="weeks", next_cursor=None, at=until)
    found = [ledger.mentions.find(one.mention.key) for one in kept]
    ids = [one.mention_id for one in found if one is not None]
    step = AnalysisStep(
        at=until,
        analyses=tuple(_analysis(n, mention_id) for n, mention_id in enumerate(ids)),
        embeddings=tuple(NewEmbedding(text_hash=f"w{mention_id}", model=model_id, vector=_vector(n)) for n, mention_id in enumerate(ids)),
        new_issues=tuple(NewIssue(temporary_id=-1 - n, title=title, created_at=until) for n, title in enumerate(TITLES)),
        memberships=tuple(
            Membership(mention_id=mention_id, issue_id=-1 - n % 5, by="model", reason="near", at=until)
            for n, mention_id in enumerate(ids)
            if n % 5 < len(TITLES)
        ),
    )
    made = ledger.analyses.save(step)
    return tuple(made[-1 - n] for n in range(len(TITLES)))


def _shares(count: int) -> list[float]:
    """Return moments between 0 and 1: more of them late than early, none at the very end."""
    return [math.sqrt((n + 0.5) / count) * 0.999 for n in range(count)]


def _kept(n: int, at: datetime, brands: tuple[str, str], texts: tuple[str, ...]) -> Kept:
    platform = PLATFORMS[n % 3]
    author = Author(platform=platform, realm=f"{platform}.example", native_id=f"wie-{n % 41}", name=f"Naam {n % 41}")
    text = texts[n % len(texts)] if texts else f"{TITLES[n % 4]} ({n})"
    one = Mention(
        platform=platform,
        realm=f"{platform}.example",
        native_id=f"w{n}",
        text=text,
        posted_at=at.replace(microsecond=0),
        author=author,
        url=f"https://{platform}.example/w{n}",
    )
    named = brands if n % 11 == 0 else () if n % 13 == 0 else (brands[n % 2],)
    return Kept(mention=one, hits=tuple(BrandHit(brand=brand, directed=n % 3 == 0, terms=(brand.lower(),)) for brand in named))


def _analysis(n: int, mention_id: int) -> Analysis:
    said = {"sentiment": _FELT[n % 4], "cause": _CAUSES[n % 4]}
    said |= {"spam": "yes"} if n % 17 == 0 else {}
    said |= {"unnecessary": "yes"} if n % 7 == 0 else {}
    said |= {"searched_first": "yes"} if n % 9 == 0 else {}
    labels = tuple(Label(name=name, value=value, probability=0.9, model="test") for name, value in said.items())
    language = "en" if n % 6 == 0 else "nl"
    return Analysis(mention_id=mention_id, revision=0, language=language, card_id=mention_id, text_hash=f"w{mention_id}", labels=labels)


def _vector(n: int) -> NDArray[np.float32]:
    vector = np.zeros(384, dtype=np.float32)
    vector[n % 384] = 1.0
    return vector
