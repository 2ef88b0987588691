"""An invented day at an invented utility for the staff pages: who waits, and people who claim cases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from listener.clock import ManualClock
from listener.errors import AlreadyClaimed
from listener.model.figures import DigestFigures, IssueFigures, SourceCoverage
from listener.model.issue import IssueState, Signal
from moderation.inbox.page_records import CaseDetail, IssueDetail, IssuesNow, QueueEntry
from moderation.inbox.parts import StaffParts
from moderation.inbox.sign_in import SignIn
from tests.fakes.people import sign_in_on
from tests.fakes.staff_figures import COVERAGE, NOW, ZONE, issue_figures, mention_of, quote_of, reason_of, signal_of
from tests.fakes.staff_queue import QueueDay
from tests.fakes.staff_report import report_of_the_day

AGENT = "Fenna de Wit"

CALL_BACK = mention_of(4).text
_IDEA = "Zet in de app een knop ‘ik heb ook geen stroom’, dan zien jullie meteen hoe groot het is."
_PRAISE = "De monteur die gisteren kwam was een topper, alles netjes uitgelegd. Dank @zoemvolt!"

_WAITING: tuple[tuple[str, str, str, float, tuple[str, ...], int, int, int], ...] = (
    ("discord", "Merel", CALL_BACK, 0.94, ("urgent_words", "question", "issue_new"), 96, 3, 1),
    (
        "x",
        "@jorrit_v",
        "Twee keer € 184 afgeschreven @zoemvolt en nu sta ik rood. Krijg ik de kosten van de bank ook terug?",
        0.71,
        ("negative", "question", "follow_up"),
        151,
        2,
        2,
    ),
    (
        "reddit",
        "u/slowkettle",
        "Logged out again. Reinstalled twice, cleared the cache, same thing. Is there a version that works?",
        0.52,
        ("question", "issue"),
        64,
        1,
        3,
    ),
    (
        "mastodon",
        "@sietske@toet.example",
        "Kan ik mijn termijnbedrag ook halverwege het jaar aanpassen, @zoemvolt?",
        0.28,
        ("question",),
        34,
        1,
        0,
    ),
)


@dataclass
class StaffDay:
    """What the pages are told; tests change its fields. `claims` and `releases` list what the pages asked for."""

    issues: tuple[IssueFigures, ...] = field(default_factory=issue_figures)
    coverage: tuple[SourceCoverage, ...] = COVERAGE
    mentions: int = 63
    holders: dict[int, str] = field(default_factory=lambda: {4: "Bram Vos"})
    versions: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, len(_WAITING) + 1), 1))
    claims: list[tuple[int, str, int]] = field(default_factory=list)
    releases: list[tuple[int, str, int]] = field(default_factory=list)
    learning_day: int | None = None

    def now(self) -> IssuesNow:
        return IssuesNow(as_of=NOW, issues=self.issues, learning_day=self.learning_day)

    def issue(self, issue_id: int, offset: int, limit: int) -> IssueDetail | None:
        found = next((issue for issue in self.issues if issue.issue_id == issue_id), None)
        if found is None:
            return None
        shown = tuple(mention_of(number) for number in range(offset, min(offset + limit, self.mentions)))
        earlier = tuple(signal_of(issue_id, seen=18 - n, usual=1.0, hours_ago=20.0 * (n + 1)) for n in range(2))
        signals = ((found.signal,) if found.signal else ()) + (earlier if found.signal else ())
        return IssueDetail(as_of=NOW, figures=found, mentions=shown, mention_count=self.mentions, signals=signals)

    def entry(self, case_id: int) -> QueueEntry | None:
        if not 1 <= case_id <= len(_WAITING):
            return None
        platform, author, text, urgency, why, waits, count, issue_id = _WAITING[case_id - 1]
        opening = mention_of(
            case_id,
            platform=platform,
            author=author,
            text=text,
            directed=True,
            edited=False,
            copies=0,
            url=f"https://{platform}.example/p/{case_id}",
            posted_at=NOW - timedelta(minutes=waits),
        )
        holder = self.holders.get(case_id, "")
        return QueueEntry(
            case_id=case_id,
            version=self.versions[case_id],
            brand="Zoemvolt",
            state="claimed" if holder else "open",
            holder=holder,
            urgency=urgency,
            why=why,
            waiting_since=NOW - timedelta(minutes=waits),
            mention_count=count,
            opening=opening,
            issue_id=issue_id or None,
            issue_title=self.issues[issue_id - 1].title if issue_id else "",
        )

    def queue(self, agent: str) -> list[QueueEntry]:
        return [entry for case_id in self.versions if (entry := self.entry(case_id))]

    def case(self, case_id: int) -> CaseDetail | None:
        entry = self.entry(case_id)
        if entry is None:
            return None
        ours = mention_of(
            30,
            author="Zoemvolt",
            text="Wat vervelend. We zoeken het uit en laten het je vandaag voor vier uur weten. Fenna",
            by_us=True,
            posted_at=NOW - timedelta(minutes=70),
            platform=entry.opening.platform,
            directed=False,
            copies=0,
            edited=False,
            url="",
        )
        again = replace(
            entry.opening, mention_id=180, text="Het is nu kwart voor drie.\n\nHebben jullie al iets?", posted_at=NOW - timedelta(minutes=9)
        )
        thread = (entry.opening, ours, again) if entry.mention_count > 1 else (entry.opening,)
        issue = next((one for one in self.issues if one.issue_id == entry.issue_id), None)
        return CaseDetail(entry=entry, mentions=thread, issue=issue)

    def claim(self, case_id: int, agent: str, version: int) -> None:
        self.claims.append((case_id, agent, version))
        if self.versions[case_id] != version or self.holders.get(case_id):
            raise AlreadyClaimed(f"case {case_id} is held by {self.holders.get(case_id)}")
        self.holders[case_id] = agent
        self.versions[case_id] += 1

    def release(self, case_id: int, agent: str, version: int) -> None:
        self.releases.append((case_id, agent, version))
        if self.versions[case_id] != version or self.holders.get(case_id) != agent:
            raise AlreadyClaimed(f"case {case_id} changed")
        del self.holders[case_id]
        self.versions[case_id] += 1

    def digest(self) -> DigestFigures:
        by_state = {state: tuple(one for one in self.issues if one.state is state) for state in IssueState}
        return DigestFigures(
            brand="Zoemvolt",
            from_at=NOW - timedelta(days=1),
            as_of=NOW,
            mentions=1184,
            authors=871,
            loose=322,
            new=by_state[IssueState.NEW] + by_state[IssueState.CAME_BACK],
            growing=by_state[IssueState.GROWING],
            steady=by_state[IssueState.STEADY],
            fading=by_state[IssueState.FADING],
            ideas=(replace(quote_of(7), text=_IDEA),),
            compliments=(replace(quote_of(8), text=_PRAISE, platform="feed"),),
            idea_count=9,
            compliment_count=14,
            coverage=self.coverage,
            invented=True,
            learning_day=self.learning_day,
        )

    def signals(self, limit: int) -> list[Signal]:
        return [issue.signal for issue in self.issues if issue.signal][:limit]

    def parts(self, *, sign_in: SignIn | None = None, invented: bool = True) -> StaffParts:
        """Everything the pages need, told by this day."""
        return StaffParts(
            clock=ManualClock(NOW),
            zone=ZONE,
            sign_in=sign_in or sign_in_on(ManualClock(NOW)),
            brand="Zoemvolt",
            issues=self.now,
            issue=self.issue,
            queue=QueueDay(self).parts(),
            case=self.case,
            signals=self.signals,
            reason=reason_of,
            digest=self.digest,
            digest_markdown=lambda language: f"# Digest ({language})\n",
            report=report_of_the_day(),
            coverage=lambda: self.coverage,
            invented=invented,
        )
