"""Mastodon on the wire: statuses with idempotency keys, our own statuses in pages as HTML, the words as typed, edits, its refusals."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.settings.schema import HttpSettings
from moderation.model.post import Target
from moderation.publishers.mastodon import MastodonPublisher
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform, Refused, answer_json
from tests.fakes.platforms.faults import Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

USER = "109302436954721982"
_REFUSALS = {
    Why.UNAUTHORISED: (401, "The access token is invalid"),
    Why.FORBIDDEN: (403, "This action is not allowed"),
    Why.LOCKED: (403, "This action is not allowed"),
    Why.BANNED: (403, "Your login is currently disabled"),
    Why.GONE: (404, "The post you are trying to reply to does not appear to exist."),
    Why.TOO_LONG: (422, "Validation failed: Text character limit of 500 exceeded"),
    Why.INVALID: (422, "Validation failed: Text can't be blank"),
    Why.RATE_LIMITED: (429, "Too many requests"),
}
_LINK = re.compile(r"https?://\S+")


class FakeMastodon(FakePlatform):
    """`take`'s target is the status answered, "" for none. `notes` are profiles of whom we answer, `bot` and `most` what is set here.

    `federated` are ids here of statuses of other servers, by their address; `tells_uri`: our own are shown with theirs.
    """

    name = "mastodon"
    native_key = True

    def __init__(self, record: Path, clock: ManualClock) -> None:
        super().__init__(record, clock)
        self.user = USER
        self.bot = True
        self.most = 500
        self.notes: dict[str, str] = {}
        self.federated: dict[str, str] = {}
        self.tells_uri = False
        self.sent: list[dict[str, object]] = []

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/api/v1/accounts/verify_credentials", self.me),
            web.get("/api/v2/instance", self.instance),
            web.get("/api/v2/search", self.search),
            web.get("/api/v1/accounts/{id}/statuses", self.own),
            web.post("/api/v1/statuses", self.post),
            web.get("/api/v1/statuses/{id}", self.status),
            web.get("/api/v1/statuses/{id}/source", self.source),
            web.put("/api/v1/statuses/{id}", self.edit),
            web.delete("/api/v1/statuses/{id}", self.delete),
        ]

    def post_id(self, number: int) -> str:
        return str(116_000_000_000_000_000 + number)

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        status, words = _REFUSALS[why]
        return answer_json({"error": words, **fields}, status)

    async def me(self, request: web.Request) -> web.Response:
        return answer_json(
            {"id": self.user, "username": self.check_token(request), "acct": ACCOUNT, "bot": self.bot, "note": "<p>Loket</p>"}
        )

    async def instance(self, request: web.Request) -> web.Response:
        return answer_json({"domain": "social.example", "configuration": {"statuses": {"max_characters": self.most}}})

    async def search(self, request: web.Request) -> web.Response:
        """Find a status by its address, as resolving does; nothing else is ever asked for here."""
        self.check_token(request)
        found = self.federated.get(request.query["q"]) if request.query["resolve"] == "true" else None
        return answer_json({"accounts": [], "hashtags": [], "statuses": [{"id": found, "uri": request.query["q"]}] if found else []})

    async def post(self, request: web.Request) -> web.Response:
        account, said = self.check_token(request), await request.json()
        self.sent.append(said)
        if _length(said["status"]) > self.most:
            raise Refused(Why.TOO_LONG)
        return answer_json(
            self._shown(self.take(account, said.get("in_reply_to_id", ""), said["status"], request.headers["Idempotency-Key"]))
        )

    async def edit(self, request: web.Request) -> web.Response:
        said = await request.json()
        return answer_json(self._shown(self.change(self.check_token(request), request.match_info["id"], said["status"])))

    async def delete(self, request: web.Request) -> web.Response:
        gone = self.remove(self.check_token(request), request.match_info["id"])
        return answer_json({**self._shown(gone), "text": gone.text})

    async def status(self, request: web.Request) -> web.Response:
        status_id = request.match_info["id"]
        if self.places.why.get(status_id) is Why.GONE:
            return answer_json({"error": "Record not found"}, 404)
        return answer_json({"id": status_id, "account": {"acct": "kim", "note": self.notes.get(status_id, "<p>Hoi</p>")}})

    async def source(self, request: web.Request) -> web.Response:
        account = self.check_token(request)
        (post,) = (one for one in self.shown(account) if one.post_id == request.match_info["id"])
        return answer_json({"id": post.post_id, "text": post.text, "spoiler_text": ""})

    async def own(self, request: web.Request) -> web.Response:
        """List our own, newest first, by as many as asked."""
        before = int(request.query.get("max_id", "9" * 18))
        mine = [one for one in self.shown(self.check_token(request)) if int(one.post_id) < before][::-1]
        return answer_json([self._shown(one) for one in mine[: int(request.query["limit"])]])

    def _shown(self, post: Post) -> dict[str, object]:
        """Render as Mastodon does: paragraphs, links cut for the eye, names without their server."""
        text = html.escape(post.text, quote=False)
        text = _LINK.sub(lambda found: f'<a href="{found[0]}"><span class="invisible">https://</span><span>{found[0][8:]}</span></a>', text)
        named = re.findall(r"@(\w+)@[\w.]+", post.text)
        text = re.sub(r"@(\w+)@[\w.]+", r'<span class="h-card"><a href="https://far.example/@\1">@<span>\1</span></a></span>', text)
        paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n")).replace("\n", "<br />")
        return {
            "id": post.post_id,
            "created_at": post.accepted_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "in_reply_to_id": post.target or None,
            "content": paragraphs,
            "mentions": [{"username": name} for name in named],
            "url": f"{self.url}/@{post.account}/{post.post_id}",
            **({"uri": f"{self.url}/users/{post.account}/statuses/{post.post_id}"} if self.tells_uri else {}),
        }


def _length(text: str) -> int:
    """Count the texts of these tests: links 23. Not our own counting, or a mistake there would hide."""
    return len(re.sub(r"e\u0301|👨‍👩‍👧‍👦", "x", re.sub(r"@(\w+)@[\w.]+", r"@\1", _LINK.sub("x" * 23, text))))


@contextmanager
def open_mastodon(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve Mastodon and let a publisher use its token."""
    with FakeMastodon(folder / "mastodon.jsonl", clock) as fake:
        http = HttpSettings.model_validate({"timeout_seconds": WAIT_SECONDS})
        reset = "2026-03-02T09:00:45.123Z"
        yield Rig(
            name="mastodon",
            fake=fake,
            publisher=MastodonPublisher(fake.url, token=SecretStr(TOKEN), http=http, clock=clock, allow_private=True),
            clock=clock,
            thread=lambda number: Target(platform="mastodon", realm="127.0.0.1", thread_id=f"{number}", parent_id=f"1{number}"),
            place=lambda number: f"1{number}",
            longest=lambda most: "https://stroomwerk.example/een/lang/pad/dat/niet/telt " + "👨‍👩‍👧‍👦" * 50 + "é" * (most - 74),
            waits=(too_many(40, name="429_mastodon", X_RateLimit_Reset=reset, X_RateLimit_Remaining="0"),),
            opening=Target(platform="mastodon", realm="127.0.0.1", thread_id=""),
            asks_place=False,
            native_id=USER,
        )
