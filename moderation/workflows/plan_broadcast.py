"""Plan one status update for all threads of its issue: which, in which words, from which account; and which not, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.broadcasts import BroadcastLedger, Thread
from moderation.ledger.status import StatusLedger
from moderation.messages.length import length
from moderation.messages.render import PublicWording
from moderation.messages.status_words import promise_words
from moderation.model.broadcast import NewItem, Plan
from moderation.model.outbox import EntryState, NewDraft
from moderation.model.post import AccountId, ConnectedAccount, PostKind, Target
from moderation.model.status import StatusUpdate, UpdateState
from moderation.outbox.precheck import Precheck
from moderation.policy.gate import ADDRESSED_ONLY
from moderation.workflows.draft_text import target_below
from moderation.workflows.issue_threads import IssueThread, language_of, threads_of

SHORT = "status_update_short"
CLOSED = frozenset({"said_gone", "said_locked", "said_banned", "said_forbidden", "target_locked"})
"""Reasons of ended posts after which a thread is not tried again."""
_MOST_TRIED = 5
_SPOKE = (EntryState.SENT.value, EntryState.FOUND.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wording:
    """The texts of one update in one language: whole, and short for platforms with little room; each with its template."""

    whole: str
    whole_template: str
    short: str
    short_template: str


class PlanBroadcast:
    """Makes plans. Nothing leaves by planning: a person approves the plan, and the gateway has the last word on each item."""

    def __init__(
        self,
        ledger: Ledger,
        status: StatusLedger,
        broadcasts: BroadcastLedger,
        precheck: Precheck,
        clock: Clock,
        *,
        opted_out: Callable[[str], bool],
        wording: Mapping[str, PublicWording],
        words: Mapping[str, Mapping[str, str]],
        zone: ZoneInfo,
        base_url: str = "",
        signature: str = "",
    ) -> None:
        self._ledger = ledger
        self._status = status
        self._broadcasts = broadcasts
        self._precheck = precheck
        self._clock = clock
        self._opted_out = opted_out
        self._wording = wording
        self._words = words
        self._zone = zone
        self._base_url = base_url.rstrip("/")
        self._signature = signature

    def plan(self, update_id: int, who: str, *, correct: bool = False) -> Plan:
        """Plan a published update for every thread of its issue, one item a thread, and keep the plan.

        `correct`: where our post about the corrected update can be changed, it is; elsewhere the correction follows in the same thread.
        Raises `NotAllowed` when the update is not published, nobody wrote about the issue, or `correct` has nothing to correct.
        """
        update = self._status.get(update_id)
        if update is None or update.state is not UpdateState.PUBLISHED:
            raise NotAllowed(f"Status update {update_id} is not published; publish it on our own page first.")
        if correct and update.corrects is None:
            raise NotAllowed(f"Status update {update_id} corrects none; draft it with --corrects NUMBER, or plan it without --correct.")
        threads = threads_of(self._ledger, self._ledger.issues.members(update.issue_id))
        there = {thread.key for thread in threads}
        removed = sorted(self._broadcasts.removed_threads(update.issue_id) - there)
        if not (threads or removed):
            raise NotAllowed("Nobody wrote about this in a place where we can answer.")
        told = self._broadcasts.told(update_id)
        earlier = self._broadcasts.told(update.corrects) if correct and update.corrects is not None else {}
        closed = self._broadcasts.refused_threads(CLOSED)
        texts = {language: self._texts(update, language) for language in self._wording}
        items = [self._item(thread, who, texts, told=told, earlier=earlier, closed=closed, update=update) for thread in threads]
        items += [NewItem(target=_bare(key), why="removed") for key in removed]
        return self._broadcasts.add(update_id, update.issue_id, items, correct=correct, who=who, at=self._clock.now())

    def account_at(self, target: Target) -> AccountId:
        """Return the account that would speak at a place. Raises `NotAllowed` when none is connected there."""
        return self._precheck.accounts.for_target(target).account

    def _item(
        self,
        thread: IssueThread,
        who: str,
        texts: Mapping[str, _Wording],
        *,
        told: Mapping[Thread, tuple[int, str, str]],
        earlier: Mapping[Thread, tuple[int, str, str]],
        closed: set[Thread],
        update: StatusUpdate,
    ) -> NewItem:
        """Return the item of one thread: what would be posted, or why nothing is."""
        bare = target_below(thread.head)
        if thread.key in told:
            return NewItem(target=bare, why="told", note=told[thread.key][1])
        if thread.key in closed:
            return NewItem(target=bare, why="closed")
        try:
            account = self._precheck.accounts.for_target(bare)
        except NotAllowed:
            return NewItem(target=bare, why="no_account")
        open_to_us = [one for one in thread.in_order if one.mention.author is None or not self._opted_out(one.mention.author.key)]
        if not open_to_us:
            return NewItem(target=bare, why="opted_out")
        language = language_of(thread, self._ledger, languages=tuple(self._wording))
        text, template, note = _fitting(texts[language], account)
        if note:
            return NewItem(target=bare, account=account.account.name, language=language, why="too_long", note=note)
        _, state, platform_id = earlier.get(thread.key, (0, "", ""))
        edits = platform_id if account.can_edit and state in _SPOKE else ""
        refused: tuple[str, ...] = ()
        for one in open_to_us[:_MOST_TRIED]:
            draft = NewDraft(
                kind=PostKind.STATUS_UPDATE,
                target=target_below(one),
                text=text,
                language=language,
                author=who,
                issue_id=update.issue_id,
                template=template,
                edits=edits,
            )
            rules = self._precheck.refusals(draft, who=who, at=self._clock.now())
            if not rules:
                return _posting(draft, account, short=text != texts[language].whole)
            refused = refused or rules
        why = "not_addressed" if set(refused) <= set(ADDRESSED_ONLY.values()) else "rule"
        return NewItem(target=bare, account=account.account.name, language=language, why=why, note=", ".join(refused))

    def _texts(self, update: StatusUpdate, language: str) -> _Wording:
        """Return the words for threads: the published text, signed, and a short one that points to the status page."""
        words, wording = self._words[language], self._wording[language]
        shown = self._status.of_issue(update.issue_id)
        link = f"{self._base_url}/status/{shown.public_id}" if self._base_url and shown is not None else ""
        state = words["state.no_news" if update.no_news else f"state.{update.status.value}"]
        promise = promise_words(update.next_update_at, words=words, zone=self._zone) if update.next_update_at is not None else ""
        given = {"subject": update.subjects[language], "state": state, "next_update": promise, "link": link}
        return _Wording(
            whole="\n\n".join(part for part in (update.texts[language], self._signature) if part),
            whole_template=update.templates[language],
            short=wording.render(SHORT, given),
            short_template=wording.version(SHORT),
        )


def _fitting(texts: _Wording, account: ConnectedAccount) -> tuple[str, str, str]:
    """Return the longest wording that fits with its template; or both figures of the short one when not even that does."""
    if length(texts.whole, account.limits) <= account.limits.most:
        return texts.whole, texts.whole_template, ""
    counted = length(texts.short, account.limits)
    if counted <= account.limits.most:
        return texts.short, texts.short_template, ""
    return "", "", f"{counted} / {account.limits.most} {account.limits.counts}"


def _posting(draft: NewDraft, account: ConnectedAccount, *, short: bool) -> NewItem:
    return NewItem(
        target=draft.target,
        account=account.account.name,
        account_key=account.account.key,
        language=draft.language,
        text=draft.text,
        template=draft.template,
        short=short,
        edits=draft.edits,
    )


def _bare(thread: Thread) -> Target:
    platform, realm, thread_id = thread
    return Target(platform=platform, realm=realm, thread_id=thread_id)


def done_at(plan: Plan, *, used_hour: int, used_day: int, most_per_hour: int, most_per_day: int, now: datetime) -> datetime | None:
    """Return about when the last item would be out under the caps; None when a cap of 0 lets nothing leave. Pure.

    used_hour, used_day: posts under these caps within the last hour and day.
    """
    waiting = len(plan.to_post)
    if not waiting:
        return now
    if not (most_per_hour and most_per_day):
        return None
    hours = max(0, -(-(used_hour + waiting) // most_per_hour) - 1)
    days = max(0, -(-(used_day + waiting) // most_per_day) - 1)
    return now + max(timedelta(hours=hours), timedelta(days=days))
