"""A search over an invented day: real words and marks, meaning by hand, narrowed as the real one is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from listener.model.mention import Author, BrandHit, Mention, StoredMention
from listener.model.search import Meaning
from listener.text.searching import marked, search_text, terms_of
from moderation.inbox.search_parts import SearchParts
from moderation.model.finding import Answer, Asked, Choices, Found, Group, How
from tests.fakes.staff_figures import NOW

_SAID: tuple[tuple[str, str, str, str], ...] = (
    ("mastodon", "Zoemvolt", "Al de hele ochtend geen stroom in de Vogelbuurt, en de app zegt dat er niets aan de hand is.", "nl"),
    ("reddit", "Zoemvolt", "Twee keer hetzelfde bedrag afgeschreven. Wanneer krijg ik mijn geld terug van de incasso?", "nl"),
    ("discord", "Zoemvolt", "Logged out again. Is there a version of the app that works?", "en"),
    ("x", "Zoemvolt", "Stroom weg in Noord @zoemvolt", "nl"),
    ("feed", "Ander merk", "Ander merk heeft ook geen stroom", "nl"),
)


def said_of(
    number: int, text: str, *, platform: str = "mastodon", brand: str = "Zoemvolt", title: str = "", url: str = ""
) -> StoredMention:
    """Return a message as the ledger gives it."""
    return StoredMention(
        mention_id=number,
        revision=0,
        first_seen_at=NOW,
        hits=(BrandHit(brand=brand, directed=True, terms=("zoemvolt",)),),
        mention=Mention(
            platform=platform,
            realm="x.example",
            native_id=str(number),
            text=text,
            title=title,
            posted_at=NOW - timedelta(hours=number),
            author=Author(platform=platform, realm="x.example", native_id="someone"),
            url=url or f"https://x.example/{number}",
        ),
    )


@dataclass
class SearchDay:
    """What the search page is told; tests change its fields. `asked` lists what it asked for, with the brands and the page."""

    said: list[StoredMention] = field(
        default_factory=lambda: [said_of(n, text, platform=platform, brand=brand) for n, (platform, brand, text, _) in enumerate(_SAID, 1)]
    )
    state: Meaning = Meaning.READY
    more: bool = False
    held: int = 5
    asked: list[tuple[Asked, frozenset[str] | None, int]] = field(default_factory=list)

    def find(self, asked: Asked, brands: frozenset[str] | None, page: int, private: bool) -> Answer:
        self.asked.append((asked, brands, page))
        terms = terms_of(asked.typed)
        if not terms:
            return Answer(nothing_asked=True, held=self.held, known=5)
        seen = [one for one in self.said if brands is None or {hit.brand for hit in one.hits} & brands]
        holding = [one for one in seen if all(f" {' '.join(term.tokens)}" in f" {search_text(one.mention.text)}" for term in terms)]
        words = [self._found(one, asked) for one in holding]
        others = [replace(self._found(one, asked), alike=0.71) for one in seen if one not in holding]
        whole = asked.how is How.BOTH
        return Answer(
            words=Group(found=words[: 8 if whole else 25], count=len(words), more=self.more) if asked.how is not How.MEANING else Group(),
            meaning=Group(found=others, count=len(others)) if asked.how is not How.WORDS and self.state is Meaning.READY else Group(),
            meaning_state=self.state if asked.how is not How.WORDS else Meaning.OFF,
            held=self.held,
            known=5,
        )

    def _found(self, one: StoredMention, asked: Asked) -> Found:
        case = {1: (1, "open"), 2: (2, "closed")}.get(one.mention_id, (None, ""))
        return Found(
            mention=one,
            author="Merel 4f2a9c",
            parts=marked(one.mention.text, terms_of(asked.typed), 280),
            case_id=case[0],
            case_state=case[1],
            issue_id=1 if one.mention_id == 1 else None,
            issue_title="geen stroom in de Vogelbuurt" if one.mention_id == 1 else "",
        )

    def parts(self) -> SearchParts:
        choices = Choices(
            brands=("Ander merk", "Zoemvolt"), platforms=("discord", "feed", "mastodon", "reddit", "x"), languages=("en", "nl")
        )
        return SearchParts(find=self.find, choices=lambda _brands: choices)
