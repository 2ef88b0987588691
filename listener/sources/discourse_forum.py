"""What can be asked of a Discourse forum: its newest posts, a topic's posts, a search, one post. Answers are posts as the forum gives them.

discourse/discourse config/routes.rb, app/controllers/{posts,topics,search,list}_controller.rb and docs.discourse.org, as of 2026-11.
Without a key a forum shows what anybody can read. An administrator's key allows 60 requests a minute; 429 carries `extras.wait_seconds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.sources.fields import each_row, number, objects, part, rows, word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json

CHUNK = 20
"""Posts of a topic asked for at a time: as many as a forum shows at once."""
PRIVATE = "private_message"
"""A topic's `archetype` when only those who were invited read it (discourse/discourse app/models/archetype.rb)."""
FORBIDDEN = 403
GONE = frozenset({FORBIDDEN, 404, 410})
"""A post that is not shown: a forum says 403 of what we may not see, which may stand all the same."""

Post = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TopicPart:
    """Some posts of a topic, oldest first. `private`: of a message between people.

    `at` is how many older ones are left to read, `ids` the posts of the topic in order.
    """

    title: str
    posts: tuple[Post, ...]
    at: int
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """One forum, read as `username` when `key` gives a key, else as anybody."""

    base: str
    http: HttpClient
    username: str = ""
    key: Callable[[], str] = field(default=str, repr=False)
    allow_http: bool = False
    allow_private: bool = False

    @property
    def host(self) -> str:
        """The forum's host: the realm of its posts."""
        return urlsplit(self.base).hostname or ""

    async def newest(self, what: Literal["posts", "private-posts"], *, before: int = 0) -> list[Post]:
        """Return up to 50 posts below id `before` (0: the newest), newest first."""
        answer = await self._ask(f"/{what}.json", {"before": str(before)} if before else {})
        name = "latest_posts" if what == "posts" else "private_posts"
        return each_row(self._object(answer, name, list), name)

    async def topics(self, page: int) -> list[Mapping[str, Any]]:
        """Return topics by their last activity, some thirty a page."""
        answer = await self._ask("/latest.json", {"page": str(page)} if page else {})
        return objects(part(self._object(answer, "topic_list", dict), "topic_list"), "topics")

    async def search(self, query: str, *, page: int) -> tuple[list[Post], bool]:
        """Return what a search finds in public (excerpts only: id and topic of each), and whether there is a next page."""
        answer = self._object(await self._ask("/search.json", {"q": query, "page": str(page)}), "posts", list)
        private = {number(one.get("id")) for one in objects(answer, "topics") if word(one, "archetype") == PRIVATE}
        public = [one for one in objects(answer, "posts") if number(one.get("topic_id")) not in private]
        return public, bool(part(answer, "grouped_search_result").get("more_full_page_results"))

    async def topic(self, topic_id: str, *, at: int = 0, chunks: int = 5) -> TopicPart:
        """Return the last posts of a topic before position `at` (0: its end), at most `chunks` times twenty."""
        answer = self._object(await self._ask(f"/t/{quote(topic_id, safe='')}.json", {}), "post_stream", dict)
        stream = [str(one) for one in map(number, rows(part(answer, "post_stream"), "stream")) if one]
        end = min(at or len(stream), len(stream))
        start = max(0, end - CHUNK * chunks)
        posts: list[Post] = []
        for first in range(start, end, CHUNK):
            posts += await self.posts_of(topic_id, stream[first : min(first + CHUNK, end)])
        return TopicPart(word(answer, "title"), tuple(posts), start, private=word(answer, "archetype") == PRIVATE)

    async def posts_of(self, topic_id: str, post_ids: Sequence[str]) -> list[Post]:
        """Return posts of one topic by their ids, at most twenty; those that are gone are left out."""
        wanted = [("post_ids[]", one) for one in post_ids]
        answer = await self._ask(f"/t/{quote(topic_id, safe='')}/posts.json", wanted)
        return each_row(part(self._object(answer, "post_stream", dict), "post_stream"), "posts")

    async def post_at(self, place: str) -> Post | None:
        """Return the post at "topic/number"; None when there is none, or none for us."""
        return await self._one(f"/posts/by_number/{quote(place)}.json")

    async def standing(self, post_id: str) -> Post | None:
        """Return one post; None only when the forum says that it is not there. Raises `SourceRefused` (403) for one that is not for us."""
        return await self._one(f"/posts/{quote(post_id, safe='')}.json", gone=GONE - {FORBIDDEN})

    async def _one(self, path: str, *, gone: frozenset[int] = GONE) -> Post | None:
        try:
            return self._object(await self._ask(path, {}), "id", int)
        except SourceRefused as refusal:
            if refusal.status in gone:
                return None
            raise

    async def _ask(self, path: str, arguments: Mapping[str, str] | Sequence[tuple[str, str]]) -> object:
        key = self.key()
        if key and not self.username:
            raise SourceRefused(f"A key for {self.host} is set; write in account of this source whose key it is.", cause="token_missing")
        headers = {"Api-Key": key, "Api-Username": self.username} if key else {}
        url = f"{self.base}{path}?{urlencode(arguments, errors='replace')}" if arguments else f"{self.base}{path}"
        answer = await self.http.get(url, headers=headers, allow_http=self.allow_http, allow_private=self.allow_private)
        try:
            return read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"{self.host} answered something that is {error}.") from error

    def _object(self, answer: object, name: str, kind: type) -> Mapping[str, Any]:
        """Return an answer that holds `name` as it should; anything else is no empty answer but a bad day."""
        if not isinstance(answer, dict) or not isinstance(answer.get(name), kind):
            raise SourceUnavailable(f"{self.host} answered something else than was asked for ({name} is missing).")
        return answer


def forum_address(source_id: str, url: str) -> str:
    """Return a forum's address without the slash at its end. Raises `SettingsError` for one that has no host."""
    base = url.strip().rstrip("/")
    if not urlsplit(base).hostname:
        raise SettingsError(f"klankbord.yaml: sources: {source_id}: url: write the forum's address, such as https://forum.example.org.")
    return base
