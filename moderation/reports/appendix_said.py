"""What page one rests on, part three: ideas, compliments, sources and what is not known, and what the figures mean. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.model.document import Block, Bullets, Grid, Heading, Line, Para, Piece, Quoted, Tone, text
from moderation.model.week_report import Remarks, SourceWeek
from moderation.reports.page_one import team_name, week_number
from moderation.reports.say import Say, sentences
from moderation.reports.shown import Shown
from moderation.reports.unknown import unknown_lines

MOST_ABOUT = 5


def ideas_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the ideas: how many, about what, and some in people's own words."""
    ideas = shown.figures.ideas
    yield Heading(text=say.word("ideas.heading"), name="ideas")
    if not ideas.count:
        yield Para(line=say("ideas.none"))
        return
    about = [
        say("counted", name=shown.title(one), n=Piece(text=say.number(n), link=shown.which(f"idea-{one}")))
        for one, n in list(ideas.issues.items())[:MOST_ABOUT]
    ]
    yield Para(
        line=sentences(
            say("ideas.count", n=say.many("mentions", ideas.count, link=shown.which("idea"))),
            say("ideas.about", what=say.joined(about)) if about else (),
            say("ideas.loose", n=ideas.loose) if ideas.loose and about else (),
        )
    )
    yield from _quotes(shown, ideas, say)


def praise_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the compliments, and the teams that they name."""
    praise = shown.figures.compliments
    yield Heading(text=say.word("praise.heading"), name="praise")
    if not praise.count:
        yield Para(line=say("praise.none"))
        return
    teams = [say("counted", name=team_name(team, say), n=n) for team, n in praise.teams.items()]
    yield Para(
        line=sentences(
            say("praise.count", n=say.many("mentions", praise.count, link=shown.which("compliment"))),
            say("praise.teams", what=say.joined(teams)) if teams else (),
            say("praise.no_team", n=praise.no_team) if praise.no_team and teams else (),
        )
    )
    yield from _quotes(shown, praise, say)


def _quotes(shown: Shown, remarks: Remarks, say: Say) -> Iterator[Quoted]:
    for mention_id in remarks.mention_ids:
        quote = shown.quotes.get(mention_id)
        if quote is None:
            continue
        where, moment = Piece(text=quote.platform, link=quote.url), say.moment(quote.posted_at)
        named = say("quote.by", author=quote.author, platform=where, moment=moment)
        by = named if quote.text else say("quote.link_only", platform=where, moment=moment)
        yield Quoted(text=quote.text, by=by, language=quote.language)


def coverage_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the sources, what came in late, and everything that is not known."""
    figures = shown.figures
    yield Heading(text=say.word("coverage.heading"), name="coverage")
    if figures.coverage is None:
        yield Para(line=say("coverage.not_yours"))
    elif not figures.coverage:
        yield Para(line=say("coverage.none"))
    else:
        yield Grid(
            caption=say.word("coverage.caption"),
            head=tuple(say.word(f"coverage.{name}") for name in ("source", "mentions", "state", "last", "gaps", "skips")),
            rows=tuple(_source_row(shown, one, say) for one in figures.coverage),
            numeric=frozenset({1, 4, 5}),
        )
    late = [say("coverage.late_week", n=say.many("mentions", n), week=week_number(week)) for week, n in figures.late.items()]
    yield Para(
        line=sentences(
            say("coverage.sampling"),
            say("coverage.late", what=say.joined(late)) if late else say("coverage.late_none"),
            say("coverage.spam", n=say.many("mentions", figures.spam, link=shown.which("spam"))) if figures.spam else (),
        )
    )
    yield Bullets(lines=tuple(unknown_lines(shown, say)))


def _source_row(shown: Shown, one: SourceWeek, say: Say) -> tuple[Line, ...]:
    state = f"state.{one.state}"
    return (
        text(one.source, "/sources", strong=True),
        text(say.number(one.mentions), shown.which(f"source-{one.source}") if one.mentions else ""),
        text(say.word(state) if say.has(state) else one.state),
        text(say.moment(one.last_ok_at) if one.last_ok_at else say.word("never")),
        text(say.number(one.gaps)),
        text(say.number(one.skips)),
    )


def meaning_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield what the figures mean."""
    yield Heading(text=say.word("meaning.heading"), name="meaning")
    names = ("contact", "week", "late", "growth", "interval", "names", *(("cost",) if shown.figures.cost_per_contact else ()))
    yield Bullets(lines=tuple(say(f"meaning.{name}") for name in names))
    if shown.figures.invented:
        yield Para(line=say("invented"), tone=Tone.WARNING)
