"""Hand out links to the feedback pages: one for one person, once; or one for a thread, where everybody who opens it gets a form."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.feedback import FeedbackLedger
from moderation.model.feedback import Asked, Invite, LinkUse, NewInvite
from moderation.model.link_token import RANDOM_BYTES, read_token, token_hash, written_token

PATHS = {LinkUse.FORM: "f", LinkUse.THREAD: "f/all", LinkUse.REVIEWS: "f/done"}
"""Paths of the public pages by use; the token follows. Forms are sent below /f/ only."""


class FeedbackLinks:
    """Makes signed links and reads them back. What is kept of one is the hash of its secret, never the link."""

    def __init__(
        self,
        ledger: FeedbackLedger,
        clock: Clock,
        *,
        key: bytes,
        base_url: str,
        valid: timedelta = timedelta(days=30),
        thread_valid: timedelta = timedelta(days=400),
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._key = key
        self._base = base_url.rstrip("/")
        self._valid = {LinkUse.FORM: valid, LinkUse.REVIEWS: valid, LinkUse.THREAD: thread_valid}
        self._random = random

    def personal(
        self, conversation_id: int, *, issue_id: int | None = None, channel: str = "", language: str = "nl", by_hand: bool = False
    ) -> str:
        """Return a link for the customer of one conversation: it opens the questions until they are answered or it expires.

        `by_hand`: a person hands it over, so the customer counts as asked from now on; a posted one counts once its post left.
        Raises `NotAllowed` when public.base_url is not set, or there is no such conversation.
        """
        self._must_exist(conversation_id)
        return self._made(LinkUse.FORM, Asked.WITHIN_FEEDBACK, conversation_id, issue_id, channel, language, by_hand=by_hand)

    def bare(
        self, conversation_id: int, *, issue_id: int | None = None, channel: str = "", language: str = "nl", by_hand: bool = False
    ) -> str:
        """Return a link for one customer that leads to the review links alone, with no questions before them. Raises as `personal` does."""
        self._must_exist(conversation_id)
        return self._made(LinkUse.REVIEWS, Asked.BARE, conversation_id, issue_id, channel, language, by_hand=by_hand)

    def open(self, issue_id: int | None, channel: str, language: str) -> str:
        """Return a link for a thread or a footer: many people may open it, and each who begins gets a one-time form.

        Raises `NotAllowed` when public.base_url is not set.
        """
        return self._made(LinkUse.THREAD, Asked.WITHIN_FEEDBACK, None, issue_id, channel, language)

    def find(self, written: str, use: LinkUse) -> tuple[Invite, bytes] | None:
        """Return the invitation behind a token with its random part; None when we did not make it for this use.

        Whether it expired or was used is for the caller to look at.
        """
        random = read_token(written, use.value, key=self._key)
        if random is None:
            return None
        found = self._ledger.invite(token_hash(random))
        return None if found is None else (found, random)

    def begin(self, thread: Invite) -> str:
        """Return the token of a new one-time form, for somebody who opened a thread's link and chose to begin."""
        random = self._random(RANDOM_BYTES)
        now = self._clock.now()
        self._ledger.add_invite(
            NewInvite(
                token_hash=token_hash(random),
                use=LinkUse.FORM,
                asked=thread.asked,
                channel=thread.channel,
                language=thread.language,
                made_at=now,
                expires_at=min(now + self._valid[LinkUse.FORM], max(thread.expires_at, now + timedelta(hours=1))),
                issue_id=thread.issue_id,
                from_invite_id=thread.invite_id,
            )
        )
        return self.written(random, LinkUse.FORM)

    def written(self, random: bytes, use: LinkUse) -> str:
        """Return the token of `use` that belongs to the same invitation."""
        return written_token(random, use.value, key=self._key)

    def _made(
        self,
        use: LinkUse,
        asked: Asked,
        conversation_id: int | None,
        issue_id: int | None,
        channel: str,
        language: str,
        *,
        by_hand: bool = False,
    ) -> str:
        if not self._base:
            raise NotAllowed("Links for customers need an address: set public.base_url in klankbord.yaml.")
        random = self._random(RANDOM_BYTES)
        now = self._clock.now()
        self._ledger.add_invite(
            NewInvite(
                token_hash=token_hash(random),
                use=use,
                asked=asked,
                channel=channel,
                language=language,
                made_at=now,
                expires_at=now + self._valid[use],
                conversation_id=conversation_id,
                issue_id=issue_id,
                by_hand=by_hand,
            )
        )
        return f"{self._base}/{PATHS[use]}/{self.written(random, use)}"

    def _must_exist(self, conversation_id: int) -> None:
        if not self._ledger.has_conversation(conversation_id):
            raise NotAllowed(f"There is no conversation {conversation_id}.")
