"""Discourse on the wire: API key and user name, posts with their raw words, topics, the refusal of repeats, closed and deleted topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.settings.schema import HttpSettings
from moderation.model.post import Target
from moderation.publishers.discourse import DiscoursePublisher
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform, Refused, answer_json
from tests.fakes.platforms.faults import Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

USER = 42
FIRST_TOPIC = 1_000
_CLOSED = "Something has gone wrong. Perhaps this topic was closed or deleted while you were looking at it?"
_REFUSALS = {
    Why.UNAUTHORISED: (401, "You are not permitted to view the requested resource. The API username or key is invalid."),
    Why.FORBIDDEN: (403, "You are not permitted to view the requested resource."),
    Why.BANNED: (403, "This account is suspended."),
    Why.LOCKED: (422, _CLOSED),
    Why.GONE: (422, _CLOSED),
    Why.DUPLICATE: (422, "Body is too similar to what you recently posted"),
    Why.TOO_LONG: (422, "Body is too long (maximum is 32000 characters)"),
    Why.INVALID: (422, "Body is too short (minimum is 20 characters)"),
    Why.RATE_LIMITED: (429, "You've performed this action too many times, please try again later."),
}


class FakeDiscourse(FakePlatform):
    """`take`'s target is the topic's number, "new" for topics of our own. `words` are refusals in another language.

    `archetype` is what every topic is: regular, or private_message.
    """

    name = "discourse"

    def __init__(self, record: Path, clock: ManualClock) -> None:
        super().__init__(record, clock)
        self.staff = False
        self.queue = False
        self.words: dict[Why, str] = {}
        self.sent: list[dict[str, object]] = []
        self.archetype: str | None = "regular"

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/session/current.json", self.me),
            web.post("/posts.json", self.post),
            web.get("/posts/{id}.json", self.one),
            web.put("/posts/{id}.json", self.edit),
            web.delete("/posts/{id}.json", self.delete),
            web.get("/t/{topic}.json", self.topic),
            web.get("/t/{topic}/posts.json", self.some),
            web.get("/topics/created-by/{name}.json", self.topics),
            web.get("/user_actions.json", self.actions),
        ]

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        status, words = _REFUSALS[why]
        return answer_json({"action": "create_post", "errors": [self.words.get(why, words)], **fields}, status)

    async def me(self, request: web.Request) -> web.Response:
        return answer_json({"current_user": {"id": USER, "username": self.key(request), "admin": False, "moderator": self.staff}})

    async def post(self, request: web.Request) -> web.Response:
        account, said = self.key(request), await request.json()
        self.sent.append(said)
        if len(said["raw"]) > 32_000:
            raise Refused(Why.TOO_LONG)
        target = str(said["topic_id"]) if "topic_id" in said else "new"
        if self.queue:
            return answer_json({"action": "enqueued", "success": True, "pending_post": {"id": 7}})
        more = {"title": said["title"]} if target == "new" else {}
        return answer_json(self._shown(self.take(account, target, said["raw"], **more)))

    async def edit(self, request: web.Request) -> web.Response:
        said = await request.json()
        return answer_json({"post": self._shown(self.change(self.key(request), request.match_info["id"], said["post"]["raw"]))})

    async def delete(self, request: web.Request) -> web.Response:
        self.remove(self.key(request), request.match_info["id"])
        return web.Response(status=200)

    async def one(self, request: web.Request) -> web.Response:
        account = self.key(request)
        mine = next((one for one in self.posts() if one.post_id == request.match_info["id"]), None)
        if mine is not None and mine.account == account:
            return answer_json({**self._shown(mine), "deleted_at": _time(mine) if mine.removed else None})
        return answer_json({"id": int(request.match_info["id"]), "post_number": int(request.match_info["id"]) - 500, "username": "kim"})

    async def topic(self, request: web.Request) -> web.Response:
        self.key(request)
        number = request.match_info["topic"]
        why = self.places.why.get(number)
        if why is Why.GONE:
            return answer_json({"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}, 404)
        posts = self._in(number)
        shown = {"stream": [int(one.post_id) for one in posts], "posts": [self._shown(one) for one in posts[:20]]}
        return answer_json(
            {"id": int(number), "archetype": self.archetype, "closed": why is Why.LOCKED, "archived": False, "post_stream": shown}
        )

    async def some(self, request: web.Request) -> web.Response:
        self.key(request)
        wanted = request.query.getall("post_ids[]", [])
        posts = [self._shown(one) for one in self._in(request.match_info["topic"]) if one.post_id in wanted]
        return answer_json({"post_stream": {"posts": posts}})

    async def topics(self, request: web.Request) -> web.Response:
        mine = self.shown(self.key(request), "new")[::-1]
        start = int(request.query["page"]) * 30
        page = [{"id": FIRST_TOPIC + one.number, "title": one.more["title"], "created_at": _time(one)} for one in mine[start : start + 30]]
        return answer_json({"topic_list": {"topics": page}})

    async def actions(self, request: web.Request) -> web.Response:
        mine = self.shown(self.key(request))[::-1]
        start = int(request.query["offset"])
        page = [{"post_id": int(one.post_id), "excerpt": one.text, "created_at": _time(one)} for one in mine[start : start + 30]]
        return answer_json({"user_actions": page})

    def key(self, request: web.Request) -> str:
        if (request.headers.get("Api-Key"), request.headers.get("Api-Username")) != (TOKEN, ACCOUNT):
            raise Refused(Why.UNAUTHORISED)
        return ACCOUNT

    def _in(self, number: str) -> list[Post]:
        opened = int(number) - FIRST_TOPIC
        return [one for one in self.shown() if one.target == number or (one.target == "new" and one.number == opened)]

    def _shown(self, post: Post) -> dict[str, object]:
        topic = FIRST_TOPIC + post.number if post.target == "new" else int(post.target)
        shown = {"id": int(post.post_id), "username": post.account, "raw": post.text, "cooked": f"<p>{post.text}</p>"}
        return {**shown, "created_at": _time(post), "topic_id": topic, "post_number": post.number + 1}


def _time(post: Post) -> str:
    return post.accepted_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@contextmanager
def open_discourse(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve a forum and let a publisher use its key."""
    with FakeDiscourse(folder / "discourse.jsonl", clock) as fake:
        http = HttpSettings.model_validate({"timeout_seconds": WAIT_SECONDS})
        yield Rig(
            name="discourse",
            fake=fake,
            publisher=DiscoursePublisher(fake.url, username=ACCOUNT, api_key=SecretStr(TOKEN), http=http, clock=clock, allow_private=True),
            clock=clock,
            thread=lambda number: Target(platform="discourse", realm="127.0.0.1", thread_id=str(number)),
            place=str,
            longest=lambda most: "🎉" * most,
            waits=(too_many(12, name="429_discourse", fields={"extras": {"wait_seconds": 12}}),),
            opening=Target(platform="discourse", realm="127.0.0.1", thread_id=""),
            title="Storing in de Vogelbuurt",
            native_id=str(USER),
        )
