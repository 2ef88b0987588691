"""A Discourse forum through its API: every new post, what a search finds, or single topics; private messages where a key may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.discourse_forum import CHUNK, GONE, Forum, Post
from listener.sources.discourse_look_up import became, look_up
from listener.sources.discourse_posts import answers, place_of, read_post
from listener.sources.fields import moment, number, part, rows, word
from listener.sources.patience import Patience
from listener.sources.turns import Turn, take_turn

OVERLAP = timedelta(hours=1)
"""Read again each round: edits and deletions of the last hour are found by it, later ones by the webhook and by re-checks."""
PAGE = 50
MOST_PARENTS = 10
MOST_REMEMBERED = 1_000
MOST_NUMBERS = 300
MOST_PAGES_OF_TOPICS = 5
MOST_SEARCH_PAGES = 10


@dataclass(frozen=True, slots=True)
class Target:
    """One list to read: the newest posts, private messages, recently active topics, what a search finds, or one topic."""

    what: Literal["posts", "private", "latest", "search", "topic"]
    of: str = ""

    @property
    def name(self) -> str:
        """The name under which a cursor remembers this list."""
        return f"{self.what} {self.of}".strip()

    @property
    def place(self) -> str:
        """What it is called in messages."""
        named = {"private": "private messages", "search": f"the search for {self.of!r}", "topic": f"topic {self.of}"}
        return named.get(self.what, "the newest posts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one request brought of a list: its posts, what to remember, and whether the list was read to its end.

    `private`: they are of a message between people, though the list was not asked for those.
    """

    posts: Sequence[Post] = ()
    after: Mapping[str, Any]
    finished: bool
    title: str = ""
    gap: str = ""
    found: Sequence[Found] = ()
    private: bool = False


