"""Comments below YouTube videos, of whole channels or single videos, through the Data API v3.

developers.google.com/youtube/v3/docs (commentThreads.list, comments.list, errors) and determine_quota_cost, as of 2026-11: each request
costs one of the 10,000 units a project has a day. Threads come newest first with up to five answers each; further answers are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from listener.errors import RateLimited, SettingsError, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.fields import each_row, moment, number, objects, part, word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json
from listener.sources.turns import Turn, is_alone, take_turn
from listener.sources.youtube_comments import PLATFORM, REALM, Thread, read_comment, read_thread

BASE = "https://www.googleapis.com/youtube/v3"
PAGE_SIZE = 100
OVERLAP = timedelta(hours=1)
DEEP_EVERY = timedelta(hours=1)
"""How often threads are read again as far back as the look-back: an answer or an edit does not move a thread to the front."""
MOST_DEEP = timedelta(days=14)
MOST_REPLY_PAGES = 20
MOST_IDLE = 3
"""Pages in a row without any thread that still name a next one: YouTube leaves out what is held for review, and may name pages for ever."""
MOST_REMEMBERED = 2_000
MOST_LOOKED_UP = 50
SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
SPENT_WAIT_SECONDS = 3_600.0
TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
NOT_THERE = frozenset({"videoNotFound", "channelNotFound", "notFound", "forbidden", "ineligibleAccount"})
BAD_TOKEN = frozenset({"invalidPageToken", "processingFailure"})
HOW_TO = (
    "Make a key for the YouTube Data API v3 at https://console.cloud.google.com/apis/credentials and set KLANKBORD_YOUTUBE_READ_API_KEY"
)
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}$")
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}$")


class _Said(SourceRefused):
    """A refusal with YouTube's own reason for it."""

    def __init__(self, refusal: SourceRefused, reason: str) -> None:
        super().__init__(str(refusal), cause=refusal.cause, status=refusal.status, said=refusal.said)
        self.reason = reason


def _is_not_there(refusal: SourceRefused) -> bool:
    reason = refusal.reason if isinstance(refusal, _Said) else ""
    return reason in NOT_THERE if reason else is_alone(refusal)


@dataclass(frozen=True, slots=True)
class Target:
    """Where comments are read: below all videos of a channel, or below one video."""

    what: Literal["channel", "video"]
    of: str

    @property
    def name(self) -> str:
        """The name under which a cursor remembers this place."""
        return f"{self.what} {self.of}"

    @property
    def argument(self) -> dict[str, str]:
        return {"allThreadsRelatedToChannelId" if self.what == "channel" else "videoId": self.of}


