"""What the policy gate asks about a person and about our own posts on a platform, read in one transaction with its other counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from listener.ledger.tables import mention
from listener.model.mention import is_unproven
from moderation.ledger.conditions import may_be_there
from moderation.ledger.tables import outbox
from moderation.ledger.tables_leave import consent, opt_out
from moderation.model.leave import LeaveFacts, consent_channel, person_key
from moderation.model.post import AccountId, Target

PAID_PLATFORMS = frozenset({"x"})
WINDOWED_PLATFORMS = frozenset({"whatsapp"})
"""Where free text depends on when a person last wrote to us; elsewhere nobody looks."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def leave_facts(tx: Connection, *, account: AccountId, target: Target, at: datetime, leave_out: int = 0) -> LeaveFacts:
    """Return the facts about one post from `account` to `target`; the entry `leave_out` itself is never among what is counted."""
    answered = _answered(tx, target.mention_id) if target.mention_id else None
    direct = person_key(target.platform, target.realm, target.person)
    keys = tuple(dict.fromkeys(key for key in (answered.author_key if answered else "", direct) if key))
    facts = LeaveFacts(at=at, person_keys=keys, mention_platform=answered.platform if answered else "")
    if keys:
        opted_out, asked_since = _opt_out(tx, keys, answered)
        facts = replace(
            facts,
            opted_out=opted_out,
            asked_since=asked_since,
            consented=_consented(tx, keys, consent_channel(target.platform)),
            heard_at=tx.execute(_heard(keys, target)).scalar() if target.platform in WINDOWED_PLATFORMS else None,
        )
    if target.platform not in PAID_PLATFORMS:
        return facts
    others = or_(outbox.c.account_native_id != account.native_id, outbox.c.account_platform != account.platform)
    return replace(
        facts,
        elsewhere=tuple(tx.execute(_posted(target.platform, at - _WEEK, leave_out).where(others)).scalars()),
        paid_day=tuple(tx.execute(_posted(target.platform, at - _DAY, leave_out)).scalars()),
    )


def _answered(tx: Connection, mention_id: int) -> Any:
    query = select(mention.c.mention_id, mention.c.author_key, mention.c.platform, mention.c.flags, mention.c.posted_at).where(
        mention.c.mention_id == mention_id, mention.c.latest_revision >= 0
    )
    return tx.execute(query).one_or_none()


def _opt_out(tx: Connection, keys: tuple[str, ...], answered: Any) -> tuple[bool, bool]:
    """Say whether an opt-out stands, and whether the answered message is a newer one that does not repeat it.

    One whose sender is unproven is nobody's wish to hear from us again: anybody may write under the name of who asked to be left alone.
    """
    mine = opt_out.c.person_key.in_(keys) & opt_out.c.ended_at.is_(None)
    said = tx.execute(select(opt_out.c.at, opt_out.c.mention_id).where(mine)).all()
    if not said or answered is None or is_unproven(answered.platform, answered.flags):
        return bool(said), False
    newest = max(row.at for row in said)
    repeats = any(row.mention_id == answered.mention_id for row in said)
    return True, bool(answered.posted_at > newest and not repeats)


def _consented(tx: Connection, keys: tuple[str, ...], channel: str) -> bool:
    mine = consent.c.person_key.in_(keys) & (consent.c.channel == channel) & consent.c.withdrawn_at.is_(None)
    return tx.execute(select(func.count()).select_from(consent).where(mine)).scalar_one() > 0


def _heard(keys: tuple[str, ...], target: Target) -> Any:
    here = (mention.c.platform == target.platform) & (mention.c.realm == target.realm) & mention.c.author_key.in_(keys)
    return select(func.max(mention.c.posted_at)).where(here)


def _posted(platform: str, since: datetime, leave_out: int) -> Any:
    return select(outbox.c.text).where(may_be_there(leave_out=leave_out), outbox.c.platform == platform, outbox.c.started_at > since)
