"""An issue people write about, and status updates about it: what the tests of public status start from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from listener.model.analysis import Analysis, AnalysisStep
from listener.model.issue import Membership, NewIssue
from moderation.model.status import IssueStatus, StatusUpdate
from tests.fakes.desk import Desk, mention

SUBJECTS = {"nl": "de storing in Zuid", "en": "the outage in the south"}
INVESTIGATING = {
    "nl": {
        "known": "Sinds vanochtend valt de stroom weg in Zuid.",
        "doing": "Monteurs zoeken de oorzaak.",
        "apology": "Sorry voor de overlast.",
    },
    "en": {"known": "Power has been failing in the south since this morning.", "doing": "Engineers are looking for the cause."},
}
RESOLVED = {"nl": {"fix": "De kabel is gerepareerd."}, "en": {"fix": "The cable was repaired."}}


def issue_of(desk: Desk, ids: list[int], *, languages: Mapping[int, str] | None = None) -> int:
    """Put mentions into a new issue and return its id; each is Dutch unless `languages` says otherwise."""
    at = desk.clock.now()
    spoken = languages or {}
    step = AnalysisStep(
        at=at,
        analyses=tuple(
            Analysis(mention_id=one, revision=0, language=spoken.get(one, "nl"), card_id=one, text_hash=f"h{one}") for one in ids
        ),
        new_issues=(NewIssue(temporary_id=-1, title="stroom weg zuid", created_at=at),),
        memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in ids),
    )
    return desk.ledger.analyses.save(step)[-1]


def heard(desk: Desk, threads: int, *, platforms: tuple[str, ...] = ("feed",)) -> list[int]:
    """Let one message come in in each of so many threads, taking turns over the platforms; each speaks to the brand."""
    return desk.hear(
        *(
            mention(
                f"{number}", platform=platforms[number % len(platforms)], realm=f"{platforms[number % len(platforms)]}.example", author=None
            )
            for number in range(threads)
        )
    )


def drafted(desk: Desk, issue: int, *, due: datetime | None = None, who: str = "carla", corrects: int | None = None) -> StatusUpdate:
    """Keep the draft of "we are finding out", with a promise two hours ahead."""
    promised = due or desk.clock.now() + timedelta(hours=2)
    return desk.status.publish.draft(
        issue, IssueStatus.INVESTIGATING, INVESTIGATING, who, subjects=SUBJECTS, next_update_at=promised, corrects=corrects
    )


def published(desk: Desk, issue: int, *, due: datetime | None = None, corrects: int | None = None) -> StatusUpdate:
    """Publish it on our own page."""
    return desk.status.publish.publish(drafted(desk, issue, due=due, corrects=corrects).update_id, "carla")


def resolved(desk: Desk, issue: int) -> StatusUpdate:
    """Publish that it is solved."""
    draft = desk.status.publish.draft(issue, IssueStatus.RESOLVED, RESOLVED, "carla", subjects=SUBJECTS)
    return desk.status.publish.publish(draft.update_id, "carla")