class DiscourseSource:
    """One part of one list a pull.

    The cursor keeps, per list, from when posts are new (an hour before the newest, so that edited ones come again), where to go on while
    a list is longer than a page, and the ids of that hour: one that is no longer listed is asked for, and is a `Removal` when it is gone.
    A forum that keeps its list of newest posts to itself is read by its recently active topics instead.
    """

    def __init__(
        self,
        source_id: str,
        forum: Forum,
        *,
        queries: Sequence[str] = (),
        topics: Sequence[str] = (),
        private_messages: bool = False,
        in_private_to: str = "",
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
    ) -> None:
        wrong = next((one for one in topics if not number(one)), None)
        if wrong is not None:
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: topics: {wrong[:40]!r} is no number of a topic; "
                "it stands at the end of its address."
            )
        chosen = (*(Target("search", one) for one in queries), *(Target("topic", one) for one in topics))
        self._targets = (*(chosen or (Target("posts"),)), *((Target("private"),) if private_messages else ()))
        self._source_id = source_id
        self._in_private_to = in_private_to
        self._forum = forum
        self._clock = clock
        self._look_back = look_back
        self._patience = Patience()

    @property
    def source_id(self) -> str:
        return self._source_id

    @property
    def realm(self) -> str:
        """The forum's host: the realm of its posts."""
        return self._forum.host

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return the next part of one list, oldest first; `more` until every list was read. See `Source.pull`."""
        places = {one.name: one.place for one in self._targets}
        return await take_turn(cursor, places, self._pull, now=self._clock.now(), keep=self._kept)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {"low": (self._clock.now() - self._look_back).isoformat(), **known}

    async def _pull(self, turn: Turn) -> Page:
        target, known = self._targets[turn.at], turn.known
        reach = moment(known.get("low")) or turn.now - self._look_back
        read = await self._part(target, known, reach)
        numbers = {place: number(of) for place, of in part(known, "numbers").items()}
        numbers |= {place_of(post): number(post.get("id")) for post in read.posts if place_of(post)}
        fresh = [post for post in read.posts if (at := _changed_at(post)) is None or at >= reach]
        await self._find_parents(fresh, numbers)
        private = target.what == "private" or read.private
        found = [*self._read(fresh, numbers, title=read.title, private=private), *read.found]
        page = Page(
            mentions=tuple(sorted((m for m in found if isinstance(m, Mention)), key=lambda m: (m.posted_at, number(m.native_id)))),
            next=None,
            removals=tuple(one for one in found if isinstance(one, Removal)),
            skipped=tuple(one for one in found if isinstance(one, Skip)),
            gap=read.gap,
        )
        after = {**read.after, "numbers": dict(list(numbers.items())[-MOST_NUMBERS:])}
        return turn.then(page, after, finished=read.finished)

    async def look_up(self, native_ids: Sequence[str]) -> tuple[Found, ...]:
        """Return how posts stand now; see `discourse_look_up`."""
        return await look_up(self._forum, native_ids)

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    async def _part(self, target: Target, known: Mapping[str, Any], reach: datetime) -> Part:
        if target.what == "search":
            return await self._searched(target.of, known, reach)
        if target.what == "topic":
            return await self._topic(target.of, known, reach)
        if known.get("by_topics") is True:
            return await self._by_topics(known, reach)
        try:
            return await self._newest(target, known, reach)
        except SourceRefused as refusal:
            if target.what == "private" or refusal.status not in GONE:
                raise
        return await self._by_topics({"by_topics": True, **{name: known[name] for name in ("low", "numbers") if name in known}}, reach)

    async def _newest(self, target: Target, known: Mapping[str, Any], reach: datetime) -> Part:
        """Read fifty posts of a list of newest ones. Older forums show a window of fifty ids: an empty one is no end before the last id."""
        before, last = number(known.get("before")), number(known.get("last"))
        posts = await self._forum.newest("private-posts" if target.what == "private" else "posts", before=before)
        ids = [number(post.get("id")) for post in posts if number(post.get("id"))]
        lowest = min(ids, default=before)
        newest = _newest_of(posts, moment(known.get("newest")), now=self._clock.now())
        hour = newest - OVERLAP if newest else reach
        times = {number(post.get("id")): moment(post.get("created_at")) or hour for post in posts}
        going = {
            **{name: known[name] for name in ("low", "last", "recent") if name in known},
            "seen": [*rows(known, "seen"), *ids][-MOST_REMEMBERED:],
            "hour": [*rows(known, "hour"), *(one for one in ids if times[one] >= hour)][-MOST_REMEMBERED:],
            "top": max([number(known.get("top")), *ids]),
            **({"newest": newest.isoformat()} if newest else {}),
        }
        if lowest == before and before - PAGE > last > 0:
            return Part(posts=posts, after={**going, "before": before - PAGE}, finished=False)
        if lowest != before and min(times.values(), default=reach) >= reach:
            return Part(posts=posts, after={**going, "before": lowest}, finished=False)
        lost = [one for one in rows(known, "recent") if one not in going["seen"]]
        gone, unsure = await became(self._forum, lost, self._patience, sure=bool(going["seen"]), private=target.what == "private")
        low = max(hour, moment(known.get("low")) or hour) if newest else moment(known.get("low"))
        after = {"last": going["top"] or last, "recent": sorted({*going["hour"], *unsure}), **({"low": low.isoformat()} if low else {})}
        return Part(posts=posts, after=after, finished=True, found=gone)

    async def _searched(self, query: str, known: Mapping[str, Any], reach: datetime) -> Part:
        """Read a page of a search, newest first: it gives excerpts, so the posts themselves are asked for, topic by topic."""
        page = max(1, number(known.get("page")))
        hits, more = await self._forum.search(f"{query} order:latest after:{reach - timedelta(days=1):%Y-%m-%d}", page=page)
        fresh = [hit for hit in hits if (moment(hit.get("created_at")) or reach) >= reach]
        by_topic: dict[str, list[str]] = {}
        for hit in fresh:
            if number(hit.get("topic_id")) and number(hit.get("id")):
                by_topic.setdefault(word(hit, "topic_id"), []).append(word(hit, "id"))
        posts: list[Post] = []
        for topic, ids in by_topic.items():
            for first in range(0, len(ids), CHUNK):
                posts += await self._forum.posts_of(topic, ids[first : first + CHUNK])
        newest = _newest_of(hits, moment(known.get("newest")), now=self._clock.now())
        kept = {"low": known["low"]} if "low" in known else {}
        goes_on = more and len(fresh) == len(hits)
        if goes_on and page < MOST_SEARCH_PAGES:
            return Part(posts=posts, after={**kept, "page": page + 1, **({"newest": newest.isoformat()} if newest else {})}, finished=False)
        gap = f"{self._source_id}: the search for {query!r} has more than this forum lists." if goes_on else ""
        after = {"low": max(newest - OVERLAP, reach).isoformat()} if newest else kept
        return Part(posts=posts, after=after, finished=True, gap=gap)

    async def _topic(self, topic_id: str, known: Mapping[str, Any], reach: datetime) -> Part:
        """Read a hundred posts of one topic, from its end back to the time from which posts are new."""
        read = await self._forum.topic(topic_id, at=number(known.get("at")))
        newest = _newest_of(read.posts, moment(known.get("newest")), now=self._clock.now())
        oldest = min((at for post in read.posts if (at := moment(post.get("created_at"))) is not None), default=reach)
        kept = {"low": known["low"]} if "low" in known else {}
        if read.at > 0 and oldest >= reach and read.posts:
            after = {**kept, "at": read.at, **({"newest": newest.isoformat()} if newest else {})}
            return Part(posts=read.posts, after=after, finished=False, title=read.title, private=read.private)
        after = {"low": max(newest - OVERLAP, reach).isoformat()} if newest else kept
        return Part(posts=read.posts, after=after, finished=True, title=read.title, private=read.private)

    async def _by_topics(self, known: Mapping[str, Any], reach: datetime) -> Part:
        """Read a forum by its recently active topics: first their list, then one a time. The next round tries `_newest` again."""
        kept = {"by_topics": True, **({"low": known["low"]} if "low" in known else {})}
        queue = [str(one) for one in map(number, rows(known, "queue")) if one]
        newest = moment(known.get("newest"))
        if not queue and "queue" not in known:
            active, gap = await self._active_topics(reach)
            after = {**kept, "queue": [word(one, "id") for one in active]}
            now = self._clock.now()
            newest = max((min(at, now) for one in active if (at := moment(one.get("last_posted_at"))) is not None), default=None)
            return Part(after={**after, **({"newest": newest.isoformat()} if newest else {})}, finished=False, gap=gap)
        if not queue:
            low = max(newest - OVERLAP, reach).isoformat() if newest else known.get("low")
            return Part(after={"low": low} if low else {}, finished=True)
        try:
            read = await self._topic(queue[0], {"at": known.get("at")}, reach)
        except SourceRefused as refusal:  # the topic was closed to us since it was listed
            if refusal.status not in GONE:
                raise
            read = Part(after={}, finished=True)
        going = {**kept, "queue": queue[1:] if read.finished else queue, **({"newest": newest.isoformat()} if newest else {})}
        return Part(
            posts=read.posts,
            after={**going, **({} if read.finished else {"at": read.after["at"]})},
            finished=False,
            title=read.title,
            private=read.private,
        )

    async def _active_topics(self, reach: datetime) -> tuple[list[Mapping[str, Any]], str]:
        found: dict[str, Mapping[str, Any]] = {}
        for page in range(MOST_PAGES_OF_TOPICS):
            listed = await self._forum.topics(page)
            times = [moment(one.get("last_posted_at")) or moment(one.get("bumped_at")) for one in listed if one.get("pinned") is not True]
            active = [one for one in listed if number(one.get("id")) and (moment(one.get("last_posted_at")) or reach) >= reach]
            before = len(found)
            found |= {word(one, "id"): one for one in active}
            if not listed or len(found) == before or any(at is not None and at < reach for at in times):
                return list(found.values()), ""
        return list(found.values()), f"{self._source_id}: more topics were active than this forum lists in {MOST_PAGES_OF_TOPICS} pages."

    async def _find_parents(self, posts: Iterable[Post], numbers: dict[str, int]) -> None:
        """Learn the ids of posts that these answer: forums tell where in the topic they stand, ten of which are asked for at most."""
        missing = list(dict.fromkeys(place for post in posts if (place := answers(post)) and place not in numbers))
        for place in missing[:MOST_PARENTS]:
            try:
                above = await self._forum.post_at(place)
            except SourceUnavailable:
                if not self._patience.is_over(place):
                    raise
                above = None
            numbers[place] = number(above.get("id")) if above is not None else 0

    def _read(self, posts: Iterable[Post], numbers: Mapping[str, int], *, title: str, private: bool) -> list[Found]:
        found: dict[str, Found] = {}
        for post in posts:
            parent = numbers.get(answers(post), 0)
            one = read_post(
                post,
                base=self._forum.base,
                realm=self._forum.host,
                title=title,
                parent_id=str(parent) if parent else "",
                private=private,
            )
            if private and isinstance(one, Mention):
                one = replace(one, said_to=self._in_private_to)
            found[one.where if isinstance(one, Skip) else one.native_id] = one
        return list(found.values())


def _changed_at(post: Post) -> datetime | None:
    return moment(post.get("updated_at")) or moment(post.get("created_at"))


def _newest_of(posts: Iterable[Post], known: datetime | None, *, now: datetime) -> datetime | None:
    """Return when the newest of these was posted, or what is known when that is newer; None for nothing. None counts as later than now."""
    times = [min(at, now) for post in posts if (at := moment(post.get("created_at"))) is not None]
    return max([*times, *([known] if known is not None else [])], default=None)
