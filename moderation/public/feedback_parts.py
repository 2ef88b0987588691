"""What the feedback pages are fed with: the methods of `FeedbackForms`, and how many tries one client has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from moderation.model.feedback import Invite
from moderation.public.limiter import Limiter
from moderation.workflows.give_feedback import Closed, FeedbackForms, Kept, OpenForm, ReviewPage

MOST_WRONG, WRONG_SECONDS = 30, 600.0
MOST_BEGUN, BEGUN_SECONDS = 20, 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackParts:
    """What the feedback pages ask of the rest of the product: the methods of `FeedbackForms`. Every callable may block.

    `wrong` counts links that we did not make, `begun` forms begun from a thread's link, per client.
    """

    look: Callable[[str], OpenForm | Closed]
    answer: Callable[[str, int, Mapping[str, str]], Kept | Closed]
    thread: Callable[[str], Invite | Closed]
    begin: Callable[[str], str | Closed]
    reviews: Callable[[str], ReviewPage | Closed]
    reviews_after: Callable[[str], str]
    go_to_review: Callable[..., str | Closed]
    wrong: Limiter = field(default_factory=lambda: Limiter(most=MOST_WRONG, window_seconds=WRONG_SECONDS))
    begun: Limiter = field(default_factory=lambda: Limiter(most=MOST_BEGUN, window_seconds=BEGUN_SECONDS))


def feedback_parts(forms: FeedbackForms) -> FeedbackParts:
    """Return the pages' parts over the forms of an open home."""
    return FeedbackParts(
        look=forms.look,
        answer=forms.answer,
        thread=forms.thread,
        begin=forms.begin,
        reviews=forms.reviews,
        reviews_after=forms.reviews_after,
        go_to_review=forms.go_to_review,
    )
