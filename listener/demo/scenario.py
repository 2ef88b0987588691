"""The whole fortnight: every post, edit and removal in order, and what was planted in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from listener.demo.aftermath import changes, copies
from listener.demo.chance import stream
from listener.demo.drafts import Draft, Drafting
from listener.demo.identity import Identities
from listener.demo.plan import DAYS, FAIL_WAVE, ISSUE_PLANS, IssuePlan, Volumes
from listener.demo.rhythm import HOME_ZONE
from listener.demo.texts import DemoTexts
from listener.model.mention import Mention, MentionKey, Removal


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEvent:
    """Something a simulated platform shows from `at` on. `mention` is set for posts and edits, `removal` for removals.

    `subject` is what a post is about, for scoring and tests only: an issue's key, `chatter/<topic>`, compliment, idea, spam, elsewhere.
    """

    at: datetime
    source_id: str
    kind: Literal["post", "edit", "removal"]
    subject: str
    mention: Mention | None = None
    removal: Removal | None = None

    @property
    def key(self) -> MentionKey:
        shown = self.mention or self.removal
        if shown is None:
            raise ValueError("an event shows a mention or a removal")
        return shown.key


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedIssue:
    """An issue that the scenario holds, so that what was found can be compared with it.

    `titles` by language. `posted_at` are the moments of all posts about it, in order, `mention_keys` the posts that are still
    there at the end. `fifth_post_at` is when five posts about it had been written.
    """

    key: str
    titles: Mapping[str, str]
    kind: str
    onset: datetime
    fifth_post_at: datetime
    posted_at: tuple[datetime, ...]
    mention_keys: tuple[MentionKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """An invented fortnight. `events` are in order of time and lie in [start, end]."""

    start: datetime
    end: datetime
    days: int
    events: tuple[DemoEvent, ...]
    planted: tuple[PlantedIssue, ...]


def build_scenario(texts: DemoTexts, *, start: datetime, seed: int = 7, volumes: Volumes | None = None) -> Scenario:
    """Return the scenario that begins at `start` (aware; midnight in the Netherlands fits best) and lasts 14 days.

    The same texts, start and seed give an equal scenario. Issues come up at fixed wall-clock times of whole Dutch days after the
    start. Raises ValueError for a start without time zone.
    """
    if start.tzinfo is None:
        raise ValueError("start needs a time zone")
    volumes = volumes or Volumes()
    start = start.astimezone(UTC).replace(microsecond=0)
    end = start + timedelta(days=DAYS)
    onsets = {plan.key: _onset(plan, start) for plan in ISSUE_PLANS}
    drafts = _drafts(texts, start, end, seed, volumes, onsets)
    identities = Identities(stream(seed, "identities"))
    posted = [(draft, identities.mention(draft)) for draft in drafts]
    changed = changes(
        [(draft.person.language, mention) for draft, mention in posted if draft.subject not in {"spam", "elsewhere"}],
        edits=volumes.edits,
        removals=volumes.removals,
        languages=texts.languages,
        end=end,
        rng=stream(seed, "changes"),
    )
    about = {mention.key: (draft.subject, draft.place.source_id) for draft, mention in posted}
    events = [
        DemoEvent(at=mention.posted_at, source_id=draft.place.source_id, kind="post", subject=draft.subject, mention=mention)
        for draft, mention in posted
    ]
    for at, mention in changed.edited:
        subject, source_id = about[mention.key]
        events.append(DemoEvent(at=at, source_id=source_id, kind="edit", subject=subject, mention=mention))
    for at, removal in changed.removed:
        subject, source_id = about[removal.key]
        events.append(DemoEvent(at=at, source_id=source_id, kind="removal", subject=subject, removal=removal))
    events.sort(key=lambda event: event.at)  # stable: posts of one second keep their order, changes come after
    gone = {removal.key for _, removal in changed.removed}
    planted = tuple(_planted(plan, texts, onsets[plan.key], events, gone) for plan in ISSUE_PLANS)
    return Scenario(start=start, end=end, days=DAYS, events=tuple(events), planted=planted)


def _drafts(texts: DemoTexts, start: datetime, end: datetime, seed: int, volumes: Volumes, onsets: Mapping[str, datetime]) -> list[Draft]:
    drafting = Drafting(texts, seed, volumes)
    drafts = drafting.chatter(start, end)
    for subject, count in (
        ("compliment", volumes.compliments),
        ("idea", volumes.ideas),
        ("spam", volumes.spam),
        ("elsewhere", volumes.elsewhere),
    ):
        drafts += drafting.voices(subject, count, start, end)
    for plan in ISSUE_PLANS:
        drafts += drafting.issue(plan, onsets[plan.key], end)
    drafts += drafting.issue(FAIL_WAVE, _onset(FAIL_WAVE, start), end, fail=True)
    drafts += copies(sorted(drafts, key=lambda draft: draft.at), volumes.copies, drafting.people, end, stream(seed, "copies"))
    return sorted(drafts, key=lambda draft: draft.at)


def _onset(plan: IssuePlan, start: datetime) -> datetime:
    """Return the wall-clock moment of `plan` counted from the first Dutch midnight at or after `start`."""
    local = start.astimezone(HOME_ZONE)
    first = local.date() if local.time() == time.min else local.date() + timedelta(days=1)
    day = first + timedelta(days=plan.day)
    return datetime.combine(day, time(plan.hour, plan.minute), HOME_ZONE).astimezone(UTC)


def _planted(plan: IssuePlan, texts: DemoTexts, onset: datetime, events: list[DemoEvent], gone: set[MentionKey]) -> PlantedIssue:
    posts = [event for event in events if event.kind == "post" and event.subject == plan.key]
    return PlantedIssue(
        key=plan.key,
        titles={name: language.issues[plan.key].title for name, language in texts.languages.items()},
        kind=plan.kind,
        onset=onset,
        fifth_post_at=posts[4].at,
        posted_at=tuple(event.at for event in posts),
        mention_keys=tuple(event.key for event in posts if event.key not in gone),
    )
