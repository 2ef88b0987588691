"""What happens to posts once they are there: copied by others, edited, taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from listener.demo.chance import deal, weighted
from listener.demo.drafts import Draft
from listener.demo.people import Population
from listener.demo.plan import PLACES
from listener.demo.texts import LanguageTexts
from listener.model.mention import Mention, Removal

_COPIED = {"spam": 0.3, "elsewhere": 0.0, "idea": 0.4}
"""How readily a subject is copied; issues 2, everything else 0.7."""


def copies(drafts: Sequence[Draft], count: int, people: Population, end: datetime, rng: Random) -> list[Draft]:
    """Return `count` later posts of other people with the text of an earlier draft, now and then with "RT @name:" before it."""
    open_drafts = [draft for draft in drafts if not draft.place.own and draft.at < end - timedelta(hours=12)]
    weights = [
        _COPIED.get(draft.subject, 0.7 if draft.subject.startswith("chatter/") or draft.subject == "compliment" else 2.0)
        for draft in open_drafts
    ]
    repeated: list[Draft] = []
    for original in rng.choices(open_drafts, weights=weights, k=count):
        place = original.place if rng.random() < 0.7 else weighted(rng, [(place, place.share) for place in PLACES if not place.own])
        person = people.newcomer(place, original.person.language)
        quoted = place.platform == "x" and original.place.platform == "x" and rng.random() < 0.35
        text = f"RT @{original.person.author.native_id}: {original.text}" if quoted else original.text
        at = original.at + timedelta(seconds=rng.randint(120, 11 * 3600))
        repeated.append(replace(original, at=at, place=place, person=person, text=text, threads=()))
    return repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Edited mentions and removals with the moments at which the platform shows them."""

    edited: tuple[tuple[datetime, Mention], ...]
    removed: tuple[tuple[datetime, Removal], ...]


def changes(
    mentions: Sequence[tuple[str, Mention]],
    *,
    edits: int,
    removals: int,
    languages: Mapping[str, LanguageTexts],
    end: datetime,
    rng: Random,
) -> Changes:
    """Pick posts that are edited later and others that are taken away. `mentions` are (language, mention)."""
    early = [entry for entry in mentions if entry[1].posted_at < end - timedelta(days=1)]
    picked = rng.sample(early, edits + removals)
    notes = {name: deal(rng, language.edits) for name, language in languages.items()}
    edited = []
    for language, mention in picked[:edits]:
        at = mention.posted_at + timedelta(seconds=rng.randint(200, 20 * 3600))
        edited.append((at, replace(mention, text=f"{mention.text} {next(notes[language])}", edited_at=at)))
    removed = []
    for _language, mention in picked[edits:]:
        at = mention.posted_at + timedelta(seconds=rng.randint(600, 22 * 3600))
        reason = rng.choice(("deleted", "deleted", "moderated"))
        removed.append((at, Removal(platform=mention.platform, realm=mention.realm, native_id=mention.native_id, reason=reason)))
    return Changes(edited=tuple(edited), removed=tuple(removed))
