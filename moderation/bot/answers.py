"""The bot's answers to every interaction: reads what it is, asks the gate, calls the handler, and words what was refused.

Everything here may block: it is called in a thread. It never raises: whoever pressed a button hears what became of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from listener.errors import ActionError, StoreError
from moderation.bot import case_answers, house_answers, issue_answers, own_answers, reply_answers, status_answers
from moderation.bot.asked import Asked, Kind
from moderation.bot.buttons import CHOSEN, MARK, Buttons, link, rows_of
from moderation.bot.call import BotParts, Call, bot_words
from moderation.bot.doors import COMMANDS, PRESSES, Door
from moderation.bot.gate import Gate, NotAdmitted
from moderation.bot.hints import hints
from moderation.bot.said import MOST_CONTENT, Said
from moderation.inbox.limits import Allowance, Limited, PersonLimits
from moderation.inbox.refusals import refusal
from moderation.inbox.wording import Wording
from moderation.model.press import Press

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)
"""How long what is below an answer for one person can be pressed: they ask again after that, and see how it stands then."""

OWN_ALLOWED = {Limited.EXPORT: Allowance(burst=10, every_seconds=60.0)}
"""How often somebody asks what we have of them, or has it removed: each look reads every place of the ledger."""

Handler = Callable[[Call], Said]

ON_COMMAND: Mapping[str, Handler] = {
    "issues": issue_answers.issues,
    "issue": issue_answers.issue,
    "mentions": issue_answers.mentions,
    "claim": case_answers.claim,
    "reply": reply_answers.write,
    "status": status_answers.write,
    "digest": house_answers.digest,
    "sources": house_answers.sources,
    "outbox": house_answers.outbox,
    "actions": house_answers.actions,
}
ON_PRESS: Mapping[str, Handler] = {
    "issues_page": issue_answers.issues,
    "issue_open": issue_answers.issue,
    "mentions_page": issue_answers.mentions,
    "case_open": case_answers.case,
    "outbox_open": house_answers.outbox,
    "actions_open": house_answers.actions,
    "issue_mute": issue_answers.mark,
    "issue_unmute": issue_answers.mark,
    "issue_resolve": issue_answers.mark,
    "issue_reopen": issue_answers.mark,
    "signal_seen": issue_answers.signal_seen,
    "case_next": case_answers.claim_next,
    "case_claim": case_answers.claim,
    "case_release": case_answers.release,
    "reply_write": reply_answers.write,
    "reply_send": reply_answers.send,
    "reply_ask": reply_answers.ask,
    "status_write": status_answers.write,
    "status_next": status_answers.next_form,
    "status_open": status_answers.show,
    "status_take_over": status_answers.take_over,
    "status_discard": status_answers.discard,
    "outbox_stop": house_answers.stop,
    "alarm_seen": house_answers.alarm_seen,
}
ON_FORM: Mapping[str, Handler] = {
    "reply_preview": reply_answers.preview,
    "status_words": status_answers.words,
}
OPENS_FORM = frozenset({"reply_write", "status_write", "status_next", "status_take_over"})
"""What has to answer at once, for a form cannot come later."""
FORM_COMMANDS = frozenset({"reply", "status"})


class BotAnswers:
    """Answers over what it is made of. `monotonic` returns seconds that never go back."""

    def __init__(self, bot: BotParts, *, guilds: frozenset[str], monotonic: Callable[[], float]) -> None:
        self._bot = bot
        self._own_limits = PersonLimits(monotonic, OWN_ALLOWED)
        self._gate = Gate(bot.staff, bot.person_of, guilds=guilds, limits=PersonLimits(monotonic))

    def at_once(self, asked: Asked) -> bool:
        """Tell whether an interaction has to be answered by a form or choices, which cannot be sent later. Reads one row at most."""
        if asked.kind is Kind.HINT:
            return True
        if asked.kind is Kind.COMMAND:
            return asked.name in FORM_COMMANDS
        press = self._press(asked)
        return press is not None and press.verb in OPENS_FORM

    def answer(self, asked: Asked) -> Said:
        """Return what is said to an interaction. What was refused is said in words; what failed has a number under which the log has it."""
        words, buttons = bot_words(asked.language), Buttons()
        try:
            said = self._said(asked, words, buttons)
            return self._kept(said, words, buttons)
        except NotAdmitted as no:
            return Said(choices=()) if asked.kind is Kind.HINT else self._refused(words, no)
        except ActionError as error:
            return Said(choices=()) if asked.kind is Kind.HINT else Said(text=refusal(error, words)[:MOST_CONTENT])
        except Exception:  # whoever asked hears that it failed, and the log has why
            logger.exception("interaction failed", extra={"kind": asked.kind.value})
            return self.failed(asked)

    def failed(self, asked: Asked) -> Said:
        """Return what is said when something broke or took too long."""
        return Said(choices=()) if asked.kind is Kind.HINT else Said(text=bot_words(asked.language).text("no.failed"))

    def _kept(self, said: Said, words: Wording, buttons: Buttons) -> Said:
        """Keep what the buttons of an answer do. While the ledger is too busy for that the answer comes without them: what it tells is so.

        A form is nothing without what it does: then the error goes on, and is told.
        """
        now = self._bot.staff.clock.now()
        try:
            self._bot.presses.keep(buttons.made, at=now, until=now + KEPT_FOR)
        except StoreError:
            if said.form is not None:
                raise
            logger.warning("buttons could not be kept", exc_info=True)
            without = words.text("no.buttons")
            return replace(said, rows=(), text=f"{said.text[: MOST_CONTENT - len(without) - 1]}\n{without}".lstrip("\n"))
        return said

    def _said(self, asked: Asked, words: Wording, buttons: Buttons) -> Said:
        if asked.kind in (Kind.COMMAND, Kind.HINT):
            door, verb, given = COMMANDS.get(asked.name), asked.name, dict(asked.options)
        else:
            press = self._press(asked)
            if press is None:
                raise NotAdmitted("stale")
            door, verb, given = PRESSES.get(press.verb), press.verb, _given(press, asked)
        if door is None:
            raise NotAdmitted("missing")
        if door.open:
            return self._own(asked, verb, words, buttons)
        if asked.kind is Kind.HINT:
            given = {}  # half a word is no number yet, and nothing is named by it
        admitted = self._gate.admit(door, user_id=asked.user_id, guild_id=asked.guild_id, given=given)
        call = Call(
            asked=asked,
            person=admitted.person,
            parts=admitted.parts,
            bot=self._bot,
            words=words,
            given={**given, "verb": verb},
            buttons=buttons,
        )
        return self._handler(asked, verb, door)(call)

    def _handler(self, asked: Asked, verb: str, door: Door) -> Handler:
        if asked.kind is Kind.HINT:
            return hints
        table = {Kind.COMMAND: ON_COMMAND, Kind.PRESS: ON_PRESS, Kind.FORM: ON_FORM}[asked.kind]
        handler = table.get(verb)
        if handler is None:  # a form's id pressed as if it were a button, or the other way round: nobody but a forger does that
            logger.warning("interaction of another kind", extra={"verb": verb, "kind": asked.kind.value, "path": door.path})
            raise NotAdmitted("stale")
        return handler

    def _own(self, asked: Asked, verb: str, words: Wording, buttons: Buttons) -> Said:
        """Answer anybody about their own account, as often as a person asks and no program needs to."""
        user_id = asked.user_id
        own: Mapping[tuple[str, Kind], Callable[[], Said]] = {
            ("privacy", Kind.COMMAND): lambda: own_answers.privacy(self._bot, words, user_id),
            ("forget-me", Kind.COMMAND): lambda: own_answers.ask_forget(self._bot, words, user_id, buttons),
            ("forget_me", Kind.PRESS): lambda: own_answers.forget(self._bot, words, user_id),
            ("object_me", Kind.PRESS): lambda: own_answers.object_to(self._bot, words, user_id),
        }
        if (verb, asked.kind) not in own:
            raise NotAdmitted("stale")
        if (wait := self._own_limits.wait_seconds(user_id, Limited.EXPORT)) > 0.0:
            raise NotAdmitted("often", seconds=max(1, round(wait + 0.5)))
        return own[verb, asked.kind]()

    def _press(self, asked: Asked) -> Press | None:
        """Return what is behind an id of ours; None for one that was never made here, or is too old."""
        if not asked.name.startswith(MARK):
            return None
        return self._bot.presses.find(asked.name, at=self._bot.staff.clock.now())

    def _refused(self, words: Wording, no: NotAdmitted) -> Said:
        base = self._bot.staff.base_url.rstrip("/")
        way = link(words.text("bot.open_page"), f"{base}{no.page}") if no.page and base.startswith("https://") else None
        return Said(text=words.text(f"no.{no.key}", **no.fields), rows=rows_of(way))


def _given(press: Press, asked: Asked) -> dict[str, str]:
    """Return what a press is about, with what was chosen in a menu. What was typed is never among it: it names nothing of ours."""
    given = {name: value for name, value in press.about.items() if name != CHOSEN}
    if CHOSEN in press.about:
        given[press.about[CHOSEN]] = asked.values[0] if asked.values else "none"
    return given
