"""Messages: one by its number, or those that fit a search."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from listener.model.mention import StoredMention
from moderation.inbox.api.bodies import Digits, Id, Name
from moderation.inbox.api.call import Call
from moderation.inbox.api.problems import answers
from moderation.inbox.parts import there
from moderation.inbox.scope import PRIVATE_WANTS
from moderation.model.finding import Asked, Found, How


class ShownMention(BaseModel):
    """A message as its platform showed it to us. The author's name is what the platform shows; it identifies nobody."""

    mention_id: int
    platform: str
    realm: str
    author: str
    title: str
    text: str
    url: str
    channel: str = Field(description="Of private messages (email, whatsapp …) and contact moments (telephone …); empty for public ones.")
    private: bool = Field(description="A live message that only its writer and we read; imported contact moments are none.")
    kept_no_longer: bool = Field(description="Its words, author and address were let go after `retention.raw_days`; it counts on.")
    posted_at: datetime
    revision: int = Field(description="Grows with every edit, from 0.")
    brands: list[str]
    directed: bool = Field(description="Addressed to one of our brands.")
    unproven: bool = Field(description="Only the message itself says who wrote it: an e-mail whose sender no server of yours vouched for.")


def mention_of(stored: StoredMention, brands: frozenset[str] | None) -> ShownMention:
    """Return a message for an answer, naming only brands that the person works for."""
    mention, author = stored.mention, stored.mention.author
    return ShownMention(
        mention_id=stored.mention_id,
        platform=mention.platform,
        realm=mention.realm,
        author=(author.name or author.native_id) if author else "",
        title=mention.title,
        text=mention.text,
        url=mention.url,
        channel=mention.channel,
        private=stored.private,
        kept_no_longer=mention.kept_no_longer,
        posted_at=mention.posted_at,
        revision=stored.revision,
        brands=sorted({hit.brand for hit in stored.hits if brands is None or hit.brand in brands}),
        directed=any(hit.directed for hit in stored.hits),
        unproven=mention.unproven,
    )


class SearchAsked(BaseModel):
    """What is looked for, and where. Days are local and both included; what is empty leaves nothing out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Annotated[str, Field(min_length=1, max_length=400, description='Words, or "words in this order"; -word leaves out.')]
    how: How = How.WORDS
    brand: Name = ""
    platform: Name = ""
    language: Name = ""
    from_day: date | None = None
    to_day: date | None = None
    in_issue: bool | None = None
    page: Annotated[int, Digits, Field(ge=1, le=400)] = 1

    def asked(self) -> Asked:
        """Return it as the search understands it."""
        return Asked(typed=self.q, **self.model_dump(exclude={"q", "page"}))


class ShownFind(BaseModel):
    """A message that was found, with its case and its issue. `alike` is how near its meaning is; null when its words fit."""

    mention: ShownMention
    alike: float | None
    case_id: int | None
    issue_id: int | None


class Finds(BaseModel):
    """What was found by words, and by meaning what no words found. `meaning_state` says whether meaning was looked at."""

    words: list[ShownFind]
    words_count: int
    meaning: list[ShownFind]
    meaning_state: str
    more: bool = Field(description="Whether there is more on the next page.")


def _find(one: Found, brands: frozenset[str] | None) -> ShownFind:
    shown = mention_of(one.mention, brands).model_copy(update={"author": one.author})
    return ShownFind(mention=shown, alike=one.alike, case_id=one.case_id, issue_id=one.issue_id)


def add_mention_calls(router: APIRouter) -> None:
    """Add the calls about messages."""

    @router.get("/mentions", summary="Find messages by words or by meaning", tags=["mentions"], responses=answers(429))
    def search(call: Call, asked: Annotated[SearchAsked, Query()]) -> Finds:
        brands = call.person.brands
        found = there(call.parts.search).find(asked.asked(), brands, asked.page, call.person.may(PRIVATE_WANTS))
        return Finds(
            words=[_find(one, brands) for one in found.words.found],
            words_count=found.words.count,
            meaning=[_find(one, brands) for one in found.meaning.found],
            meaning_state=found.meaning_state.value,
            more=found.words.more or found.meaning.more,
        )

    @router.get("/mentions/{mention_id}", summary="One message", tags=["mentions"], responses=answers(404))
    def mention(call: Call, mention_id: Id) -> ShownMention:
        found = call.api.mentions([mention_id])
        if not found:
            raise HTTPException(404)
        return mention_of(found[0], call.person.brands)
