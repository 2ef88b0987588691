"""The public threads in which people speak about an issue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueThread:
    """One thread with the messages in it that are about the issue, by id; never empty."""

    platform: str
    realm: str
    thread_id: str
    messages: tuple[StoredMention, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.platform, self.realm, self.thread_id

    @property
    def head(self) -> StoredMention:
        """The opening message if we have it, else the latest one that speaks to us, else the latest."""
        opening = next((one for one in self.messages if not one.mention.root_id or one.mention.root_id == one.mention.native_id), None)
        return opening or max(self.messages, key=_directed_latest)

    @property
    def in_order(self) -> tuple[StoredMention, ...]:
        """The messages to answer, best first: the head, then those that speak to us, newest first."""
        rest = sorted((one for one in self.messages if one is not self.head), key=_directed_latest, reverse=True)
        return (self.head, *rest)


def threads_of(ledger: Ledger, mention_ids: Iterable[int]) -> list[IssueThread]:
    """Return the threads of these mentions, busiest first. Contact moments of other channels are no threads and are left out."""
    threads: dict[tuple[str, str, str], list[StoredMention]] = defaultdict(list)
    for one in ledger.mentions.by_ids(mention_ids):
        if not one.mention.channel:
            threads[one.mention.platform, one.mention.realm, one.mention.root_id or one.mention.native_id].append(one)
    busiest = sorted(threads.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        IssueThread(platform=platform, realm=realm, thread_id=thread_id, messages=tuple(messages))
        for (platform, realm, thread_id), messages in busiest
    ]


def language_of(thread: IssueThread, ledger: Ledger, *, languages: tuple[str, ...]) -> str:
    """Return the language most of a thread is written in, of those we speak; the first of ours when it is another."""
    return mostly(ledger.analyses.languages([one.mention_id for one in thread.messages]).values(), languages)


def mostly(spoken: Iterable[str], languages: tuple[str, ...]) -> str:
    """Return the commonest of the languages spoken, of those in `languages`; the first of these when it is another."""
    found = Counter(spoken)
    ours = [(count, -languages.index(language), language) for language, count in found.items() if language in languages]
    return max(ours)[2] if ours else languages[0]


def _directed_latest(one: StoredMention) -> tuple[bool, object, int]:
    return any(hit.directed for hit in one.hits), one.mention.posted_at, one.mention_id
