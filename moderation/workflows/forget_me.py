"""/forget-me of Discord: whoever presses is who they are, says Discord; noted first, so that nothing between press and end loses it."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from datetime import tzinfo

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.discord_users import PLATFORM, DiscordUserLedger
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.model.discord_user import Forgotten, KeptOfUser
from moderation.model.subject import anywhere
from moderation.model.subject_request import MONTHS, RequestKind, Via, due_at
from moderation.workflows.subjects import Subjects

logger = logging.getLogger(__name__)

THEMSELVES = "the person themselves, by Discord"
"""Who asked, in requests, receipts and the audit log: it names nobody."""
WAIT_SECONDS = 20.0
"""How long an answer waits for the end; after that it tells that it goes on."""


class ForgetMe:
    """For one account of Discord, by its number. An erasure runs in a thread of its own, one at a time."""

    def __init__(self, ledger: Ledger, requests: SubjectRequestLedger, subjects: Subjects, clock: Clock, *, zone: tzinfo) -> None:
        self._users = DiscordUserLedger(ledger.engine, ledger.suppression)
        self._requests = requests
        self._subjects = subjects
        self._clock = clock
        self._zone = zone
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forget-me")

    def kept(self, user_id: str) -> KeptOfUser:
        """Return how much there is of an account, and whether it is read at all."""
        return self._users.kept(user_id)

    def forget(self, user_id: str, *, wait_seconds: float = WAIT_SECONDS) -> Forgotten:
        """Note that somebody wants to be forgotten, and do it. Raises `StoreError` only when it could not even be noted.

        `done` False: it is noted and under way, or is tried again by the service; nobody has to press again.
        """
        return self._noted(RequestKind.ERASE, user_id, wait_seconds)

    def object(self, user_id: str, *, wait_seconds: float = WAIT_SECONDS) -> Forgotten:
        """The same for somebody of whom nothing is kept, and who does not want to be read."""
        return self._noted(RequestKind.OBJECT, user_id, wait_seconds)

    def _noted(self, kind: RequestKind, user_id: str, wait_seconds: float) -> Forgotten:
        now, before = self._clock.now(), self._users.kept(user_id)
        due, person = due_at(now, MONTHS, self._zone), anywhere(PLATFORM, user_id)
        asked = self._requests.add(kind, person, via=Via.DISCORD, received_at=now, due_at=due, by=THEMSELVES, carry_out=True)
        running: Future[int] = self._worker.submit(self._subjects.finish)
        try:
            running.result(timeout=wait_seconds)
        except NotYet:
            logger.info("an erasure takes longer than its answer can wait", extra={"request": asked.request_id})
        except Exception:  # it is noted, and the service goes on trying
            logger.exception("an erasure could not be ended yet", extra={"request": asked.request_id})
        ended = self._requests.get(asked.request_id)
        done = ended is not None and not ended.open
        return Forgotten(
            request_id=asked.request_id,
            done=done,
            messages=before.messages,
            rows=before.others,
            unlinked=kind is RequestKind.ERASE and bool(before.colleague),
        )
