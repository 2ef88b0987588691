"""X as tweepy meets it on the wire: posts and replies, our own timeline in pages, texts changed on the way out as X changes them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from aiohttp import web

from listener.clock import ManualClock
from moderation.model.post import Target
from moderation.publishers.x import XAccess, XPublisher
from tests.fakes.platforms.core import TOKEN, FakePlatform, Refused, answer_json
from tests.fakes.platforms.faults import Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

USER = "1585841080431321088"
_PROBLEMS = {
    Why.DUPLICATE: (403, "You are not allowed to create a Tweet with duplicate content."),
    Why.GONE: (403, "You attempted to reply to a Tweet that is deleted or not visible to you."),
    Why.LOCKED: (403, "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author."),
    Why.BANNED: (403, "You have been blocked from the author of this Tweet."),
    Why.FORBIDDEN: (403, "You are not permitted to perform this action."),
    Why.TOO_LONG: (403, "Tweet needs to be a bit shorter: your text is too long."),
    Why.INVALID: (400, "One or more parameters to your request was invalid."),
    Why.UNAUTHORISED: (401, "Unauthorized"),
    Why.RATE_LIMITED: (429, "Too Many Requests"),
}
_LINK = re.compile(r"https?://\S+")


class FakeX(FakePlatform):
    """`take`'s target is the conversation: posts of customers are named 1n, in conversation n."""

    name = "x"
    refuses_repeats = True

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/2/users/me", self.me),
            web.post("/2/tweets", self.post),
            web.get("/2/tweets", self.look_up),
            web.delete("/2/tweets/{id}", self.delete),
            web.get("/2/users/{id}/tweets", self.own),
        ]

    def post_id(self, number: int) -> str:
        return str(1_900_000_000_000_000_000 + number)

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        status, words = _PROBLEMS[why]
        return answer_json({"title": "Problem", "detail": words, "type": "about:blank", "status": status, **fields}, status)

    async def me(self, request: web.Request) -> web.Response:
        return answer_json({"data": {"id": USER, "name": "Stroomloket", "username": self.check_token(request)}})

    async def post(self, request: web.Request) -> web.Response:
        account, said = self.check_token(request), await request.json()
        if _weight(said["text"]) > 280:
            raise Refused(Why.TOO_LONG)
        above = said.get("reply", {}).get("in_reply_to_tweet_id", "")
        post = self.take(account, _conversation(above), said["text"], parent=above)
        return answer_json({"data": {"id": post.post_id, "text": self._shown(post)["text"]}}, 201)

    async def delete(self, request: web.Request) -> web.Response:
        account = self.check_token(request)
        if not any(one.post_id == request.match_info["id"] for one in self.shown(account)):
            return answer_json({"title": "Not Found Error", "detail": "Could not find tweet.", "type": "about:blank", "status": 404}, 404)
        self.remove(account, request.match_info["id"])
        return answer_json({"data": {"deleted": True}})

    async def look_up(self, request: web.Request) -> web.Response:
        self.check_token(request)
        number = request.query["ids"]
        why = self.places.why.get(_conversation(number))
        if why is Why.GONE:
            return answer_json({"errors": [{"value": number, "title": "Not Found Error", "resource_type": "tweet"}]})
        settings = "following" if why is Why.LOCKED else "everyone"
        return answer_json({"data": [{"id": number, "text": "Geen stroom", "reply_settings": settings}]})

    async def own(self, request: web.Request) -> web.Response:
        account, most = self.check_token(request), int(request.query["max_results"])
        since = datetime.fromisoformat(request.query["start_time"])
        mine = [one for one in self.shown(account) if one.accepted_at >= since][::-1]
        start = int(request.query.get("pagination_token", "0"))
        page = [self._shown(one) for one in mine[start : start + most]]
        meta: dict[str, object] = {"result_count": len(page)}
        if start + most < len(mine):
            meta["next_token"] = str(start + most)
        return answer_json({**({"data": page} if page else {}), "meta": meta})

    def _shown(self, post: Post) -> dict[str, object]:
        """Escape, shorten links, and put the name of the one answered in front."""
        links = [{"url": f"https://t.co/{number:010d}", "expanded_url": link} for number, link in enumerate(_LINK.findall(post.text))]
        text = html.escape(post.text, quote=False)
        for link in links:
            text = text.replace(html.escape(link["expanded_url"], quote=False), link["url"])
        shown = {"id": post.post_id, "created_at": post.accepted_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        entities: dict[str, object] = {"urls": links}
        if not post.parent:
            return {**shown, "text": text, "conversation_id": post.post_id, "entities": entities}
        entities["mentions"] = [{"start": 0, "end": 4, "username": "kim"}]
        above = [{"type": "replied_to", "id": post.parent}]
        return {**shown, "text": f"@kim {text}", "conversation_id": post.target, "entities": entities, "referenced_tweets": above}


def _conversation(number: str) -> str:
    return number[1:] if number.startswith("1") else number


def _weight(text: str) -> int:
    """Count the texts of these tests: links 23, pictures and signs from far away 2. Not our own counting, or a mistake there would hide."""
    links = _LINK.findall(text)
    return 23 * len(links) + sum(1 if ord(sign) < 4_352 else 2 for sign in _LINK.sub("", text))


@contextmanager
def open_x(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve X and let a publisher use its token."""
    with FakeX(folder / "x.jsonl", clock) as fake:
        reset = str(int(clock.now().timestamp()) + 30)
        yield Rig(
            name="x",
            fake=fake,
            publisher=XPublisher(XAccess(user_token=TOKEN), clock, timeout_seconds=WAIT_SECONDS, api_url=fake.url),
            clock=clock,
            thread=lambda number: Target(platform="x", realm="x.com", thread_id=str(number), parent_id=f"1{number}"),
            place=str,
            longest=lambda most: "🎉" * 100 + "日" * 10 + "é" * (most - 220),
            waits=(too_many(30, name="429_x", x_rate_limit_reset=reset), too_many(0, name="429_x_unreadable", x_rate_limit_reset="later")),
            opening=Target(platform="x", realm="x.com", thread_id=""),
            native_id=USER,
        )
