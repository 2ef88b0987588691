"""Improvement actions: add one, do it, drop it; and "you said, we did" to everybody who agreed to hear, exactly once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.actions import ActionLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.standing import StandingLedger
from moderation.messages.render import PublicWording
from moderation.model.action import Action, NewAction, Telling, TellState
from moderation.model.outbox import NewDraft
from moderation.model.post import PostKind
from moderation.model.shadow import ShadowKind
from moderation.outbox.precheck import Precheck
from moderation.outbox.standing_check import approve_if_covered
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_text import must_be_sound, target_below
from moderation.workflows.shadow import Shadow

TEMPLATE = "you_said_we_did"
AUTHOR = "schedule"


def _nothing(_step: str) -> None:
    """Reach a step: tests stop here."""


class Improvements:
    """Actions and what they say to people. Each step is durable before the next, and every step may be repeated."""

    def __init__(
        self,
        ledger: Ledger,
        actions: ActionLedger,
        leave: LeaveLedger,
        shadow: Shadow,
        standing: StandingLedger,
        outbox: Outbox,
        precheck: Precheck,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        signature: str = "",
        on_step: Callable[[str], None] = _nothing,
    ) -> None:
        self._ledger = ledger
        self._actions = actions
        self._leave = leave
        self._shadow = shadow
        self._standing = standing
        self._outbox = outbox
        self._precheck = precheck
        self._clock = clock
        self._wording = wording
        self._signature = signature
        self._on_step = on_step

    def add(self, issue_id: int, *, owner: str, due_on: date, change: str, done_when: str, by: str) -> Action:
        """Keep an action. Raises `NotAllowed` without an owner, a change, a way to see that it is done, or such an issue."""
        for name, value in (("an owner", owner), ("what changes", change), ("when it is done", done_when)):
            if not value.strip():
                raise NotAllowed(f"An action needs {name}.")
        new = NewAction(issue_id=issue_id, owner=owner.strip(), due_on=due_on, change=change.strip(), done_when=done_when.strip())
        return self._actions.add(new, by=by, at=self._clock.now())

    def get(self, action_id: int) -> Action:
        """Return an action. Raises `NotAllowed` when there is none."""
        found = self._actions.get(action_id)
        if found is None:
            raise NotAllowed(f"There is no action {action_id}.")
        return found

    def done(self, action_id: int, did: Mapping[str, str], *, by: str) -> Sequence[Telling]:
        """Mark an action done and prepare its messages; return them. Doing it again adds nothing and goes on where it stopped.

        `did` says by language what we did. Raises `NotAllowed` when it says nothing, or what it says does not fit the template.
        """
        said = {language: text.strip() for language, text in did.items() if text.strip()}
        if not said:
            raise NotAllowed("Say what we did, in words for customers: that is what they are told.")
        self.get(action_id)
        for language in said:
            self._text(language, said)
        self._actions.finish(action_id, said, by=by, at=self._clock.now())
        self._on_step("finished")
        self.go_on()
        return self._actions.tellings(action_id=action_id)

    def drop(self, action_id: int, why: str, *, by: str) -> Action:
        """Mark an action dropped. Raises `NotAllowed` without a reason."""
        if not why.strip():
            raise NotAllowed("Say why it is dropped.")
        self._actions.drop(action_id, why.strip(), by=by, at=self._clock.now())
        return self.get(action_id)

    def undo(self, action_id: int, *, by: str) -> Action:
        """Open an action again. What was approved to leave leaves; what was not is withdrawn."""
        self._actions.reopen(action_id, by=by, at=self._clock.now())
        return self.get(action_id)

    def go_on(self) -> int:
        """Carry every planned message as far as it may go; return how many moved. For the schedule, and after a restart."""
        moved = 0
        for one in self._actions.tellings(state=TellState.PLANNED):
            moved += self._prepare(one)
        for draft_id in self._actions.unapproved():
            approve_if_covered(draft_id, self._outbox.draft(draft_id), self._standing.all(), self._outbox.approve_standing)
        return moved

    def _prepare(self, one: Telling) -> bool:
        now, action = self._clock.now(), self.get(one.action_id)
        if self._leave.opted_out(one.person_key):
            return self._actions.mark(one.message_id, TellState.LEFT_OUT, at=now, reason="opted_out")
        try:
            draft = self._draft(action, one)
        except NotAllowed as unsound:
            return self._actions.mark(one.message_id, TellState.LEFT_OUT, at=now, reason=str(unsound))
        if draft is None:
            return self._actions.mark(one.message_id, TellState.LEFT_OUT, at=now, reason="gone")
        if refused := self._precheck.refusals(draft, who=AUTHOR, at=now):
            return self._actions.mark(one.message_id, TellState.LEFT_OUT, at=now, reason=", ".join(refused))
        item = self._shadow.record(ShadowKind.YOU_SAID, draft, why={"action": action.action_id, "person": "agreed"})
        self._on_step("recorded")
        if not item.live:
            return self._actions.mark(one.message_id, TellState.SHADOW, at=now)
        kept = self._actions.keep_draft(one.message_id, draft, at=now)
        self._on_step("drafted")
        return kept is not None

    def _draft(self, action: Action, one: Telling) -> NewDraft | None:
        """Return the message, or None when nothing of the conversation is left. Raises `NotAllowed` when its words cannot be sent."""
        mention_id = self._actions.write_below(one.conversation_id)
        found = self._ledger.mentions.by_ids([mention_id] if mention_id is not None else [])
        if not found:
            return None
        spoken = self._ledger.analyses.languages([found[0].mention_id]).get(found[0].mention_id, "")
        language = spoken if spoken in action.did else next(iter(action.did))
        draft = NewDraft(
            kind=PostKind.YOU_SAID,
            target=target_below(found[0]),
            text=self._text(language, action.did),
            language=language,
            author=AUTHOR,
            issue_id=action.issue_id,
            template=self._wording[language].version(TEMPLATE),
        )
        must_be_sound(draft, self._precheck)
        return draft

    def _text(self, language: str, did: Mapping[str, str]) -> str:
        if language not in self._wording:
            raise NotAllowed(f"There are no templates in {language!r}; there are {', '.join(self._wording)}.")
        return self._wording[language].render(TEMPLATE, {"did": did[language], "signature": self._signature})
