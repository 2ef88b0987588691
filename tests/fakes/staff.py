"""An invented day at an invented utility for the staff pages: everything a page can show, and people who claim cases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listener.clock import ManualClock
from listener.errors import AlreadyClaimed
from listener.model.figures import DigestFigures, IssueFigures, Quote, SourceCoverage
from listener.model.issue import IssueState, Signal
from moderation.inbox.parts import CaseDetail, IssueDetail, IssuesNow, QueueEntry, ShownMention, StaffParts
from moderation.inbox.sign_in import SignIn

NOW = datetime(2026, 11, 19, 13, 42, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
AGENT = "Fenna de Wit"

# title, state, trend of 14 days, authors, platforms, languages
_ISSUES: tuple[tuple[str, IssueState, tuple[int, ...], int, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "Storing in Velmerdam: al uren geen stroom, geen bericht",
        IssueState.NEW,
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 58, 121),
        163,
        ("x", "mastodon", "feed", "reddit", "discord"),
        ("nl", "en"),
    ),
    ("Dubbel afgeschreven termijnbedrag", IssueState.GROWING, (0, 0, 0, 2, 4, 6, 5, 11, 14, 13, 19, 24, 31, 42), 148, ("x", "feed", "reddit"), ("nl", "en")),
    ("App blijft om inloggen vragen na update 4.2", IssueState.CAME_BACK, (22, 31, 17, 9, 4, 1, 0, 0, 0, 0, 2, 9, 17, 21), 97, ("discord", "reddit"), ("nl", "en")),
    ("Slimme meter geeft hogere stand dan de oude", IssueState.STEADY, (4, 6, 5, 7, 3, 6, 8, 5, 6, 4, 7, 6, 5, 6), 61, ("feed", "x"), ("nl",)),
    ("Wachttijd aan de telefoon", IssueState.STEADY, (3, 2, 5, 4, 3, 1, 2, 4, 5, 3, 2, 4, 3, 3), 40, ("x", "mastodon"), ("nl",)),
    ("Moving house: final bill sent to the old address", IssueState.FADING, (9, 12, 8, 7, 5, 4, 3, 2, 2, 1, 1, 0, 1, 0), 38, ("reddit",), ("en",)),
    ("Laadpaal Stationsplein buiten gebruik", IssueState.RESOLVED, (0, 5, 14, 9, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0), 24, ("x",), ("nl",)),
)

_WORDS: tuple[tuple[str, str, str, str], ...] = (
    ("x", "Vogel 4f2a", "nl", "Al drie uur geen stroom in de Lindelaan @zoemvolt en de storingskaart zegt dat alles werkt. Wanneer horen we iets?"),
    ("feed", "Linde 9c01", "nl", "Hele straat donker sinds kwart over tien. Gebeld: 45 minuten in de wacht en toen werd de verbinding verbroken."),
    ("mastodon", "Egel 77b0", "nl", "Ik snap dat er iets stuk kan gaan, maar laat dan gewoon weten wat er aan de hand is. Stilte is het vervelendste."),
    ("reddit", "Otter 1d3e", "en", "Anyone else in Velmerdam without power? Zoemvolt's outage map shows nothing at all, my freezer disagrees."),
    ("discord", "Merel 20af", "nl", "Hier ook. Buurman heeft een beademingsapparaat op accu, dat houdt het nog een uur of twee. Kan iemand ons terugbellen?"),
)

_WAITING: tuple[tuple[str, str, str, float, tuple[str, ...], int, int, int], ...] = (
    ("discord", "Merel", _WORDS[4][3], 0.94, ("urgent_words", "question", "issue_new"), 96, 3, 1),
    ("x", "@jorrit_v", "Twee keer € 184 afgeschreven @zoemvolt en nu sta ik rood. Krijg ik de kosten van de bank ook terug?", 0.71, ("negative", "question", "follow_up"), 151, 2, 2),
    ("reddit", "u/slowkettle", "Logged out again. Reinstalled twice, cleared the cache, same thing. Is there a version that works?", 0.52, ("question", "issue"), 64, 1, 3),
    ("mastodon", "@sietske@toet.example", "Kan ik mijn termijnbedrag ook halverwege het jaar aanpassen, @zoemvolt?", 0.28, ("question",), 34, 1, 0),
)

COVERAGE: tuple[SourceCoverage, ...] = tuple(
    SourceCoverage(
        source=name, kind=kind, state=state, mentions=mentions, skipped=skipped, last_ok_at=NOW - timedelta(minutes=ago),
        lag_seconds=ago * 60.0, blind_since=NOW - timedelta(minutes=ago) if state == "blind" else None, gaps=gaps, note=note,
    )
    for name, kind, state, mentions, skipped, ago, gaps, note in (
        ("x-search", "x", "ok", 1240, 0, 4, 0, ""),
        ("reddit-search", "reddit", "ok", 611, 2, 9, 0, ""),
        ("mastodon-tag", "mastodon", "waiting", 402, 0, 12, 1, "Asked to wait 4 minutes."),
        ("forum-feed", "feed", "blind", 388, 5, 185, 2, "The feed answers with a web page. Open its address in a browser and look for its feed."),
        ("own-discord", "discord", "ok", 297, 0, 1, 0, ""),
    )
)  # fmt: skip


def signal_of(issue_id: int, *, seen: int, usual: float, hours_ago: float, signal_id: int = 1) -> Signal:
    """A burst on an issue."""
    return Signal(
        kind="burst", issue_id=issue_id, at=NOW - timedelta(hours=hours_ago), seen=seen, usual=usual, p_value=1e-9,
        window_hours=12.0, mention_ids=(11, 12, 13), signal_id=signal_id,
    )  # fmt: skip


def reason_of(signal: Signal, language: str) -> str:
    """The reason as the digest's wording says it."""
    if language == "nl":
        return f"{signal.seen} mensen in {signal.window_hours:.0f} uur, gewoonlijk {signal.usual:.0f}."
    return f"{signal.seen} people in {signal.window_hours:.0f} hours, usually {signal.usual:.0f}."


