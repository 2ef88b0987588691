"""What the ledger has of one account of Discord, by its number: in whichever server it wrote, and linked to a colleague (RULES P14)."""

from __future__ import annotations

from sqlalchemy import Engine, Table, select

from listener.ledger.suppression import SuppressionLedger
from listener.ledger.tables import mention
from listener.ledger.transactions import reading
from moderation.ledger.subject_places import PLACES
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.ledger.subject_who import Theirs, account_of, all_keys
from moderation.ledger.tables import conversation
from moderation.ledger.tables_bot import bot_person
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_leave import consent, opt_out
from moderation.ledger.tables_people import person
from moderation.ledger.tables_subject import subject_request
from moderation.model.discord_user import KeptOfUser
from moderation.model.subject import anywhere
from moderation.model.subject_request import RequestKind

PLATFORM = "discord"

_NAMED: dict[Table, str] = {
    mention: "messages",
    conversation: "conversations",
    opt_out: "opt_outs",
    consent: "consents",
    invitation_event: "decisions",
}
"""Places that are told by name; the rest is counted together."""


class DiscordUserLedger:
    """One account at a time, by its number, which has to be digits only."""

    def __init__(self, engine: Engine, suppression: SuppressionLedger) -> None:
        self._engine = engine
        self._suppression = suppression
        self._requests = SubjectRequestLedger(engine, suppression)

    def kept(self, user_id: str) -> KeptOfUser:
        """Return how much there is of an account, by the same list of places by which an erasure goes."""
        with reading(self._engine) as tx:
            subject = account_of(tx, PLATFORM, user_id, self._suppression.stand_in)
            theirs = Theirs(all_keys(subject))
            counts = dict.fromkeys([*_NAMED.values(), "more"], 0)
            for one in PLACES:
                if one.table not in (subject_request, bot_person):
                    counts[_NAMED.get(one.table, "more")] += one.count(tx, theirs)
            joined = select(person.c.name).join_from(bot_person, person, person.c.person_id == bot_person.c.person_id)
            colleague = tx.execute(joined.where(bot_person.c.discord_id == user_id)).scalar() or ""
            key = anywhere(PLATFORM, user_id)
            out = bool(self._suppression.listed(tx, [key]))
        asked = {one.kind: one.request_id for one in self._requests.open_of(subject.asked_as)}
        return KeptOfUser(
            **counts,
            colleague=colleague,
            out=out,
            copy_asked=RequestKind.ACCESS in asked,
            forgetting=asked.get(RequestKind.ERASE, 0),
        )
