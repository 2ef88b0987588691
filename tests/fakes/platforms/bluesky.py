"""Bluesky on the wire, as far as one PDS shows it: sessions, records under keys, posts as the network sees them, its refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.settings.schema import HttpSettings
from moderation.model.post import Target
from moderation.publishers.bluesky import PLATFORM, REALM, BlueskyPublisher
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform, answer_json
from tests.fakes.platforms.faults import Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

DID = "did:plc:stroomloket"
POSTS = "app.bsky.feed.post"
APP_PASSWORD = "kb-bsky-abcd-efgh"
_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"
_REFUSALS = {
    Why.UNAUTHORISED: (401, "AuthMissing"),
    Why.RATE_LIMITED: (429, "RateLimitExceeded"),
    Why.FORBIDDEN: (403, "Forbidden"),
}


class FakeBluesky(FakePlatform):
    """`take`'s target is the root of the thread, "" for a thread of our own. A PDS takes replies to anything: what stands, it shows."""

    name = PLATFORM
    native_key = True

    def __init__(self, record: Path, clock: ManualClock) -> None:
        super().__init__(record, clock)
        self._uri = ""

    def routes(self) -> Iterable[web.RouteDef]:
        server, repo = "/xrpc/com.atproto.server", "/xrpc/com.atproto.repo"
        return [
            web.post(f"{server}.createSession", self.sign_in),
            web.post(f"{server}.refreshSession", self.renew),
            web.get(f"{server}.getSession", self.session),
            web.post(f"{repo}.putRecord", self.put),
            web.get(f"{repo}.getRecord", self.record_at),
            web.post(f"{repo}.deleteRecord", self.delete),
            web.get(f"{repo}.listRecords", self.records),
            web.get("/xrpc/app.bsky.feed.getPosts", self.views),
        ]

    def is_write(self, request: web.Request) -> bool:
        return request.path.endswith(("putRecord", "deleteRecord"))

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        status, error = _REFUSALS.get(why, (400, "InvalidRequest"))
        return answer_json({"error": error, "message": "not this time", **fields}, status)

    def post_id(self, number: int) -> str:
        return self._uri

    def take(self, account: str, target: str, text: str, key: str = "", *, parent: str = "", **more: Any) -> Post:
        """Keep a record under a key of the publisher's, or (posts that a test puts there) one that an app would have made."""
        rkey = key if len(key) == 13 else _app_key(int(self.clock.now().timestamp() * 1e6))
        self._uri = f"at://{DID}/{POSTS}/{rkey}"
        return super().take(account, target, text, rkey, parent=parent, **more)

    async def sign_in(self, request: web.Request) -> web.Response:
        said = await request.json()
        if (said["identifier"], said["password"]) != (ACCOUNT, APP_PASSWORD):
            return answer_json({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
        return answer_json({"accessJwt": TOKEN, "refreshJwt": f"{TOKEN}-renew", "did": DID, "handle": ACCOUNT})

    async def renew(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}-renew"
        return answer_json({"accessJwt": TOKEN, "refreshJwt": f"{TOKEN}-renew", "did": DID, "handle": ACCOUNT})

    async def session(self, request: web.Request) -> web.Response:
        return answer_json({"did": DID, "handle": self.check_token(request), "active": True})

    async def put(self, request: web.Request) -> web.Response:
        account, said = self.check_token(request), await request.json()
        record = said["record"]
        assert (said["repo"], said["collection"], len(said["rkey"])) == (DID, POSTS, 13)
        first = next((one for one in self.posts() if one.key == said["rkey"]), None)
        if first is not None and first.more["record"] != record:
            assert said["swapRecord"] is None, "this put would have changed a post"
            return answer_json({"error": "InvalidSwap", "message": "Record was at bafy"}, 400)
        reply = record.get("reply") or {"root": {"uri": ""}, "parent": {"uri": ""}}
        post = self.take(account, reply["root"]["uri"], record["text"], said["rkey"], parent=reply["parent"]["uri"], record=record)
        return answer_json({"uri": post.post_id, "cid": f"bafy{post.number}", "validationStatus": "valid"})

    async def delete(self, request: web.Request) -> web.Response:
        """Deleting what is not there is no mistake to a PDS."""
        account, said = self.check_token(request), await request.json()
        assert (said["repo"], said["collection"]) == (DID, POSTS)
        uri = f"at://{DID}/{POSTS}/{said['rkey']}"
        if any(one.post_id == uri for one in self.shown(account)):
            self.remove(account, uri)
        return answer_json({"commit": {"cid": "bafy", "rev": "3k"}})

    async def record_at(self, request: web.Request) -> web.Response:
        found = next((one for one in self.posts() if one.key == request.query["rkey"]), None)
        return answer_json(_listed(found)) if found else answer_json({"error": "RecordNotFound", "message": "gone"}, 400)

    async def records(self, request: web.Request) -> web.Response:
        """List by record key, downwards unless asked otherwise; whoever asks needs no token."""
        up, cursor = request.query["reverse"] == "true", request.query.get("cursor", "")
        found = sorted(self.shown(), key=lambda one: one.key, reverse=not up)
        found = [one for one in found if not cursor or (one.key > cursor if up else one.key < cursor)][: int(request.query["limit"])]
        return answer_json({"records": [_listed(one) for one in found], **({"cursor": found[-1].key} if found else {})})

    async def views(self, request: web.Request) -> web.Response:
        self.check_token(request)
        uri = request.query["uris"]
        root = uri.replace("/b", "/a")
        why = self.places.why.get(root)
        if why is Why.GONE:
            return answer_json({"posts": []})
        record = {} if uri == root else {"reply": {"root": _named(root), "parent": _named(root)}}
        author = {"did": "did:plc:kim", "viewer": {"blockedBy": why is Why.BANNED}}
        return answer_json({"posts": [{**_named(uri), "author": author, "record": record, "viewer": {"replyDisabled": why is Why.LOCKED}}]})


def _app_key(micros: int) -> str:
    number = micros << 10
    return "".join(_SIGNS[number >> 5 * place & 31] for place in range(12, -1, -1))


def _named(uri: str) -> dict[str, str]:
    return {"uri": uri, "cid": f"bafy-{uri[-4:]}"}


def _listed(post: Post) -> dict[str, object]:
    made = post.accepted_at.isoformat().replace("+00:00", "Z")
    reply = {"reply": {"root": _named(post.target), "parent": _named(post.parent)}} if post.target else {}
    value = post.more.get("record") or {"$type": POSTS, "text": post.text, "createdAt": made, **reply}
    return {"uri": post.post_id, "cid": f"bafy{post.number}", "value": value}


@contextmanager
def open_bluesky(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve a PDS and let a publisher sign in to it. The n-th thread: a root whose key begins with a, and an answer with b below it."""
    with FakeBluesky(folder / "bluesky.jsonl", clock) as fake:
        publisher = BlueskyPublisher(
            identifier=ACCOUNT,
            password=SecretStr(APP_PASSWORD),
            http=HttpSettings.model_validate({"timeout_seconds": WAIT_SECONDS}),
            clock=clock,
            service=fake.url,
            allow_private=True,
        )
        at = f"at://did:plc:kim/{POSTS}"
        yield Rig(
            name=PLATFORM,
            fake=fake,
            publisher=publisher,
            clock=clock,
            thread=lambda number: Target(
                platform=PLATFORM, realm=REALM, thread_id=f"{at}/a{number:012d}", parent_id=f"{at}/b{number:012d}"
            ),
            place=lambda number: f"{at}/a{number:012d}",
            longest=lambda most: "🎉" * most,
            waits=(too_many(30, name="429_bluesky", ratelimit_limit="5000", ratelimit_remaining="0", ratelimit_reset="30"),),
            secrets=(TOKEN, APP_PASSWORD),
            opening=Target(platform=PLATFORM, realm=REALM, thread_id=""),
            native_id=DID,
        )