class YouTubeSource:
    """Comments and answers below the videos of `channels` and below `videos`, a hundred threads of one place a pull.

    The cursor keeps, per place, from when threads are new, where to go on, and of each recent thread how many answers were read: further
    ones are asked for when there are more. Once an hour threads are read back to the look-back (14 days at most), for answers and edits.
    A place whose comments are off holds nothing and is no error; one that is gone is told in `Page.lost` while there are others.
    """

    def __init__(
        self,
        source_id: str,
        *,
        channels: Sequence[str] = (),
        videos: Sequence[str] = (),
        key: Callable[[], str],
        http: HttpClient,
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
        base: str = "",
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        wrong = next((one for one in channels if not _CHANNEL.match(one)), "") or next((one for one in videos if not _VIDEO.match(one)), "")
        if wrong:
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: {wrong[:40]!r} is no id; "
                "channels look like UC… (24 signs), videos like dQw4w9WgXcQ (11 signs)."
            )
        self._targets = (*(Target("channel", one) for one in channels), *(Target("video", one) for one in videos))
        if not self._targets:
            raise SettingsError(f"klankbord.yaml: sources: {source_id} has nothing to read: set channels or videos.")
        self._source_id = source_id
        self._key = key
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._base = (base or BASE).rstrip("/")
        self._allow_http = allow_http
        self._allow_private = allow_private

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return the next hundred threads of one place, oldest first; `more` until every place was read. See `Source.pull`."""
        places = {one.name: one.name for one in self._targets}
        return await take_turn(cursor, places, self._pull, now=self._clock.now(), keep=self._kept, alone=_is_not_there)

    async def _pull(self, turn: Turn) -> Page:
        target, known = self._targets[turn.at], turn.known
        try:
            threads, token = await self._threads(target, word(known, "token"))
        except _Said as refusal:
            if refusal.reason != "commentsDisabled":
                raise
            return turn.then(Page(mentions=(), next=None), known)
        counts = {name: number(count) for name, count in part(known, "counts").items()}
        found: list[Mention | Skip] = []
        for thread in threads:
            whole, is_whole = await self._whole(thread, counts.get(thread.thread_id, 0))
            found += whole
            if is_whole:
                counts[thread.thread_id] = max(thread.replies, thread.shown_replies)
        _, reach = self._reach(known)
        found = [one for one in found if isinstance(one, Skip) or (one.edited_at or one.posted_at) >= reach]
        distinct = {one.native_id if isinstance(one, Mention) else one.where: one for one in found}
        after = self._remember(known, threads, token, counts)
        page = Page(
            mentions=tuple(sorted((m for m in distinct.values() if isinstance(m, Mention)), key=lambda m: (m.posted_at, m.native_id))),
            next=None,
            skipped=tuple(one for one in distinct.values() if isinstance(one, Skip)),
        )
        return turn.then(page, after, finished="token" not in after)

    async def look_up(self, native_ids: Sequence[str]) -> tuple[Found, ...]:
        """Return up to 50 comments as they stand now, in the order asked for; one that YouTube does not show is a removal.

        Unless it shows nothing at all, not even below our own places: then a removal, which is for ever, would rest on a bad day.
        """
        asked = list(dict.fromkeys(native_ids))[:MOST_LOOKED_UP]
        if not asked:
            return ()
        answer = await self._ask("/comments", {"part": "snippet", "id": ",".join(asked), "textFormat": "plainText"})
        shown = {word(one, "id"): one for one in objects(answer, "items")}
        sure = bool(shown) or await self._shows_anything()
        return tuple(read_comment(shown[one]) if one in shown else self._missing(one, sure=sure) for one in asked)

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    def _missing(self, native_id: str, *, sure: bool) -> Found:
        if sure:
            return Removal(platform=PLATFORM, realm=REALM, native_id=native_id, reason="unknown")
        return Skip(where=f"comment {native_id}", reason="YouTube shows nothing at all now; it is kept until it is known to be gone")

    async def _shows_anything(self) -> bool:
        for target in self._targets[:3]:
            try:
                answer = await self._ask("/commentThreads", {"part": "id", "maxResults": "1", **target.argument})
            except SourceRefused:
                continue
            if objects(answer, "items"):
                return True
        return False

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return where a place goes on that was not shown for a while: as deep as it was looked at until then."""
        now = self._clock.now()
        low = moment(known.get("low")) or now - self._look_back
        return {"low": min(low, now - min(self._look_back, MOST_DEEP)).isoformat(), "counts": dict(part(known, "counts"))}

    def _reach(self, known: Mapping[str, Any]) -> tuple[bool, datetime]:
        """Return whether this reading goes as far back as answers and edits are looked for, and to when it goes."""
        now, low, deep_at = self._clock.now(), moment(known.get("low")), moment(known.get("deep_at"))
        if low is None:
            return True, now - self._look_back
        lately = deep_at is not None and timedelta(0) <= now - deep_at < DEEP_EVERY  # never by a clock that ran ahead (RULES F13)
        is_deep = known.get("deep") is True if "token" in known else not lately
        return is_deep, min(low, now - min(self._look_back, MOST_DEEP)) if is_deep else low

    def _remember(self, known: Mapping[str, Any], threads: Sequence[Thread], token: str, counts: Mapping[str, int]) -> dict[str, Any]:
        """Return what to keep of a place after a page of it, with a "token" while there is more to read."""
        is_deep, reach = self._reach(known)
        newest = moment(known.get("newest")) or max((one.began_at for one in threads if one.began_at is not None), default=None)
        oldest = threads[-1].began_at if threads else None
        kept = {name: known[name] for name in ("low", "deep_at") if name in known}
        kept["counts"] = dict(list(counts.items())[-MOST_REMEMBERED:])
        idle = number(known.get("idle")) + 1 if oldest is None else 0
        if token and token != word(known, "token") and idle < MOST_IDLE and (oldest is None or oldest >= reach):
            going = {"token": token, "deep": is_deep, **({"newest": newest.isoformat()} if newest else {})}
            return {**kept, **going, **({"idle": idle} if idle else {})}
        if newest is not None:
            newest = min(newest, self._clock.now())
            low = moment(known.get("low"))
            kept["low"] = (max(newest - OVERLAP, low) if low is not None else newest - OVERLAP).isoformat()
        return {**kept, "deep_at": self._clock.now().isoformat()} if is_deep else kept

    async def _threads(self, target: Target, token: str) -> tuple[list[Thread], str]:
        """Return a page of threads, newest first, and where to go on; a token that is no longer taken starts from the front."""
        asked = {"part": "snippet,replies", "order": "time", "maxResults": str(PAGE_SIZE), "textFormat": "plainText", **target.argument}
        try:
            answer = await self._ask("/commentThreads", {**asked, **({"pageToken": token} if token else {})})
        except _Said as refusal:
            if not token or refusal.reason not in BAD_TOKEN:
                raise
            answer = await self._ask("/commentThreads", asked)
        return [read_thread(one) for one in each_row(answer, "items")], word(answer, "nextPageToken")

    async def _whole(self, thread: Thread, known_replies: int) -> tuple[list[Mention | Skip], bool]:
        """Return a thread with all its answers: those that did not come along are asked for when there are more than were read.

        And whether that is all: where YouTube loses its place among them, they are asked for again next time.
        """
        found = list(thread.found)
        token = ""
        if thread.replies <= thread.shown_replies or thread.replies == known_replies or not thread.thread_id:
            return found, True
        for _ in range(MOST_REPLY_PAGES):
            asked = {"part": "snippet", "parentId": thread.thread_id, "maxResults": str(PAGE_SIZE), "textFormat": "plainText"}
            try:
                answer = await self._ask("/comments", {**asked, **({"pageToken": token} if token else {})})
            except _Said as refusal:  # the comment was taken away between the two requests
                if refusal.reason in ("commentNotFound", *BAD_TOKEN):
                    return found, refusal.reason not in BAD_TOKEN
                raise
            found += [read_comment(one, video_id=thread.video_id, thread_id=thread.thread_id) for one in each_row(answer, "items")]
            following = word(answer, "nextPageToken")
            if not following or following == token:
                return found, True
            token = following
        return [*found, Skip(where=f"thread {thread.thread_id}", reason=f"it has more than {MOST_REPLY_PAGES * PAGE_SIZE} answers")], True

    async def _ask(self, path: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        """Return a list of YouTube's. The key goes into a header, never into an address."""
        key = self._key()
        if not key:
            raise SourceRefused(f"KLANKBORD_YOUTUBE_READ_API_KEY is not set. {HOW_TO}.", cause="token_missing")
        url = f"{self._base}{path}?{urlencode(arguments, errors='replace')}"
        try:
            answer = await self._http.get(
                url, headers={"X-Goog-Api-Key": key}, allow_http=self._allow_http, allow_private=self._allow_private
            )
            found = read_json(answer.body)
        except SourceRefused as refusal:
            raise self._translated(refusal) from refusal
        except ValueError as error:
            raise SourceUnavailable(f"YouTube answered something that is {error}.") from error
        if not isinstance(found, dict) or not isinstance(found.get("items"), list):
            raise SourceUnavailable("YouTube answered something else than a list.")
        return found

    def _translated(self, refusal: SourceRefused) -> SourceError:
        """Return our error for one of theirs: only the reason in the body tells a wait from a place that is gone or a wrong key."""
        try:
            error = part(read_json(refusal.said), "error")
        except ValueError:
            return refusal
        reason = next((told for one in objects(error, "errors") if (told := word(one, "reason"))), "")
        if reason in SPENT:
            self._http.close_for(SPENT_WAIT_SECONDS)
            wait = SPENT_WAIT_SECONDS
            return RateLimited("YouTube's units of today are used up; they come back at midnight in California.", wait_seconds=wait)
        if reason in TOO_FAST:
            self._http.close_for(60.0)
            return RateLimited("YouTube asks us to wait a minute.", wait_seconds=60.0)
        if refusal.cause in ("token_rejected", "token_expired", "approval_revoked"):
            words = (
                "YouTube does not accept the key, or its project may not use the YouTube Data API v3; check KLANKBORD_YOUTUBE_READ_API_KEY."
            )
            return SourceRefused(words, cause=refusal.cause, status=refusal.status, said=refusal.said)
        return _Said(refusal, reason)
