"""Answer everybody hit by an issue: one text, a preview for each conversation, and why some get none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.ledger.broadcasts import BroadcastLedger
from moderation.ledger.issue_cases import IssueCaseLedger
from moderation.ledger.status import StatusLedger
from moderation.messages.fill import fill, names_in, public_name
from moderation.messages.length import length
from moderation.messages.render import forgotten_blanks, tidy
from moderation.messages.status_words import promise_words
from moderation.model.broadcast import AffectedCase, NewItem, Plan, PlanKind
from moderation.model.outbox import NewDraft
from moderation.model.person import Person
from moderation.model.post import ConnectedAccount, PostKind
from moderation.model.status import PromiseState
from moderation.model.thread import thread_of
from moderation.outbox.precheck import Precheck
from moderation.policy.gate import ADDRESSED_ONLY
from moderation.workflows.draft_text import must_be_sound, subject_below, target_below, to_answer
from moderation.workflows.issue_threads import mostly

CUSTOMER = "customer"
SIGNATURE = "signature"
NAMES = (CUSTOMER, "issue", "status", "next_update", SIGNATURE)
"""What an answer to many may name: all are known from the issue, but `customer`, who is another one in each conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A waiting case of an issue with the message that an answer would stand below, and its language of those we speak."""

    case: AffectedCase
    asked: StoredMention
    language: str


class PlanAnswers:
    """Makes plans that answer cases. Nothing leaves by planning: each conversation is chosen singly, and a person approves the plan."""

    def __init__(
        self,
        ledger: Ledger,
        cases: IssueCaseLedger,
        status: StatusLedger,
        broadcasts: BroadcastLedger,
        precheck: Precheck,
        clock: Clock,
        *,
        opted_out: Callable[[str], bool],
        words: Mapping[str, Mapping[str, str]],
        zone: ZoneInfo,
        signature: str = "",
    ) -> None:
        self._ledger = ledger
        self._cases = cases
        self._status = status
        self._broadcasts = broadcasts
        self._precheck = precheck
        self._clock = clock
        self._opted_out = opted_out
        self._words = words
        self._zone = zone
        self._signature = signature

    def affected(self, issue_id: int, *, person: Person | None = None) -> tuple[Affected, ...]:
        """Return the cases that wait for an answer about an issue, by id; those of brands that `person` does not see are left out."""
        cases = self._waiting(issue_id, person)
        numbers = {number for one in cases for number in one.mention_ids}
        stored = {one.mention_id: one for one in self._ledger.mentions.by_ids(numbers)}
        spoken = self._ledger.analyses.languages(numbers)
        return tuple(self._affected(one, [stored[number] for number in one.mention_ids if number in stored], spoken) for one in cases)

    def affected_count(self, issue_id: int, *, person: Person | None = None) -> int:
        """Return how many cases `affected` would give, without reading what they say."""
        return len(self._waiting(issue_id, person))

    def plans(self, issue_id: int) -> list[Plan]:
        """Return the plans that answer cases of an issue, newest first."""
        return self._broadcasts.plans(issue_id=issue_id, kind=PlanKind.ANSWER)

    def plan(self, issue_id: int, case_ids: Collection[int], texts: Mapping[str, str], who: str, *, person: Person | None = None) -> Plan:
        """Plan one answer for these cases and keep the plan, one item a conversation. `texts`: words per language, signed here.

        Raises `NotAllowed` when nobody is named, no case is chosen, there are no words, or they name what is not known.
        """
        items = self.items(issue_id, case_ids, texts, who, person=person)
        return self._broadcasts.add(0, issue_id, items, correct=False, who=who, at=self._clock.now())

    def items(
        self, issue_id: int, case_ids: Collection[int], texts: Mapping[str, str], who: str, *, person: Person | None = None
    ) -> list[NewItem]:
        """Return what `plan` would keep, one item a conversation, and keep nothing. Raises as `plan` does."""
        if not who.strip():
            raise NotAllowed("Only a person can plan an answer; say who you are with --as NAME.")
        said = {language: kept for language, text in texts.items() if language in self._words and (kept := tidy(text))}
        if not said:
            raise NotAllowed("Write the answer, in at least one language.", key="answer_words")
        given = {language: self._given(issue_id, language, text) for language, text in said.items()}
        chosen = [one for one in self.affected(issue_id, person=person) if one.case.case_id in set(case_ids)]
        if not chosen:
            raise NotAllowed("None of these conversations waits for an answer any more; open the page again.", key="answer_none")
        items: dict[tuple[str, str, str], NewItem] = {}
        for one in chosen:  # one thread is answered once, also when two brands have a case in it
            items.setdefault(_thread_of(one), self._item(one, who, said, given, issue_id))
        return list(items.values())

    def _waiting(self, issue_id: int, person: Person | None) -> list[AffectedCase]:
        return [one for one in self._cases.waiting(issue_id) if person is None or person.sees([one.brand])]

    def _affected(self, case: AffectedCase, messages: Sequence[StoredMention], spoken: Mapping[int, str]) -> Affected:
        said = [spoken[one.mention_id] for one in messages if one.mention_id in spoken]
        return Affected(case=case, asked=to_answer(messages), language=mostly(said, tuple(self._words)))

    def _given(self, issue_id: int, language: str, text: str) -> dict[str, str]:
        """Return what can be filled in for everybody. Raises `NotAllowed` for what is not known, or has no value now."""
        known = self._known(issue_id, language)
        for name in names_in(text):
            if name != CUSTOMER and name not in known:
                known_names = ", ".join(NAMES)
                raise NotAllowed(
                    f"There is no {{{{ {name} }}}} here; an answer to many may name {known_names}.",
                    key="answer_name",
                    fields={"name": name, "names": known_names},
                )
            if name not in (CUSTOMER, SIGNATURE) and not known[name]:
                raise NotAllowed(
                    f"{{{{ {name} }}}} is not known: nothing was published about this issue. Leave it out, or publish first.",
                    key="answer_unknown",
                    fields={"name": name},
                )
        blanks = forgotten_blanks(fill(text, known | {CUSTOMER: ""}))
        if blanks:
            raise NotAllowed(
                f"The text has a blank that was not filled in: {', '.join(blanks)}.", key="blanks", fields={"found": ", ".join(blanks)}
            )
        return known

    def _known(self, issue_id: int, language: str) -> dict[str, str]:
        issue, public, words = self._ledger.issues.get(issue_id), self._status.of_issue(issue_id), self._words[language]
        promised = [one for one in self._status.promises() if one.issue_id == issue_id and one.state is PromiseState.OPEN]
        return {
            "issue": public.subjects.get(language, "") if public else (issue.title if issue else ""),
            "status": words[f"state.{public.status.value}"] if public else "",
            "next_update": promise_words(promised[-1].due_at, words=words, zone=self._zone) if promised else "",
            SIGNATURE: self._signature,
        }

    def _item(self, one: Affected, who: str, said: Mapping[str, str], given: Mapping[str, Mapping[str, str]], issue_id: int) -> NewItem:
        """Return the item of one conversation: what would be posted, or why nothing is."""
        asked, author = one.asked, one.asked.mention.author
        bare = NewItem(
            target=target_below(asked), case_id=one.case.case_id, language=one.language, seen_mention_id=max(one.case.mention_ids)
        )
        if one.case.holder not in ("", who):
            return replace(bare, why="held", note=one.case.holder)
        try:
            account = self._precheck.accounts.for_target(bare.target)
        except NotAllowed:
            return replace(bare, why="no_account")
        bare = replace(bare, account=account.account.name)
        if one.language not in said:
            return replace(bare, why="no_words")
        if author is not None and self._opted_out(author.key):
            return replace(bare, why="opted_out")
        words, name = said[one.language], public_name(author.name) if author else ""
        if CUSTOMER in names_in(words) and not name:
            return replace(bare, why="no_name")
        text = self._signed(words, {**given[one.language], CUSTOMER: name})
        draft = NewDraft(
            kind=PostKind.ANSWER,
            target=bare.target,
            text=text,
            language=one.language,
            author=who,
            case_id=one.case.case_id,
            issue_id=issue_id,
            title=subject_below(asked),
        )
        return self._checked(draft, bare, account, who)

    def _signed(self, text: str, given: Mapping[str, str]) -> str:
        body = fill(text, given)
        return tidy(body if SIGNATURE in names_in(text) or not self._signature else f"{body}\n\n{self._signature}")

    def _checked(self, draft: NewDraft, bare: NewItem, account: ConnectedAccount, who: str) -> NewItem:
        """Return the item that posts this draft, or one that says which rule forbids it, or by how much it is too long."""
        counted = length(draft.text, account.limits)
        if counted > account.limits.most:
            return replace(bare, why="too_long", note=f"{counted} / {account.limits.most} {account.limits.counts}")
        must_be_sound(draft, self._precheck)
        if refused := self._precheck.refusals(draft, who=who, at=self._clock.now()):
            why = "not_addressed" if set(refused) <= set(ADDRESSED_ONLY.values()) else "rule"
            return replace(bare, why=why, note=", ".join(refused))
        return replace(bare, account_key=account.account.key, text=draft.text, title=draft.title)


def _thread_of(one: Affected) -> tuple[str, str, str]:
    mention = one.asked.mention
    return mention.platform, mention.realm, thread_of(mention)
