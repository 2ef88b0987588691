"""Reddit as praw meets it on the wire: sign-in, comment, submission, edit, own listings, the thread, with Reddit's own refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from listener.clock import ManualClock
from moderation.model.post import Target
from moderation.publishers.reddit import RedditAccess, RedditPublisher
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform, Refused, answer_json
from tests.fakes.platforms.faults import Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

SUBREDDIT = "stroomwerk"
PASSWORD = "kb-reddit-password-77"
_CODES = {
    Why.LOCKED: "THREAD_LOCKED",
    Why.GONE: "DELETED_COMMENT",
    Why.TOO_LONG: "TOO_LONG",
    Why.INVALID: "NO_TEXT",
    Why.DUPLICATE: "ALREADY_SUB",
}


class FakeReddit(FakePlatform):
    """Comments go to the link of their parent; `take`'s target is the thread's fullname, or "r/name" for submissions."""

    name = "reddit"

    def __init__(self, record: Path, clock: ManualClock) -> None:
        super().__init__(record, clock)
        self.distinguished: list[dict[str, str]] = []
        self.subreddit = SUBREDDIT

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.post("/api/v1/access_token", self.sign_in),
            web.get("/api/v1/me", self.me),
            web.post("/api/comment/", self.comment),
            web.post("/api/submit/", self.submit),
            web.post("/api/editusertext/", self.edit),
            web.post("/api/distinguish/", self.distinguish),
            web.post("/api/del/", self.delete),
            web.get("/api/info", self.info),
            web.get("/user/{name}/{what}", self.own),
            web.get("/r/{name}/about", self.about),
        ]

    def is_write(self, request: web.Request) -> bool:
        return request.method == "POST" and request.path not in ("/api/v1/access_token", "/api/distinguish/")

    def post_id(self, number: int) -> str:
        return f"t1_{number + 100:x}"

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        if why in _CODES:
            return answer_json({"json": {"errors": [[_CODES[why], "that cannot be done", "parent"]]}})
        if why is Why.RATE_LIMITED:
            return answer_json({"message": "Too Many Requests", "error": 429, **fields}, 429)
        status, word = (401, "Unauthorized") if why is Why.UNAUTHORISED else (403, "Forbidden")
        more = {"reason": "banned"} if why is Why.BANNED else {}
        return answer_json({"message": word, "error": status, **more}, status)

    async def sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("password") != PASSWORD:
            return answer_json({"error": "invalid_grant"}, 200)
        return answer_json({"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600, "scope": "*"})

    async def me(self, request: web.Request) -> web.Response:
        return answer_json({"id": "9x", "name": self.check_token(request)})

    async def comment(self, request: web.Request) -> web.Response:
        form = await request.post()
        above = str(form["thing_id"])
        post = self._take(self.check_token(request), _thread(above), str(form["text"]), 10_000, parent=above)
        return answer_json({"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": self._comment(post)}]}}})

    async def submit(self, request: web.Request) -> web.Response:
        form = await request.post()
        place = f"r/{form['sr']!s}"
        post = self._take(self.check_token(request), place, str(form["text"]), 40_000, title=str(form["title"]), submission=True)
        number = post.post_id.partition("_")[2]
        data = {"id": number, "name": f"t3_{number}", "url": f"{self.url}/{place}/comments/{number}/x/"}
        return answer_json({"json": {"errors": [], "data": data}})

    async def edit(self, request: web.Request) -> web.Response:
        form = await request.post()
        name = str(form["thing_id"]).replace("t3_", "t1_")
        post = self.change(self.check_token(request), name, str(form["text"]))
        return answer_json({"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": self._comment(post)}]}}})

    async def delete(self, request: web.Request) -> web.Response:
        """Reddit says nothing about what it deleted, not even that there was nothing."""
        account, name = self.check_token(request), str((await request.post())["id"]).replace("t3_", "t1_")
        if any(one.post_id == name for one in self.shown(account)):
            self.remove(account, name)
        return answer_json({})

    async def distinguish(self, request: web.Request) -> web.Response:
        self.check_token(request)
        self.distinguished.append({name: str(value) for name, value in (await request.post()).items()})
        return answer_json({"json": {"errors": [], "data": {"things": []}}})

    async def info(self, request: web.Request) -> web.Response:
        self.check_token(request)
        things = []
        for name in request.query["id"].split(","):
            why = self.places.why.get(_thread(name))
            thing = {"name": name, "subreddit": self.subreddit, "author": "kim", "body": "Geen stroom", "locked": why is Why.LOCKED}
            if why is Why.GONE:
                thing |= {"author": "[deleted]", "body": "[deleted]"}
            things.append({"kind": name[:2], "data": thing})
        return answer_json({"kind": "Listing", "data": {"children": things, "after": None}})

    async def own(self, request: web.Request) -> web.Response:
        """List our own, newest first, by hundreds."""
        account = self.check_token(request)
        submitted = request.match_info["what"] == "submitted"
        mine = [one for one in self.shown(account) if bool(one.more.get("submission")) == submitted][::-1]
        names = [self._name(one) for one in mine]
        start = names.index(request.query["after"]) + 1 if "after" in request.query else 0
        page = mine[start : start + 100]
        after = self._name(page[-1]) if start + 100 < len(mine) else None
        things = [{"kind": self._name(one)[:2], "data": self._comment(one)} for one in page]
        return answer_json({"kind": "Listing", "data": {"children": things, "after": after}})

    async def about(self, request: web.Request) -> web.Response:
        self.check_token(request)
        why = self.places.why.get(f"r/{request.match_info['name']}")
        if why is Why.GONE:
            return answer_json({"kind": "Listing", "data": {"children": []}})
        return answer_json({"kind": "t5", "data": {"user_is_banned": why is Why.BANNED, "subreddit_type": "public"}})

    def _take(self, account: str, target: str, text: str, most: int, **more: object) -> Post:
        if len(text) > most:
            raise Refused(Why.TOO_LONG)
        return self.take(account, target, text, **more)  # type: ignore[arg-type]  # parent is a string where it is given

    def _name(self, post: Post) -> str:
        return post.post_id.replace("t1_", "t3_") if post.more.get("submission") else post.post_id

    def _comment(self, post: Post) -> dict[str, object]:
        name = self._name(post)
        text = "selftext" if name.startswith("t3_") else "body"
        return {
            "id": name[3:],
            "name": name,
            text: post.text,
            "link_id": post.target,
            "parent_id": post.parent,
            "subreddit": SUBREDDIT if post.parent else post.target.removeprefix("r/"),
            "created_utc": float(int(post.accepted_at.timestamp())),
            "permalink": f"/r/{SUBREDDIT}/comments/{post.target[3:]}/x/{name[3:]}/",
            "author": post.account,
        }


def _thread(name: str) -> str:
    """Comments of customers are named t1_1n below the link t3_n."""
    return name.replace("t1_1", "t3_") if name.startswith("t1_1") else name


@contextmanager
def open_reddit(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve Reddit and sign a publisher in to it."""
    with FakeReddit(folder / "reddit.jsonl", clock) as fake:
        access = RedditAccess(client_id="app", client_secret="kb-reddit-secret-31", account=ACCOUNT, password=PASSWORD)
        publisher = RedditPublisher(
            access, clock, own_subreddits=[SUBREDDIT], timeout_seconds=WAIT_SECONDS, reddit_url=fake.url, oauth_url=fake.url
        )
        yield Rig(
            name="reddit",
            fake=fake,
            publisher=publisher,
            clock=clock,
            thread=lambda number: Target(platform="reddit", realm="reddit.com", thread_id=f"t3_{number}", parent_id=f"t1_1{number}"),
            place=lambda number: f"t3_{number}",
            longest=lambda most: "🎉" * most,
            waits=(too_many(30, name="429_reddit", x_ratelimit_reset="30", x_ratelimit_remaining="0", x_ratelimit_used="100"),),
            secrets=(TOKEN, PASSWORD, "kb-reddit-secret-31"),
            opening=Target(platform="reddit", realm=f"r/{SUBREDDIT}", thread_id=""),
            title="Storing in de Vogelbuurt",
            native_id="t2_9x",
        )