def quote_of(number: int) -> Quote:
    """One of the invented mentions, as a quote."""
    platform, author, language, text = _WORDS[number % len(_WORDS)]
    return Quote(
        mention_id=100 + number, text=text, author=author, platform=platform, url=f"https://{platform}.example/p/{100 + number}",
        posted_at=NOW - timedelta(minutes=17 * (number + 1)), language=language,
    )  # fmt: skip


def mention_of(number: int, **changes: object) -> ShownMention:
    """One of the invented mentions, as pages show it."""
    quote = quote_of(number)
    shown = ShownMention(
        mention_id=quote.mention_id, platform=quote.platform, realm=f"{quote.platform}.example", author=quote.author, text=quote.text,
        posted_at=quote.posted_at, url=quote.url, language=quote.language, directed=number % 3 == 0, copies=number % 4, edited=number % 7 == 5,
    )  # fmt: skip
    return replace(shown, **changes)  # type: ignore[arg-type]  # the test names real fields


def issue_figures() -> tuple[IssueFigures, ...]:
    """Every invented issue, one per state that matters."""
    return tuple(
        IssueFigures(
            issue_id=at + 1, title=title, state=state, mentions=sum(trend) + 6, authors=authors, cards=int(sum(trend) * 0.8) + 1,
            period_mentions=sum(trend), period_authors=min(authors, sum(trend)), before_mentions=max(0, sum(trend) // 2 - 12),
            first_at=NOW - timedelta(hours=30 if state is IssueState.NEW else 320), last_at=NOW - timedelta(minutes=6 + 40 * at), trend=trend,
            platforms=platforms, languages=languages, brands=("Zoemvolt",), quotes=tuple(quote_of(n) for n in (1, 0, 3)),
            signal=signal_of(at + 1, seen=30 - at * 5, usual=1.0, hours_ago=3.0 + at, signal_id=at + 1) if at < 3 else None,
        )
        for at, (title, state, trend, authors, platforms, languages) in enumerate(_ISSUES)
    )  # fmt: skip


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
        opening = mention_of(case_id, platform=platform, author=author, text=text, directed=True, edited=False, copies=0)
        holder = self.holders.get(case_id, "")
        return QueueEntry(
            case_id=case_id, version=self.versions[case_id], brand="Zoemvolt", state="claimed" if holder else "open", holder=holder,
            urgency=urgency, why=why, waiting_since=NOW - timedelta(minutes=waits), mention_count=count, opening=opening,
            issue_id=issue_id or None, issue_title=self.issues[issue_id - 1].title if issue_id else "",
        )  # fmt: skip

    def queue(self, agent: str) -> list[QueueEntry]:
        return [entry for case_id in self.versions if (entry := self.entry(case_id))]

    def case(self, case_id: int) -> CaseDetail | None:
        entry = self.entry(case_id)
        if entry is None:
            return None
        ours = mention_of(
            30, author="Zoemvolt", text="Wat vervelend. We zoeken het uit en laten het je vandaag voor vier uur weten. Fenna", by_us=True,
            posted_at=NOW - timedelta(minutes=70), platform=entry.opening.platform, directed=False, copies=0, edited=False,
        )  # fmt: skip
        again = replace(entry.opening, mention_id=180, text="Het is nu kwart voor drie.\n\nHebben jullie al iets?", posted_at=NOW - timedelta(minutes=9))
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
            brand="Zoemvolt", from_at=NOW - timedelta(days=1), as_of=NOW, mentions=1184, authors=871, loose=322,
            new=by_state[IssueState.NEW] + by_state[IssueState.CAME_BACK], growing=by_state[IssueState.GROWING],
            steady=by_state[IssueState.STEADY], fading=by_state[IssueState.FADING],
            ideas=(replace(quote_of(7), text="Zet in de app een knop ‘ik heb ook geen stroom’, dan zien jullie meteen hoe groot het is."),),
            compliments=(replace(quote_of(8), text="De monteur die gisteren kwam was een topper, alles netjes uitgelegd. Dank @zoemvolt!", platform="feed"),),
            idea_count=9, compliment_count=14, coverage=self.coverage, invented=True, learning_day=self.learning_day,
        )  # fmt: skip

    def signals(self, limit: int) -> list[Signal]:
        return [issue.signal for issue in self.issues if issue.signal][:limit]

    def parts(self, *, sign_in: SignIn | None = None, invented: bool = True) -> StaffParts:
        """Everything the pages need, told by this day."""
        return StaffParts(
            clock=ManualClock(NOW), zone=ZONE, sign_in=sign_in or SignIn(ManualClock(NOW).monotonic), brand="Zoemvolt", issues=self.now,
            issue=self.issue, queue=self.queue, case=self.case, claim=self.claim, release=self.release, signals=self.signals, reason=reason_of,
            digest=self.digest, digest_markdown=lambda language: f"# Digest ({language})\n", report_html=lambda language: f"<p>{language}</p>",
            coverage=lambda: self.coverage, invented=invented,
        )  # fmt: skip
