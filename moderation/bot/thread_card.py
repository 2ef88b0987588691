"""What an issue's thread shows to the whole team: the issue in the house's language, with buttons that ask each presser's rights."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from listener.model.figures import IssueFigures
from moderation.bot.asked import Asked, Kind
from moderation.bot.buttons import MARK, Buttons, Look, rows_of
from moderation.bot.call import BotParts, Call, bot_words
from moderation.bot.cards import embeds_of, harmless, plain
from moderation.bot.issue_answers import issue_card, mark_buttons
from moderation.bot.said import NO_PINGS
from moderation.model.issue_thread import LOUD, ThreadNow
from moderation.model.person import Person, Role

MOST_NAME = 100
HOUSE = Person(name="Klankbord", role=Role.VIEWER)
"""Whoever reads the channel sees every brand: it is the team's own (RULES: digest channels)."""


@dataclass
class StandingButtons(Buttons):
    """Buttons of a message that stands for long: each keeps its id through every edit, and nobody can guess it without the home's key."""

    key: bytes = b""
    about: str = ""

    def new_id(self, verb: str) -> str:
        digest = hmac.new(self.key, f"press {self.about} {verb}".encode(), hashlib.sha256).digest()
        return MARK + base64.urlsafe_b64encode(digest[:18]).decode()


class ThreadCards:
    """Words every thread of a channel. `key` is the home's own; what its buttons do is kept before anything is returned."""

    def __init__(self, bot: BotParts, key: Callable[[], bytes], *, channel_id: str, language: str) -> None:
        self._bot = bot
        self._key = key
        self._channel_id = channel_id
        self._language = language

    def now(self, issue_ids: Sequence[int]) -> list[ThreadNow]:
        """Return what threads are to show: those of these issues, then those of issues that are loud and have none yet."""
        kept = set(issue_ids)
        every = self._bot.staff.issues().issues
        chosen = [one for one in every if one.issue_id in kept]
        chosen += [one for one in every if one.issue_id not in kept and one.state in LOUD and one.signal is not None]
        return [self._one(figures) for figures in chosen]

    def _one(self, figures: IssueFigures) -> ThreadNow:
        buttons = StandingButtons(key=self._key(), about=f"{self._channel_id}/{figures.issue_id}")
        call = Call(
            asked=Asked(kind=Kind.COMMAND, name="thread", user_id="", language=self._language),
            person=HOUSE,
            parts=self._bot.staff,
            bot=self._bot,
            words=bot_words(self._language),
            given={},
            buttons=buttons,
        )
        detail = self._bot.staff.issue(figures.issue_id, 0, 1)
        embeds = embeds_of([issue_card(call, detail)]) if detail is not None else ()
        rows, mark = _rows(call, figures)
        seen = self._seen(call, figures)
        body: dict[str, Any] = {"content": seen, "embeds": list(embeds), "components": list(rows), "allowed_mentions": dict(NO_PINGS)}
        self._bot.presses.keep_standing(buttons.made, at=call.now())
        state = call.words.text(f"state.{figures.state.value}")
        return ThreadNow(
            issue_id=figures.issue_id,
            state=figures.state,
            name=plain(f"#{figures.issue_id} {figures.title}", MOST_NAME),
            body=body,
            shown=hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32],
            mark=mark,
            line=call.words.text("bot.thread_state", state=state, moment=call.moment(figures.last_at)),
        )

    def _seen(self, call: Call, figures: IssueFigures) -> str:
        """Return who looks at what was noticed; empty while nobody does."""
        signal = figures.signal
        found = self._bot.presses.seen([signal.signal_id]) if signal is not None and signal.signal_id else {}
        if not found:
            return ""
        who, at = next(iter(found.values()))
        return call.words.text("bot.thread_seen", who=harmless(who, 80), moment=call.moment(at))


def _rows(call: Call, figures: IssueFigures) -> tuple[tuple[dict[str, Any], ...], str]:
    """Return the buttons, and the id that marks the message."""
    words, issue_id, make = call.words, figures.issue_id, call.buttons.button
    seen = call.parts.issue_room.edits.newest(issue_id) if call.parts.issue_room else 0
    opens = make("issue_open", words.text("bot.open"), look=Look.MAIN, issue=issue_id)
    signal_id = figures.signal.signal_id if figures.signal is not None else 0
    rows = rows_of(
        opens,
        make("case_next", words.text("bot.claim_next"), issue=issue_id),
        make("signal_seen", words.text("bot.signal_seen"), issue=issue_id, signal=signal_id) if signal_id else None,
        *mark_buttons(call, figures, seen=seen),
        make("status_write", words.text("status.speak"), issue=issue_id),
        make("status_open", words.text("status.public"), issue=issue_id),
        call.page(f"/issues/{issue_id}"),
    )
    return rows, str(opens["custom_id"])
