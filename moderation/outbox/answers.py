"""What a platform's answer to one request says about it. Pure."""

from __future__ import annotations

from datetime import timedelta

from listener.errors import NotSent, PublishRejected, PublishUnknown, RateLimited, SourceRefused
from moderation.model.outbox import EntryState, Outcome
from moderation.model.post import Accepted
from moderation.outbox.account_rest import REFUSED_REST, wait_of

NOT_SENT_WAIT = timedelta(minutes=1)
MOST_TRIES = 5
WHYS = frozenset({"gone", "locked", "shared", "banned", "forbidden", "invalid", "too_long"})
"""Values of `PublishRejected.why` with words of their own."""


def accepted_as(accepted: Accepted) -> Outcome:
    """Return what an accepting answer means; without an id it cannot be trusted."""
    if not accepted.platform_id:
        return Outcome(state=EntryState.UNKNOWN, reason="unclear_answer", note="accepted without an id")
    return Outcome(state=EntryState.SENT, platform_id=accepted.platform_id, url=accepted.url)


def failed_as(error: Exception, *, attempt: int) -> Outcome:
    """Return what an error of the attempt with this number means.

    Whatever is not a clear yes or a clear no is unknown, and is never a reason to send again. A platform that asks to wait may ask as
    often as it likes until the approval expires; what never leaves this machine is given up after five tries.
    """
    match error:
        case PublishRejected() as refusal:
            return Outcome(state=EntryState.REFUSED, reason=_said_no(refusal), note=str(refusal))
        case RateLimited() as limit:
            return Outcome(state=EntryState.PROVEN_ABSENT, reason="rate_limited", wait=wait_of(limit))
        case SourceRefused() as refused:
            return Outcome(state=EntryState.PROVEN_ABSENT, reason="account_refused", note=str(refused), wait=REFUSED_REST)
        case NotSent() as failure if attempt >= MOST_TRIES:
            return Outcome(state=EntryState.REFUSED, reason="not_sent", note=str(failure))
        case NotSent() as failure:
            return Outcome(state=EntryState.PROVEN_ABSENT, reason="not_sent", note=str(failure), wait=NOT_SENT_WAIT)
        case TimeoutError():
            return Outcome(state=EntryState.UNKNOWN, reason="no_answer")
        case PublishUnknown() as unknown:
            return Outcome(state=EntryState.UNKNOWN, reason="unclear_answer", note=str(unknown))
    # a publisher's own mistake says nothing about what the platform accepted
    return Outcome(state=EntryState.UNKNOWN, reason="unclear_answer", note=type(error).__name__)


def _said_no(refusal: PublishRejected) -> str:
    return f"said_{refusal.why}" if refusal.why in WHYS else "platform_said_no"
