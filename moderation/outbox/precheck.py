"""The policy gate asked early, so that an agent hears no before pressing Send; the gateway asks it again just before each send."""

from __future__ import annotations

from datetime import datetime

from listener.errors import NotAllowed
from moderation.ledger.counts import SendCounts
from moderation.model.outbox import Draft, NewDraft, OutboxEntry, post_of
from moderation.model.policy import House, Policy, Question, TargetNow
from moderation.outbox.accounts import Accounts
from moderation.outbox.same_text import text_key
from moderation.outbox.target_look import look_at
from moderation.policy.gate import check, words_of
from moderation.ports import Mentions


class Precheck:
    """Asks what the gateway will ask, about a draft. Caps are no reason to refuse a draft: they pass by themselves."""

    def __init__(
        self, counts: SendCounts, mentions: Mentions, accounts: Accounts, policy: Policy, house: House, *, language: str = "en"
    ) -> None:
        self._counts = counts
        self._mentions = mentions
        self.accounts = accounts
        self.policy = policy
        self._house = house
        self._language = language

    def must_pass(self, draft: Draft | NewDraft, *, who: str, at: datetime, standing: bool = False) -> None:
        """Raise `NotAllowed` with the words of every rule that would refuse this draft now."""
        if refused := self.refusals(draft, who=who, at=at, standing=standing):
            raise NotAllowed(" ".join(words_of(rule, self.policy, self._language) for rule in refused), rules=refused)

    def refusals(self, draft: Draft | NewDraft, *, who: str, at: datetime, standing: bool = False) -> tuple[str, ...]:
        """Return the names of those rules."""
        ours = self.accounts.for_target(draft.target).account
        facts = self._counts.facts(account=ours, target=draft.target, text_key=text_key(draft.text), who=who, standing=standing, at=at)
        question = Question(post=post_of(draft, ours), whoami=ours, target=self._look(draft), facts=facts)
        return check(question, self.policy, self._house).refused

    def held(self, entry: OutboxEntry, *, at: datetime) -> str:
        """Return the name of the cap that holds an approved entry now, or an empty string."""
        facts = self._counts.facts(
            account=entry.post.account,
            target=entry.post.target,
            text_key=entry.text_key,
            who=entry.approved_by,
            standing=entry.standing_id is not None,
            at=at,
            leave_out=entry.entry_id,
        )
        question = Question(post=entry.post, whoami=entry.post.account, target=look_at(self._mentions, entry.post.target), facts=facts)
        return next(iter(check(question, self.policy, self._house).held), "")

    def refuse(self, rule: str, **found: str) -> NotAllowed:
        """Return the error that refuses by `rule`, in its words."""
        return NotAllowed(words_of(rule, self.policy, self._language).format(**found), rules=[rule], fields=found)

    def _look(self, draft: Draft | NewDraft) -> TargetNow:
        return look_at(self._mentions, draft.target)
