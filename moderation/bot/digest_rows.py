"""Buttons below what comes into the team's channel by itself: from a digest to its issues, or to the next conversation, in one press."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from listener.ports import Clock
from moderation.bot.buttons import Look, rows_of
from moderation.bot.call import bot_words
from moderation.bot.thread_card import StandingButtons
from moderation.ledger.bot_presses import PressLedger

Rows = Sequence[Mapping[str, Any]]


def digest_rows(presses: PressLedger, key: Callable[[], bytes], clock: Clock) -> Callable[[str], Rows]:
    """Return what gives the rows in a language. They are the same below every digest, so that an old one works as long as a new one."""

    def rows(language: str) -> Rows:
        words, buttons = bot_words(language), StandingButtons(key=key(), about=f"digest {language}")
        made = rows_of(
            buttons.button("issues_page", words.text("nav.issues"), look=Look.MAIN),
            buttons.button("case_next", words.text("bot.claim_next")),
            buttons.button("outbox_open", words.text("nav.outbox")),
            buttons.button("actions_open", words.text("nav.actions")),
        )
        presses.keep_standing(buttons.made, at=clock.now())
        return made

    return rows
