"""What somebody does with a feedback link: look, answer a page, go on later, and go to a review site if they like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from listener.ports import Clock
from moderation.ledger.feedback import FeedbackLedger
from moderation.model.feedback import STEPS, TELL, Asked, Invite, LinkUse, accepted
from moderation.workflows.feedback_links import FeedbackLinks


class Closed(StrEnum):
    """Why a link does not open. `unknown`: we did not make it, for this use."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLink:
    """A site where anybody may write a review. `slug` names it in our own address."""

    slug: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """A form that may be answered: its pages of questions, what was answered so far, and the page to go on with (from 0)."""

    language: str
    steps: tuple[tuple[str, ...], ...]
    answers: Mapping[str, str]
    go_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page was kept: `next_step` follows, or, after the last, None and `reviews`, the token of the page with review links."""

    next_step: int | None
    reviews: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """Review links, the same for everybody: nothing that somebody answered is in it. `asked` tells whether questions came before."""

    language: str
    asked: Asked
    links: tuple[ReviewLink, ...]


class FeedbackForms:
    """The public side of feedback. Reading never changes anything, so that a link preview answers for nobody."""

    def __init__(self, links: FeedbackLinks, ledger: FeedbackLedger, clock: Clock, *, review_links: Sequence[ReviewLink] = ()) -> None:
        self._links = links
        self._ledger = ledger
        self._clock = clock
        self._reviews = tuple(review_links)

    def look(self, token: str) -> OpenForm | Closed:
        """Return the form behind a token, or why there is none."""
        found = self._usable(token, LinkUse.FORM)
        if isinstance(found, Closed):
            return found
        invite, _ = found
        steps, answers = _steps_for(invite), self._ledger.answers(invite.invite_id)
        go_on = next((n for n, step in enumerate(steps) if not any(question in answers for question in step)), len(steps) - 1)
        return OpenForm(language=invite.language, steps=steps, answers=answers, go_on=go_on)

    def answer(self, token: str, step: int, given: Mapping[str, str]) -> Kept | Closed:
        """Keep what one page was answered; the last page ends the link. Sent twice, it is kept once. What is no answer is left out."""
        found = self._usable(token, LinkUse.FORM)
        if isinstance(found, Closed):
            return found
        invite, random = found
        steps = _steps_for(invite)
        step = min(max(step, 0), len(steps) - 1)
        last = step == len(steps) - 1
        read = {question: accepted(question, given[question]) for question in steps[step] if question in given}
        answers = {question: value for question, value in read.items() if value is not None}
        if not self._ledger.keep(invite.invite_id, answers, at=self._clock.now(), last=last):
            return self._why_closed(token)
        return Kept(next_step=None, reviews=self._links.written(random, LinkUse.REVIEWS)) if last else Kept(next_step=step + 1)

    def thread(self, token: str) -> Invite | Closed:
        """Return a thread's link, or why it does not open."""
        found = self._usable(token, LinkUse.THREAD)
        return found if isinstance(found, Closed) else found[0]

    def begin(self, token: str) -> str | Closed:
        """Return the token of a form of one's own, for somebody who opened a thread's link and presses begin."""
        found = self.thread(token)
        return found if isinstance(found, Closed) else self._links.begin(found)

    def reviews(self, token: str) -> ReviewPage | Closed:
        """Return the page with review links; it may be opened again. It knows nothing of what was answered."""
        found = self._usable(token, LinkUse.REVIEWS)
        if isinstance(found, Closed):
            return found
        return ReviewPage(language=found[0].language, asked=found[0].asked, links=self._reviews)

    def reviews_after(self, token: str) -> str:
        """Return the token of the page with review links that belongs to a form's token; empty when we did not make that."""
        found = self._links.find(token, LinkUse.FORM)
        return "" if found is None else self._links.written(found[1], LinkUse.REVIEWS)

    def go_to_review(self, token: str, slug: str, *, count: bool = True) -> str | Closed:
        """Return the address of a configured review site, and note that somebody went there. No other address ever comes out."""
        found = self._usable(token, LinkUse.REVIEWS)
        if isinstance(found, Closed):
            return found
        link = next((one for one in self._reviews if one.slug == slug), None)
        if link is None:
            return Closed.UNKNOWN
        if count:
            self._ledger.click(found[0].invite_id, link.slug, at=self._clock.now())
        return link.url

    def _usable(self, token: str, use: LinkUse) -> tuple[Invite, bytes] | Closed:
        found = self._links.find(token, use)
        if found is None:
            return Closed.UNKNOWN
        invite = found[0]
        if use is not LinkUse.REVIEWS and invite.used_at is not None:
            return Closed.USED
        return Closed.EXPIRED if invite.expires_at <= self._clock.now() else found

    def _why_closed(self, token: str) -> Closed:
        found = self._usable(token, LinkUse.FORM)
        return found if isinstance(found, Closed) else Closed.USED


def _steps_for(invite: Invite) -> tuple[tuple[str, ...], ...]:
    """Return the pages for one person. Whom we could not find again is not asked whether we may."""
    if invite.conversation_id is not None:
        return STEPS
    return tuple(tuple(question for question in step if question != TELL) for step in STEPS)
