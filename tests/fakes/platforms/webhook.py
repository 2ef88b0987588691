"""A receiver as the README describes it: checks signature and age, keeps keys, and tells what it got."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.settings.schema import HttpSettings
from moderation.model.post import Target
from moderation.publishers.webhook import WebhookPublisher
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform, Refused, answer_json
from tests.fakes.platforms.faults import Why
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

_REFUSALS = {
    Why.UNAUTHORISED: 401,
    Why.FORBIDDEN: 403,
    Why.BANNED: 403,
    Why.LOCKED: 403,
    Why.GONE: 410,
    Why.TOO_LONG: 413,
    Why.INVALID: 422,
}


class FakeReceiver(FakePlatform):
    """`take`'s target is the thread."""

    name = "webhook"
    native_key = True

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.post("/in", self.post), web.get("/got", self.got)]

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        return answer_json({"error": why.value, **fields}, _REFUSALS.get(why, 429))

    async def post(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.check_signature(request, body)
        said = json.loads(body)
        post = self.take(ACCOUNT, said["thread_id"], said["text"], request.headers["Idempotency-Key"], parent=said["parent_id"])
        return answer_json({"id": post.post_id}, 201)

    async def got(self, request: web.Request) -> web.Response:
        self.check_signature(request, request.rel_url.raw_query_string.encode())
        since = datetime.fromisoformat(request.query["since"])
        posts = [one for one in self.shown(ACCOUNT, request.query.get("thread_id", "")) if one.accepted_at >= since]
        return answer_json({"posts": [{"id": one.post_id, "text": one.text, "received_at": one.accepted_at.isoformat()} for one in posts]})

    def check_signature(self, request: web.Request, body: bytes) -> None:
        at = request.headers["Klankbord-Timestamp"]
        mine = "v1=" + hmac.new(TOKEN.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
        old = abs(self.clock.now().timestamp() - int(at)) > 300
        if old or not hmac.compare_digest(mine, request.headers["Klankbord-Signature"]):
            raise Refused(Why.UNAUTHORISED)


@contextmanager
def open_webhook(folder: Path, clock: ManualClock, *, secret: str = TOKEN, looks_back: bool = True) -> Iterator[Rig]:
    """Serve a receiver and let a publisher send to it."""
    with FakeReceiver(folder / "webhook.jsonl", clock) as fake:
        publisher = WebhookPublisher(
            f"{fake.url}/in",
            name=ACCOUNT,
            secret=SecretStr(secret),
            http=HttpSettings.model_validate({"timeout_seconds": WAIT_SECONDS}),
            clock=clock,
            status_url=f"{fake.url}/got" if looks_back else "",
            allow_private=True,
        )
        address = hashlib.sha256(f"{fake.url}/in".encode()).hexdigest()[:16]
        seal = hmac.new(secret.encode(), b"klankbord account", "sha256").hexdigest()[:16]
        yield Rig(
            name="webhook",
            fake=fake,
            publisher=publisher,
            clock=clock,
            thread=lambda number: Target(platform="webhook", realm="intern", thread_id=str(number)),
            place=str,
            longest=lambda most: "🎉" * most,
            asks_place=False,
            native_id=f"{address}-{seal}",
        )
