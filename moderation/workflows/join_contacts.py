"""Contact moments of one customer: found by explainable evidence, joined by a person, taken apart again by a person."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.ledger.contacts import ContactLedger, Read
from moderation.ledger.joins import JoinLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.thread import Place, ThreadLedger
from moderation.model.conversation import Contact, Evidence, Join, Suggestion
from moderation.triage.contact_signs import JOINING, NEVER_WITHOUT_CONSENT, identity_signs, in_order, name_for_comparing, written_signs

SAME_ISSUE = timedelta(days=7)
LOOK = timedelta(minutes=1)
TIDY = timedelta(minutes=10)
"""How often digests of messages that are gone are dropped; they find nothing meanwhile."""
MOST_SUGGESTED = 10
_AT_ONCE = 500


class ReadSigns:
    """Reads from new messages what may show that two contact moments are one customer's, as digests that nobody can read back."""

    def __init__(self, ledger: Ledger, contacts: ContactLedger, leave: LeaveLedger, clock: Clock, *, key: bytes) -> None:
        self._ledger = ledger
        self._clock = clock
        self._tidied: datetime | None = None
        self._looked: datetime | None = None
        self._contacts = contacts
        self._leave = leave
        self._key = key

    def now_and_then(self, *, soon: bool) -> int:
        """Read when something new is known to be there (`soon`), and once a minute besides: imports and edits open no case."""
        now = self._clock.now()
        if self._looked is None or now - self._looked >= LOOK:
            return self.once()
        return self._once(now, since=self._looked - LOOK) if soon else 0

    def once(self) -> int:
        """Read what was not read yet, and return how many messages that were. Whoever may not be joined is passed over unread."""
        now = self._looked = self._clock.now()
        return self._once(now, since=None)

    def _once(self, now: datetime, *, since: datetime | None) -> int:
        if self._tidied is None or now - self._tidied >= TIDY:
            self._contacts.drop_gone()
            self._tidied = now
        waiting = self._contacts.unread(_AT_ONCE, since=since)
        if not waiting:
            return 0
        found = self._ledger.mentions.by_ids(waiting)
        self._contacts.keep_signs([self._read(one, asked=may_be_joined(one, self._leave)) for one in found])
        return len(found)

    def _read(self, stored: StoredMention, *, asked: bool) -> Read:
        signs = signs_of(stored) if asked else frozenset[tuple[Evidence, str]]()
        digests = frozenset((kind.value, self._digest(kind, value)) for kind, value in signs)
        return Read(mention_id=stored.mention_id, revision=stored.revision, signs=digests)

    def _digest(self, kind: Evidence, value: str) -> str:
        return hmac.new(self._key, f"{kind.value}\x1f{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class Joins:
    """Suggests, joins and takes apart. Nothing is ever joined but by a person's press."""

    def __init__(
        self, ledger: Ledger, threads: ThreadLedger, contacts: ContactLedger, joins: JoinLedger, leave: LeaveLedger, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._threads = threads
        self._contacts = contacts
        self._joins = joins
        self._leave = leave
        self._clock = clock

    def standing(self, conversation_id: int) -> tuple[Join, ...]:
        """Return the joins that stand around a conversation."""
        return tuple(self._joins.around(conversation_id))

    def same_person(self, place: Place) -> tuple[Contact, ...]:
        """Return other conversations and imported moments under the very key of this customer, newest first. Those need no evidence.

        `Contact.unproven` says of which ones only the message itself says that they are this customer's.
        """
        found = self._contacts.of_person([place.author_key], brand=place.brand) if place.author_key else []
        return tuple(one for one in found if one.conversation_id != place.conversation_id)

    def suggestions(self, place: Place) -> tuple[Suggestion, ...]:
        """Return contact moments of others that may be this customer's too, best first, each with why.

        None is computed for somebody on X or Discord without a recorded opt-in, on either side, nor for whoever asked to be left alone.
        """
        if not self._may(place.platform, place.author_key):
            return ()
        mine = self._ledger.mentions.by_ids(self._threads.message_ids([place.conversation_id]))
        found: dict[str, set[Evidence]] = defaultdict(set)
        contacts: dict[str, Contact] = {}
        for contact, evidence in self._by_signs(place, mine):
            contacts[contact.key] = contact
            found[contact.key].add(evidence)
        joined = self._joined(place.conversation_id)
        offered = [
            Suggestion(contact=one, evidence=in_order(dict.fromkeys(found[key], 1)))
            for key, one in contacts.items()
            if key not in joined and one.person_key != place.author_key and self._may(one.platform, one.person_key, channel=one.channel)
        ]
        rank = {"strong": 0, "fair": 1, "weak": 2}
        return tuple(sorted(offered, key=lambda one: (rank[one.fit], -one.contact.at.timestamp(), one.contact.key))[:MOST_SUGGESTED])

    def join(self, case_id: int, conversation_id: int, contact_key: str, by: str) -> Join:
        """Join one of the contact moments that this case's page shows. Raises `NotAllowed` when it shows no such one (any more)."""
        place = self._threads.place(conversation_id)
        if place is None:
            raise NotAllowed(f"There is no case {case_id}.", key="talk_no_case")
        for one in self.suggestions(place):
            if one.contact.key == contact_key:
                return self._joins.join(case_id, one.contact, one.evidence, who=by, at=self._clock.now())
        for same in self.same_person(place):
            if same.key == contact_key:
                return self._joins.join(case_id, same, (), who=by, at=self._clock.now())
        raise NotAllowed("This contact moment is no longer among those that may be joined; look at the case again.", key="talk_not_offered")

    def undo(self, case_id: int, join_id: int, by: str) -> None:
        """Take a join back; everything is as it was before it. Raises `NotAllowed` when it does not stand."""
        self._joins.undo(join_id, case_id, who=by, at=self._clock.now())

    def forget_reading(self, person_key: str) -> None:
        """Drop what was read of a person, after they agreed or stopped agreeing to be joined; it is read anew under what holds now."""
        self._contacts.forget_signs(person_key)

    def _may(self, platform: str, person_key: str, *, channel: str = "") -> bool:
        if person_key and self._leave.opted_out(person_key):
            return False
        if platform not in NEVER_WITHOUT_CONSENT or channel:
            return True
        return bool(person_key) and self._leave.consent(person_key, JOINING) is not None

    def _by_signs(self, place: Place, mine: Collection[StoredMention]) -> Iterable[tuple[Contact, Evidence]]:
        shared = self._contacts.sharing([one.mention_id for one in mine], brand=place.brand)
        if not shared:
            return
        theirs = {one.mention_id: one for one in self._ledger.mentions.by_ids(shared)}
        ours = frozenset[tuple[Evidence, str]]().union(*(signs_of(one) for one in mine))
        contacts = self._contacts.of_mentions(theirs, brand=place.brand)
        about = self._threads.issue_by_message([*theirs, *(one.mention_id for one in mine)])
        issues = {about[one.mention_id] for one in mine if one.mention_id in about}
        latest = max(one.mention.posted_at for one in mine)
        for mention_id, stored in theirs.items():
            if mention_id not in contacts:
                continue
            # what is written now counts, not what was read once: an edit may have taken the number out
            for kind, _ in ours & signs_of(stored):
                near = abs(stored.mention.posted_at - latest) <= SAME_ISSUE and about.get(mention_id) in issues
                if kind.value in shared[mention_id] and (kind is not Evidence.NAME_AND_ISSUE or near):
                    yield contacts[mention_id], kind

    def _joined(self, conversation_id: int) -> frozenset[str]:
        joins = self._joins.around(conversation_id)
        talks = {one for join in joins for one in (join.conversation_id, join.other_conversation_id) if one is not None}
        place = self._threads.place(conversation_id)
        contacts = self._contacts.of_conversations(talks, brand=place.brand) if place and talks else []
        return frozenset(one.key for one in contacts) | {f"moment-{join.mention_id}" for join in joins if join.mention_id}


def signs_of(stored: StoredMention) -> frozenset[tuple[Evidence, str]]:
    """Return what a message shows of whose it is: what is written in it, and how its source names the writer.

    A sender who is unproven names nobody.
    """
    mention = stored.mention
    author = mention.author
    written = written_signs(f"{mention.title}\n{mention.text}")
    if author is None or mention.unproven:
        return written
    name = name_for_comparing(author.name)
    return written | identity_signs(author.native_id, author.name) | ({(Evidence.NAME_AND_ISSUE, name)} if name else set())


def may_be_joined(stored: StoredMention, leave: LeaveLedger) -> bool:
    """Tell whether a message may be looked at for joining at all (RULES "Joining people")."""
    mention = stored.mention
    key = mention.author.key if mention.author else ""
    if key and leave.opted_out(key):
        return False
    if mention.platform not in NEVER_WITHOUT_CONSENT or mention.channel:
        return True
    return bool(key) and leave.consent(key, JOINING) is not None
