"""Discord's HTTP side as discord.py meets it: channels, threads, a forum, nonces that drop repeats, Discord's own codes for refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from listener.clock import ManualClock
from moderation.model.post import Target
from moderation.publishers.discord_channel import DiscordPublisher
from tests.fakes.platforms.core import TOKEN, FakePlatform, Refused, answer_json
from tests.fakes.platforms.faults import Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

BOT = "1180000000000000001"
GUILD = "1170000000000000001"
FORUM = "1170000000000000900"
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_CODES = {
    Why.GONE: (404, 10003, "Unknown Channel"),
    Why.LOCKED: (400, 160005, "This thread is locked"),
    Why.BANNED: (403, 40007, "The user is banned from this guild"),
    Why.FORBIDDEN: (403, 50013, "Missing Permissions"),
    Why.UNAUTHORISED: (401, 0, "401: Unauthorized"),
    Why.INVALID: (400, 50035, "Invalid Form Body"),
    Why.TOO_LONG: (400, 50035, "Invalid Form Body"),
}


class FakeDiscord(FakePlatform):
    """`take`'s target is the channel or thread; a forum post's thread has the id of its first message."""

    name = "discord"
    native_key = True

    def __init__(self, record: Path, clock: ManualClock) -> None:
        super().__init__(record, clock)
        self.deleted_of_others: list[str] = []

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/users/@me", self.me),
            web.get("/channels/{channel}", self.channel),
            web.get("/channels/{channel}/messages", self.history),
            web.get("/channels/{channel}/messages/{message}", self.message),
            web.post("/channels/{channel}/messages", self.post),
            web.patch("/channels/{channel}/messages/{message}", self.edit),
            web.delete("/channels/{channel}/messages/{message}", self.delete),
            web.post("/channels/{channel}/threads", self.start),
            web.get("/guilds/{guild}/threads/active", self.threads),
            web.get("/channels/{channel}/threads/archived/public", self.archived),
        ]

    def post_id(self, number: int) -> str:
        """Return a snowflake: the moment in milliseconds, then a number."""
        milliseconds = (self.clock.now() - _EPOCH) // timedelta(milliseconds=1)
        return str((milliseconds << 22) + number)

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        if why is Why.RATE_LIMITED:
            return answer_json({"message": "You are being rate limited.", **fields}, 429, Via="1.1 google")
        status, code, words = _CODES[why]
        errors = {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}]}}
        more = {"errors": errors} if why is Why.TOO_LONG else {}
        return answer_json({"message": words, "code": code, **more}, status)

    async def me(self, request: web.Request) -> web.Response:
        return answer_json({"id": BOT, "username": self._account(request)})

    async def channel(self, request: web.Request) -> web.Response:
        self._account(request)
        channel = request.match_info["channel"]
        why = self.places.why.get(channel)
        if why is Why.GONE:
            raise Refused(Why.GONE)
        kind = 15 if channel == FORUM else 11
        return answer_json({"id": channel, "guild_id": GUILD, "type": kind, "thread_metadata": {"locked": why is Why.LOCKED}})

    async def message(self, request: web.Request) -> web.Response:
        """Ours as it stands; whatever else is asked for is a customer's, but what we took away."""
        self._account(request)
        message = request.match_info["message"]
        mine = next((one for one in self.posts() if one.post_id == message), None)
        if mine is not None:
            return answer_json({"message": "Unknown Message", "code": 10008}, 404) if mine.removed else answer_json(self._shown(mine))
        return answer_json({"id": message, "content": "Geen stroom", "author": {"id": "7"}})

    async def post(self, request: web.Request) -> web.Response:
        account, said = self._account(request), await request.json()
        key = said["nonce"] if said.get("enforce_nonce") else ""
        return answer_json(self._shown(self._take(account, request.match_info["channel"], said, key)))

    async def edit(self, request: web.Request) -> web.Response:
        account, said = self._account(request), await request.json()
        return answer_json(self._shown(self.change(account, request.match_info["message"], said["content"])))

    async def delete(self, request: web.Request) -> web.Response:
        """A bot that may manage messages could delete anybody's: the far side would let it."""
        account, message = self._account(request), request.match_info["message"]
        if not any(one.post_id == message for one in self.posts()):
            self.deleted_of_others.append(message)
            return web.Response(status=204)
        self.remove(account, message)
        return web.Response(status=204)

    async def start(self, request: web.Request) -> web.Response:
        account, said = self._account(request), await request.json()
        made = self._take(account, request.match_info["channel"], said["message"], "", title=said["name"])
        return answer_json({"id": made.post_id, "name": said["name"], "message": self._shown(made)}, 201)

    async def history(self, request: web.Request) -> web.Response:
        """Give the oldest hundred after an id, newest first: Discord's order."""
        self._account(request)
        channel, after, most = request.match_info["channel"], int(request.query["after"]), int(request.query["limit"])
        there = [one for one in self.shown() if channel in (one.target, one.post_id) and int(one.post_id) > after][:most]
        return answer_json([self._shown(one) for one in reversed(there)])

    async def threads(self, request: web.Request) -> web.Response:
        self._account(request)
        mine = [one for one in self.shown() if one.target == FORUM]
        return answer_json({"threads": [{"id": one.post_id, "parent_id": FORUM, "owner_id": BOT} for one in mine]})

    async def archived(self, request: web.Request) -> web.Response:
        self._account(request)
        return answer_json({"threads": [], "has_more": False})

    def _account(self, request: web.Request) -> str:
        return self.check_token(request, "Bot")

    def _take(self, account: str, channel: str, said: dict[str, object], key: str, **more: object) -> Post:
        text, mentions = str(said["content"]), said.get("allowed_mentions")
        if len(text) > 2_000:
            raise Refused(Why.TOO_LONG)
        reference = said.get("message_reference")
        above = str(reference["message_id"]) if isinstance(reference, dict) else ""
        return self.take(account, channel, text, key, parent=above, mentions=mentions, **more)

    def _shown(self, post: Post) -> dict[str, object]:
        author = {"id": BOT, "username": post.account}
        return {"id": post.post_id, "content": post.text, "timestamp": post.accepted_at.isoformat(), "author": author}


@contextmanager
def open_discord(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve Discord and let a publisher use its bot's token."""
    with FakeDiscord(folder / "discord.jsonl", clock) as fake:
        yield Rig(
            name="discord",
            fake=fake,
            publisher=DiscordPublisher(TOKEN, clock, channels=["1001", "1002"], timeout_seconds=WAIT_SECONDS, api_url=fake.url),
            clock=clock,
            thread=lambda number: Target(platform="discord", realm=GUILD, thread_id=str(1_000 + number), parent_id=str(2_000 + number)),
            place=lambda number: str(1_000 + number),
            longest=lambda most: "🎉" * most,
            waits=(
                too_many(0.65, name="429_float", fields={"retry_after": 0.65, "global": False}),
                too_many(40.5, name="429_global", fields={"retry_after": 40.5, "global": True}, X_RateLimit_Global="true"),
            ),
            opening=Target(platform="discord", realm=FORUM, thread_id=""),
            title="Storing in de Vogelbuurt",
            native_id=BOT,
        )
