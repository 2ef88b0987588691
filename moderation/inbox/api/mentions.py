"""Messages: one by its number, or those that fit a search."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from listener.model.mention import StoredMention
from moderation.inbox.api.bodies import Id
from moderation.inbox.api.call import Call
from moderation.inbox.api.problems import answers


class ShownMention(BaseModel):
    """A message as its platform showed it to us. The author's name is what the platform shows; it identifies nobody."""

    mention_id: int
    platform: str
    realm: str
    author: str
    title: str
    text: str
    url: str
    channel: str = Field(description="Of imported contact moments: telephone, chat, counter …; empty for public messages.")
    posted_at: datetime
    revision: int = Field(description="Grows with every edit, from 0.")
    brands: list[str]
    directed: bool = Field(description="Addressed to one of our brands.")


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
        posted_at=mention.posted_at,
        revision=stored.revision,
        brands=sorted({hit.brand for hit in stored.hits if brands is None or hit.brand in brands}),
        directed=any(hit.directed for hit in stored.hits),
    )


def add_mention_calls(router: APIRouter) -> None:
    """Add the calls about messages."""

    @router.get("/mentions/{mention_id}", summary="One message", tags=["mentions"], responses=answers(404))
    def mention(call: Call, mention_id: Id) -> ShownMention:
        found = call.api.mentions([mention_id])
        if not found:
            raise HTTPException(404)
        return mention_of(found[0], call.person.brands)
