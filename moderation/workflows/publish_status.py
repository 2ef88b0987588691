"""Say in public how an issue stands: worded in both languages from templates, published by the person who presses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.status import StatusLedger
from moderation.messages.render import PublicWording
from moderation.messages.status_words import must_be_fit, promise_words
from moderation.model.status import IssueStatus, NewUpdate, Promise, StatusUpdate, UpdateState

PROMISE_CLOCK = "promise clock"
_LONGEST = timedelta(days=14)
_FILLED_IN = frozenset({"subject", "next_update", "signature"})


class PublishStatus:
    """Drafts and publishes status updates. Publishing puts them on our own page only; threads are told by a broadcast."""

    def __init__(
        self,
        ledger: Ledger,
        status: StatusLedger,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        words: Mapping[str, Mapping[str, str]],
        zone: ZoneInfo,
        ours: Collection[str] = (),
    ) -> None:
        self._ledger = ledger
        self._status = status
        self._clock = clock
        self._wording = wording
        self._words = words
        self._zone = zone
        self._ours = tuple(ours)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._wording)

    def needs(self, status: IssueStatus) -> tuple[frozenset[str], frozenset[str]]:
        """Return the variables that a person must fill in for a status (per language), and those they may."""
        needed, optional = next(iter(self._wording.values())).variables(_template(status.value))
        return needed - _FILLED_IN, optional - _FILLED_IN

    def asks_promise(self, status: IssueStatus) -> bool:
        """Return whether this status has to say when we speak next."""
        needed, _ = next(iter(self._wording.values())).variables(_template(status.value))
        return "next_update" in needed

    def draft(
        self,
        issue_id: int,
        status: IssueStatus,
        variables: Mapping[str, Mapping[str, str]],
        who: str,
        *,
        subjects: Mapping[str, str] | None = None,
        next_update_at: datetime | None = None,
        corrects: int | None = None,
    ) -> StatusUpdate:
        """Keep a draft of a status update in both languages. `variables` are by language, then by name.

        `subjects` (what it is about, per language) fall back to those of the last update. A correction keeps the promise that stands
        unless it makes one. Raises `NotAllowed` when a variable is missing or empty, the status needs a promise and has none, the
        promised moment is not ahead of us, or the text blames or names somebody.
        """
        issue = self._issue(issue_id)
        if corrects is not None:
            self._must_be_published(corrects, issue)
        now = self._clock.now()
        if next_update_at is not None and not now < next_update_at <= now + _LONGEST:
            raise NotAllowed("The next update has to be promised for a moment ahead, within 14 days.")
        if next_update_at is None and self.asks_promise(status):
            raise NotAllowed(f"Say when we speak next: the status {status.value} needs a promise.")
        about = self._subjects(issue, subjects or {})
        texts = {
            language: self._worded(_template(status.value), language, about[language], variables.get(language, {}), next_update_at)
            for language in self._wording
        }
        return self._status.add(
            NewUpdate(
                issue_id=issue,
                status=status,
                subjects=about,
                texts=texts,
                templates={language: one.version(_template(status.value)) for language, one in self._wording.items()},
                made_by=who,
                made_at=now,
                next_update_at=next_update_at,
                corrects=corrects,
            )
        )

    def no_news(self, promise: Promise, *, next_update_at: datetime) -> StatusUpdate | None:
        """Keep the honest draft "no news yet" for a promise, once; None when nothing was published about its issue."""
        shown = self._status.of_issue(promise.issue_id)
        if shown is None:
            return None
        template = _template("no_news")
        texts = {language: self._worded(template, language, shown.subjects[language], {}, next_update_at) for language in self._wording}
        return self._status.add(
            NewUpdate(
                issue_id=promise.issue_id,
                status=shown.status,
                subjects=shown.subjects,
                texts=texts,
                templates={language: one.version(template) for language, one in self._wording.items()},
                made_by=PROMISE_CLOCK,
                made_at=self._clock.now(),
                next_update_at=next_update_at,
                no_news=True,
                for_promise=promise.promise_id,
            )
        )

    def publish(self, update_id: int, who: str) -> StatusUpdate:
        """Put a draft on our own status page: `who` approves exactly these texts by pressing. Pressing again changes nothing.

        Raises `NotAllowed` when nobody presses, there is no such draft, or its promise has gone by meanwhile.
        """
        if not who.strip() or who == PROMISE_CLOCK:
            raise NotAllowed("A person publishes a status update; say who you are with --as NAME.")
        found, now = self.get(update_id), self._clock.now()
        late = found.state is UpdateState.DRAFT and found.next_update_at is not None and found.next_update_at <= now
        if late:
            raise NotAllowed("What this update promises has gone by already; word it again with a new moment.")
        published, _ = self._status.publish(update_id, who=who, at=now)
        return published

    def discard(self, update_id: int, who: str) -> None:
        """Throw a draft away. Raises `NotAllowed` when it is none."""
        if not self._status.discard(update_id, who=who, at=self._clock.now()):
            raise NotAllowed(f"Status update {update_id} is no draft (any more).")

    def get(self, update_id: int) -> StatusUpdate:
        """Return an update. Raises `NotAllowed` when there is none."""
        found = self._status.get(update_id)
        if found is None:
            raise NotAllowed(f"There is no status update {update_id}.")
        return found

    def _issue(self, issue_id: int) -> int:
        issue = self._ledger.issues.get(issue_id)
        if issue is None:
            raise NotAllowed(f"There is no issue {issue_id}.")
        return issue.merged_into or issue_id

    def _must_be_published(self, update_id: int, issue_id: int) -> None:
        found = self.get(update_id)
        if found.state is not UpdateState.PUBLISHED or found.issue_id != issue_id:
            raise NotAllowed(f"Status update {update_id} is not a published update about issue {issue_id}; it cannot be corrected.")

    def _subjects(self, issue_id: int, given: Mapping[str, str]) -> dict[str, str]:
        shown = self._status.of_issue(issue_id)
        known = shown.subjects if shown is not None else {}
        about = {language: (given.get(language, "") or known.get(language, "")).strip() for language in self._wording}
        missing = [language for language, subject in about.items() if not subject]
        if missing:
            raise NotAllowed(
                f"Say what it is about in {' and '.join(missing)}, such as 'the outage in the south': customers read it in both."
            )
        for language, subject in about.items():
            must_be_fit(subject, words=self._words[language], language=language, ours=self._ours)
            if "\n" in subject or len(subject) > 120:
                raise NotAllowed("What it is about fits on one line of at most 120 characters.")
        return about

    def _worded(self, template: str, language: str, subject: str, given: Mapping[str, str], next_update_at: datetime | None) -> str:
        wording, words = self._wording[language], self._words[language]
        needed, optional = wording.variables(template)
        values = {**given, "subject": subject, "signature": ""}
        if next_update_at is not None and "next_update" in needed | optional:
            values["next_update"] = promise_words(next_update_at, words=words, zone=self._zone)
        try:
            text = wording.render(template, values)
        except NotAllowed as error:
            raise NotAllowed(f"{language}: {error}") from error
        must_be_fit(text, words=words, language=language, ours=self._ours)
        return text


def _template(status: str) -> str:
    return f"status_update_{status}"
