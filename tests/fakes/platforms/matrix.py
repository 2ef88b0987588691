"""A Matrix homeserver on the wire: sends under transaction ids, rooms in pages, state, edits as events, its refusals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.settings.schema import HttpSettings
from moderation.model.post import Target
from moderation.publishers.matrix import API, PLATFORM, MatrixPublisher
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform, answer_json
from tests.fakes.platforms.faults import Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

SERVER = "fake.example"
USER = f"@{ACCOUNT}:{SERVER}"
KIM = f"@kim:{SERVER}"
_REFUSALS = {
    Why.UNAUTHORISED: (401, "M_UNKNOWN_TOKEN"),
    Why.GONE: (404, "M_NOT_FOUND"),
    Why.TOO_LONG: (413, "M_TOO_LARGE"),
    Why.INVALID: (400, "M_BAD_JSON"),
    Why.RATE_LIMITED: (429, "M_LIMIT_EXCEEDED"),
}


class FakeMatrix(FakePlatform):
    """`take`'s target is the room.

    `rule` is every room's join rule, None where it is not told; `members` are the people of every room by what they are there, anything
    else an answer that cannot be read.
    """

    name = PLATFORM
    native_key = True

    def __init__(self, record: Path, clock: ManualClock) -> None:
        super().__init__(record, clock)
        self.redacted_of_others: list[str] = []
        self.rule: str | None = "public"
        self.members: object = {USER: "join", KIM: "join"}

    def routes(self) -> Iterable[web.RouteDef]:
        room = f"{API}/rooms/{{room}}"
        return [
            web.get(f"{API}/account/whoami", self.me),
            web.get(f"{API}/joined_rooms", self.rooms),
            web.put(f"{room}/send/m.room.message/{{key}}", self.send),
            web.get(f"{room}/messages", self.messages),
            web.get(f"{room}/members", self.people),
            web.put(f"{room}/redact/{{event}}/{{key}}", self.redact),
            web.get(f"{room}/state/{{kind:[^/]+}}", self.state),
            web.get(f"{room}/state/m.room.member/{{user}}", self.member),
            web.get(f"{room}/event/{{event}}", self.event),
        ]

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        status, code = _REFUSALS.get(why, (403, "M_FORBIDDEN"))
        return answer_json({"errcode": code, "error": "not this time", **fields}, status)

    def post_id(self, number: int) -> str:
        return f"$ours{number:04d}"

    async def me(self, request: web.Request) -> web.Response:
        self.check_token(request)
        return answer_json({"user_id": USER, "device_id": "KB"})

    async def rooms(self, request: web.Request) -> web.Response:
        self.check_token(request)
        return answer_json({"joined_rooms": sorted({one.target for one in self.posts()})})

    async def send(self, request: web.Request) -> web.Response:
        account, room, said = self.check_token(request), request.match_info["room"], await request.json()
        assert said["msgtype"] == "m.text"
        assert "formatted_body" not in said
        if (new := said.get("m.new_content")) is not None:
            post = self.change(account, said["m.relates_to"]["event_id"], new["body"])
            return answer_json({"event_id": f"$edit{post.number}-{post.edits}"})
        post = self.take(account, room, said["body"], request.match_info["key"])
        return answer_json({"event_id": post.post_id})

    async def redact(self, request: web.Request) -> web.Response:
        """Whoever moderates a room may redact anybody's: the far side would let it."""
        account, event = self.check_token(request), request.match_info["event"]
        assert await request.json() == {}
        if not event.startswith("$ours"):
            self.redacted_of_others.append(event)
        elif any(one.post_id == event for one in self.shown(account)):
            self.remove(account, event)
        return answer_json({"event_id": f"$redaction-{event[1:]}"})

    async def messages(self, request: web.Request) -> web.Response:
        """Page back, `limit` of ours a page; an end beyond the first event is never given."""
        account, room = self.check_token(request), request.match_info["room"]
        assert json.loads(request.query["filter"]) == {"senders": [USER], "types": ["m.room.message"]}
        start, limit = int(request.query.get("from", "0")), int(request.query["limit"])
        newest_first = self.shown(account, room)[::-1]
        page = newest_first[start : start + limit]
        more = {"end": str(start + limit)} if start + limit < len(newest_first) else {}
        return answer_json({"chunk": [_event(one) for one in page], "start": str(start), **more})

    async def state(self, request: web.Request) -> web.Response:
        self.check_token(request)
        if request.match_info["kind"] == "m.room.join_rules" and self.rule is not None:
            return answer_json({"join_rule": self.rule})
        if request.match_info["kind"] != "m.room.power_levels":
            return self.refusal(Why.GONE, {})
        locked = self.places.why.get(request.match_info["room"]) is Why.LOCKED
        return answer_json({"users": {KIM: 100}, "users_default": 0, "events_default": 50 if locked else 0})

    async def people(self, request: web.Request) -> web.Response:
        self.check_token(request)
        if not isinstance(self.members, dict):
            return answer_json({"chunk": self.members})
        shown = [{"type": "m.room.member", "state_key": one, "content": {"membership": is_}} for one, is_ in self.members.items()]
        return answer_json({"chunk": shown})

    async def member(self, request: web.Request) -> web.Response:
        self.check_token(request)
        banned = self.places.why.get(request.match_info["room"]) is Why.BANNED
        return answer_json({"membership": "ban" if banned else "join"})

    async def event(self, request: web.Request) -> web.Response:
        self.check_token(request)
        if self.places.why.get(request.match_info["room"]) is Why.GONE:
            return self.refusal(Why.GONE, {})
        mine = next((one for one in self.posts() if one.post_id == request.match_info["event"]), None)
        if mine is not None:
            return answer_json({**_event(mine), **({"content": {}} if mine.removed else {})})
        said = {"msgtype": "m.text", "body": "Hoi"}
        return answer_json({"event_id": request.match_info["event"], "sender": KIM, "content": said})


def _event(post: Post) -> dict[str, object]:
    return {
        "event_id": post.post_id,
        "type": "m.room.message",
        "sender": USER,
        "origin_server_ts": int(post.accepted_at.timestamp() * 1000),
        "content": {"msgtype": "m.text", "body": post.text},
    }


@contextmanager
def open_matrix(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve a homeserver and give a publisher a token for it."""
    with FakeMatrix(folder / "matrix.jsonl", clock) as fake:
        publisher = MatrixPublisher(
            homeserver=fake.url,
            token=SecretStr(TOKEN),
            http=HttpSettings.model_validate({"timeout_seconds": WAIT_SECONDS}),
            clock=clock,
            allow_private=True,
        )
        yield Rig(
            name=PLATFORM,
            fake=fake,
            publisher=publisher,
            clock=clock,
            thread=lambda number: Target(
                platform=PLATFORM, realm=f"!r{number}:{SERVER}", thread_id=f"$vraag{number}", parent_id=f"$vraag{number}"
            ),
            place=lambda number: f"!r{number}:{SERVER}",
            longest=lambda most: "é" * (most // 2),
            waits=(too_many(30, name="429_matrix", fields={"retry_after_ms": 30_000}),),
            opening=Target(platform=PLATFORM, realm=f"!r9:{SERVER}", thread_id=""),
            native_id=USER,
        )
