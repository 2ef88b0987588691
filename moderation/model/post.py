"""What can leave in the brand's name, where to, and what a platform said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PostKind(StrEnum):
    """Why something is posted (PRODUCT section 3). An answer is one text to everybody hit by an issue, each thread chosen singly."""

    REPLY = "reply"
    ANSWER = "answer"
    STATUS_UPDATE = "status_update"
    INVITATION = "invitation"
    YOU_SAID = "you_said"


ANSWERING = frozenset({PostKind.REPLY, PostKind.ANSWER})
"""Kinds that answer what somebody asked; all else tells something."""


FEDIVERSE = "fediverse"
"""The one realm of everything said on Mastodon, whichever server it was said on."""


class PlaceNow(StrEnum):
    """What a platform says, just before a send, about the place a post goes to.

    `shared`: others than the one person who is answered read there, or may. `unknown`: this platform cannot be asked.
    """

    OPEN = "open"
    GONE = "gone"
    LOCKED = "locked"
    SHARED = "shared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountId:
    """One of our accounts as the platform itself names it ("whoami"), never as a setting calls it. `name` may change."""

    platform: str
    realm: str
    native_id: str
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.platform}/{self.realm}/{self.native_id}"

    @property
    def author_keys(self) -> frozenset[str]:
        """Keys under which mentions name this account as their author.

        Each Mastodon server numbers accounts by itself, so that there authors are known by name and server in all of the fediverse.
        """
        if self.platform != "mastodon":
            return frozenset({self.key})
        return frozenset({self.key, f"mastodon/{FEDIVERSE}/{self.name}@{self.realm}".casefold()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a post goes: below `parent_id` in the thread `thread_id`.

    `thread_id` "" starts a thread of its own in `realm`; `parent_id` "" answers nothing in particular. `person` is the platform's id of
    the one person addressed (an e-mail address, the receiver of a direct message), "" when everybody may read it.
    `mention_id`, `revision` and `content_hash` name the mention it answers as the author of the post saw it; an edit since then
    makes the approval void (RULES F8). `mention_id` 0: nothing of a customer is answered.
    """

    platform: str
    realm: str
    thread_id: str
    parent_id: str = ""
    mention_id: int = 0
    revision: int = 0
    content_hash: str = ""
    person: str = ""


def place_names(target: Target, account: AccountId) -> frozenset[str]:
    """Return the names by which settings may list a place that `account` posts at.

    That is its realm. Direct rooms of Matrix come by themselves, so that nobody can list them: there the account's own name lists all.
    """
    direct = target.platform == "matrix" and target.person
    return frozenset({target.realm, account.name}) if direct else frozenset({target.realm})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPost:
    """One exact text from one account to one place. `media` are digests of the attached files.

    `title` heads a thread of its own (a Reddit submission, a Discourse topic, a Discord forum post, an e-mail's subject). `edits` is the
    platform's id of an earlier post of ours whose text this one replaces; `removes` that of one that is taken away, `text` being what it
    says. `options` are "distinguish" and "sticky" (own subreddits).
    """

    account: AccountId
    kind: PostKind
    target: Target
    text: str
    media: tuple[str, ...] = ()
    title: str = ""
    edits: str = ""
    removes: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A platform took a post and gave it an id."""

    platform_id: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPost:
    """A post of ours as the platform shows it when asked later."""

    platform_id: str
    text: str
    posted_at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a text may be, counted as the platform counts.

    `counts`: graphemes, characters (code points), utf16, bytes (UTF-8), weighted (X: a link is 23, most signs outside Europe are 2) or
    mastodon (graphemes; a link is 23, of "@name@server" the name counts).
    """

    most: int
    counts: str = "characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedAccount:
    """An account that can post, and what its platform asks of a text. `native_key`: the platform itself drops repeats of one key.

    `serves` are the platforms it posts to, empty means every platform (one simulated account for all); `realms` the places on them, empty
    means every place. `can_edit`: a post of ours can be changed afterwards; `can_remove`: taken away.
    """

    account: AccountId
    limits: Limits
    native_key: bool
    serves: tuple[str, ...] = ()
    realms: tuple[str, ...] = ()
    can_edit: bool = False
    can_remove: bool = False
