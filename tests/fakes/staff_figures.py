"""Invented figures, quotes and mentions of an invented utility: everything a page can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listener.model.figures import IssueFigures, Quote, SourceCoverage
from listener.model.issue import IssueState, Signal
from moderation.inbox.page_records import ShownMention

NOW = datetime(2026, 11, 19, 13, 42, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")

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
    (
        "Dubbel afgeschreven termijnbedrag",
        IssueState.GROWING,
        (0, 0, 0, 2, 4, 6, 5, 11, 14, 13, 19, 24, 31, 42),
        148,
        ("x", "feed", "reddit"),
        ("nl", "en"),
    ),
    (
        "App blijft om inloggen vragen na update 4.2",
        IssueState.CAME_BACK,
        (22, 31, 17, 9, 4, 1, 0, 0, 0, 0, 2, 9, 17, 21),
        97,
        ("discord", "reddit"),
        ("nl", "en"),
    ),
    (
        "Slimme meter geeft hogere stand dan de oude",
        IssueState.STEADY,
        (4, 6, 5, 7, 3, 6, 8, 5, 6, 4, 7, 6, 5, 6),
        61,
        ("feed", "x"),
        ("nl",),
    ),
    ("Wachttijd aan de telefoon", IssueState.STEADY, (3, 2, 5, 4, 3, 1, 2, 4, 5, 3, 2, 4, 3, 3), 40, ("x", "mastodon"), ("nl",)),
    (
        "Moving house: final bill sent to the old address",
        IssueState.FADING,
        (9, 12, 8, 7, 5, 4, 3, 2, 2, 1, 1, 0, 1, 0),
        38,
        ("reddit",),
        ("en",),
    ),
    ("Laadpaal Stationsplein buiten gebruik", IssueState.RESOLVED, (0, 5, 14, 9, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0), 24, ("x",), ("nl",)),
)

_WORDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "x",
        "Vogel 4f2a",
        "nl",
        "Al drie uur geen stroom in de Lindelaan @zoemvolt en de storingskaart zegt dat alles werkt. Wanneer horen we iets?",
    ),
    (
        "feed",
        "Linde 9c01",
        "nl",
        "Hele straat donker sinds kwart over tien. Gebeld: 45 minuten in de wacht en toen werd de verbinding verbroken.",
    ),
    (
        "mastodon",
        "Egel 77b0",
        "nl",
        "Ik snap dat er iets stuk kan gaan, maar laat dan gewoon weten wat er aan de hand is. Stilte is het vervelendste.",
    ),
    (
        "reddit",
        "Otter 1d3e",
        "en",
        "Anyone else in Velmerdam without power? Zoemvolt's outage map shows nothing at all, my freezer disagrees.",
    ),
    (
        "discord",
        "Merel 20af",
        "nl",
        "Hier ook. Buurman heeft een beademingsapparaat op accu, dat houdt het nog een uur of twee. Kan iemand ons terugbellen?",
    ),
)

COVERAGE: tuple[SourceCoverage, ...] = tuple(
    SourceCoverage(
        source=name,
        kind=kind,
        state=state,
        mentions=mentions,
        skipped=skipped,
        last_ok_at=NOW - timedelta(minutes=ago),
        lag_seconds=ago * 60.0,
        blind_since=NOW - timedelta(minutes=ago) if state == "blind" else None,
        gaps=gaps,
        note=note,
    )
    for name, kind, state, mentions, skipped, ago, gaps, note in (
        ("x-search", "x", "ok", 1240, 0, 4, 0, ""),
        ("reddit-search", "reddit", "ok", 611, 2, 9, 0, ""),
        ("mastodon-tag", "mastodon", "waiting", 402, 0, 12, 1, "Asked to wait 4 minutes."),
        ("forum-feed", "feed", "blind", 388, 5, 185, 2, "The feed answers with a web page. Open its address in a browser and look there."),
        ("own-discord", "discord", "ok", 297, 0, 1, 0, ""),
    )
)


def signal_of(issue_id: int, *, seen: int, usual: float, hours_ago: float, signal_id: int = 1) -> Signal:
    """A burst on an issue."""
    return Signal(
        kind="burst",
        issue_id=issue_id,
        at=NOW - timedelta(hours=hours_ago),
        seen=seen,
        usual=usual,
        p_value=1e-9,
        window_hours=12.0,
        mention_ids=(11, 12, 13),
        signal_id=signal_id,
    )


def reason_of(signal: Signal, language: str) -> str:
    """The reason as the digest's wording says it."""
    if language == "nl":
        return f"{signal.seen} mensen in {signal.window_hours:.0f} uur, gewoonlijk {signal.usual:.0f}."
    return f"{signal.seen} people in {signal.window_hours:.0f} hours, usually {signal.usual:.0f}."


def quote_of(number: int) -> Quote:
    """One of the invented mentions, as a quote."""
    platform, author, language, text = _WORDS[number % len(_WORDS)]
    return Quote(
        mention_id=100 + number,
        text=text,
        author=author,
        platform=platform,
        url=f"https://{platform}.example/p/{100 + number}",
        posted_at=NOW - timedelta(minutes=17 * (number + 1)),
        language=language,
    )


def mention_of(number: int, **changes: object) -> ShownMention:
    """One of the invented mentions, as pages show it."""
    quote = quote_of(number)
    shown = ShownMention(
        mention_id=quote.mention_id,
        platform=quote.platform,
        realm=f"{quote.platform}.example",
        author=quote.author,
        text=quote.text,
        posted_at=quote.posted_at,
        url=quote.url,
        language=quote.language,
        directed=number % 3 == 0,
        copies=number % 4,
        edited=number % 7 == 5,
    )
    return replace(shown, **changes)  # type: ignore[arg-type]  # the test names real fields


def issue_figures() -> tuple[IssueFigures, ...]:
    """Every invented issue, one per state that matters."""
    return tuple(
        IssueFigures(
            issue_id=at + 1,
            title=title,
            state=state,
            mentions=sum(trend) + 6,
            authors=authors,
            cards=int(sum(trend) * 0.8) + 1,
            period_mentions=sum(trend),
            period_authors=min(authors, sum(trend)),
            before_mentions=max(0, sum(trend) // 2 - 12),
            first_at=NOW - timedelta(hours=30 if state is IssueState.NEW else 320),
            last_at=NOW - timedelta(minutes=6 + 40 * at),
            trend=trend,
            platforms=platforms,
            languages=languages,
            brands=("Zoemvolt",),
            quotes=tuple(quote_of(n) for n in (1, 0, 3)),
            signal=signal_of(at + 1, seen=30 - at * 5, usual=1.0, hours_ago=3.0 + at, signal_id=at + 1) if at < 3 else None,
        )
        for at, (title, state, trend, authors, platforms, languages) in enumerate(_ISSUES)
    )
