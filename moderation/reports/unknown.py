"""What a report does not know, the weightiest first: said on page one, and whole in the appendix. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from listener.model.figures import BLIND_STATES
from moderation.model.document import Line, Piece
from moderation.model.tap import TapVerdict
from moderation.model.week_report import Growth, SourceWeek
from moderation.reports.say import Say
from moderation.reports.shown import Shown

MOST_NAMED = 4
MUCH = 0.1


def unknown_lines(shown: Shown, say: Say) -> Iterator[Line]:
    """Yield what is missing, what cannot be compared, what was not asked often enough, and what nobody can hear."""
    yield from _missing(shown, say)
    yield from _not_comparable(shown, say)
    yield from _unsure(shown, say)
    yield from _unsorted(shown, say)
    yield say("unknown.elsewhere")


def _missing(shown: Shown, say: Say) -> Iterator[Line]:
    unknown, sources = shown.figures.unknown, shown.figures.coverage or ()
    blind = [one for one in sources if one.state in BLIND_STATES]
    if blind:
        yield say("unknown.blind", sources=_named(blind, say))
    gaps = [one for one in sources if one.gaps]
    if gaps:
        yield say("unknown.gaps", sources=_named(gaps, say))
    if unknown.waiting:
        yield say.many("unknown.waiting", unknown.waiting, link="/sources")
    if unknown.unreadable:
        yield say.many("unknown.unreadable", unknown.unreadable, link="/sources")
    if unknown.quick:
        yield say("unknown.quick")


def _not_comparable(shown: Shown, say: Say) -> Iterator[Line]:
    unknown, issues = shown.figures.unknown, shown.figures.issues
    if _many_are_nameless(shown):
        yield say.many("unknown.nameless", unknown.nameless, link=shown.which("nameless"))
    if unknown.learning_day is not None:
        yield say.many("unknown.learning", unknown.learning_day)
    if not unknown.known_before or any(one.growth is Growth.UNKNOWN for one in issues):
        yield say("unknown.before")
    elif days := part_of_days(unknown.known_before, say):
        yield say("unknown.before_partly", days=days)


def part_of_days(known: float, say: Say) -> Line:
    """Return how many days of the week before were listened to, empty when it was all of them."""
    days = round(7 * known)
    return () if days >= 7 else say.many("days", max(1, days))


def _unsure(shown: Shown, say: Say) -> Iterator[Line]:
    figures = shown.figures
    unsure = [one for one in figures.actions if one.state == "done" and (one.look is None or one.look.verdict is TapVerdict.CANNOT_TELL)]
    if unsure:
        yield say("unknown.taps", n=say.many("actions", len(unsure), link="/actions"))
    if figures.ignored.no_case:
        yield say.many("unknown.never", figures.ignored.no_case, link=shown.which("never"))
    marks, answers = figures.unneeded.marks.of, figures.unneeded.feedback.of
    yield say("unknown.unneeded", marks=say.many("talks", marks), answers=say.many("answers", answers, link="/feedback"))


def _unsorted(shown: Shown, say: Say) -> Iterator[Line]:
    unknown = shown.figures.unknown
    if unknown.loose:
        yield say.many("unknown.loose", unknown.loose, link=shown.which("loose"))
    if unknown.other_language:
        yield say.many("unknown.language", unknown.other_language, link=shown.which("language"))
    if unknown.nameless and not _many_are_nameless(shown):
        yield say.many("unknown.nameless", unknown.nameless, link=shown.which("nameless"))


def _many_are_nameless(shown: Shown) -> bool:
    """Tell whether so many posts have no author that the number of people means little."""
    return shown.figures.unknown.nameless > MUCH * shown.figures.mentions


def _named(sources: list[SourceWeek], say: Say) -> Line:
    """Return the names of some sources."""
    return say.joined([(Piece(text=one.source, link="/sources"),) for one in sources[:MOST_NAMED]])
