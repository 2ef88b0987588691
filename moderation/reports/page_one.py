"""The first page of the weekly report: what hurts most, what we did about last week's, what we do not know, and a few figures. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from listener.text.shorten import shorten
from moderation.model.document import Block, Bullets, Fact, Facts, Heading, Line, Para, Picture, Pictures, Piece, Tone, plain_text, text
from moderation.model.shares import Part
from moderation.model.week_report import Growth, IssueWeek
from moderation.model.week_work import FollowedUp
from moderation.reports.growth import part
from moderation.reports.say import Say, sentences
from moderation.reports.shown import Shown
from moderation.reports.unknown import part_of_days, unknown_lines

MOST_PAINFUL = 3
MOST_UNKNOWN = 5
MOST_DONE = 3
MOST_VOICE = 140


def page_one(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the first page."""
    figures = shown.figures
    yield Heading(text=title(shown, say), level=1)
    if figures.invented:
        yield Para(line=say("invented"), tone=Tone.WARNING)
    yield Para(line=_period(shown, say), tone=Tone.NOTE)
    yield Para(line=_lead(shown, say), tone=Tone.LEAD)
    yield Heading(text=say.word("hurts.heading"), name="hurts")
    yield from _hurts(shown, say)
    yield Heading(text=say.word("done.heading"), name="done")
    yield from _done(shown, say)
    yield Heading(text=say.word("unknown.heading"), name="unknown")
    yield Bullets(lines=tuple(unknown_lines(shown, say))[:MOST_UNKNOWN])
    yield Heading(text=say.word("facts.heading"), name="facts")
    yield Facts(facts=tuple(_facts(shown, say)))
    yield Pictures(
        shown=(
            Picture(name="hurts", caption=say.word("hurts.chart"), table="issues"),
            Picture(name="days", caption=say.word("days.caption"), table="days"),
        )
    )


def title(shown: Shown, say: Say) -> str:
    """Return what the report is called."""
    figures = shown.figures
    return plain_text(say("title", brand=figures.brand, week=week_number(figures.period)))


def week_number(period: str) -> str:
    """Return a week as people name it: "47 (2026)"."""
    year, _, week = period.partition("-W")
    return f"{int(week)} ({year})"


def _period(shown: Shown, say: Say) -> Line:
    figures = shown.figures
    first = figures.from_at.astimezone(say.zone).date()
    made = say.moment(figures.made_at)
    last = first + timedelta(days=6)
    told = say("period", first=say.day(first).split(" ", 1)[1], last=say.day(last).split(" ", 1)[1], made=made)
    return sentences(told, () if shown.finished else say("unfinished"), say("recounted") if shown.recounted else ())


def _lead(shown: Shown, say: Say) -> Line:
    figures = shown.figures
    if not figures.mentions:
        return say("quiet", brand=figures.brand)
    mentions = say.many("mentions", figures.mentions, link=shown.which("all"))
    lead = say(
        "lead",
        people=say.many("people", figures.people, link=shown.which("all")),
        mentions=mentions,
        brand=figures.brand,
        before=_before(shown, say),
    )
    felt = sum(figures.sentiments.values())
    moods = {name: say.of(part(count, felt), link=shown.which(name)) for name, count in figures.sentiments.items() if name != "neutral"}
    return sentences(lead, say("lead.mood", **moods) if felt else ())


def _before(shown: Shown, say: Say) -> Line:
    """Return how this week compares with the one before, which may not have been heard whole."""
    figures = shown.figures
    more = figures.mentions - figures.before_mentions
    if not figures.before_mentions:
        return say("lead.first")
    then = Piece(text=say.number(figures.before_mentions), link=shown.which("before"))
    if days := part_of_days(figures.unknown.known_before, say):
        return say("lead.partly", days=days, then=then)
    if not shown.finished:
        return say("lead.so_far", then=then)
    key = "same" if not more else "more" if more > 0 else "fewer"
    return say(f"lead.{key}", n=abs(more), then=then) if more else say("lead.same")


def _hurts(shown: Shown, say: Say) -> Iterator[Block]:
    figures, worst = shown.figures, shown.painful[:MOST_PAINFUL]
    if not worst:
        yield Para(line=say("hurts.none"))
        return
    yield Bullets(lines=tuple(_hurt(shown, one, say) for one in worst), numbered=True)
    together = sum(one.contacts for one in worst)
    if figures.cost_per_contact:
        money, each = say.money(figures.contacts * figures.cost_per_contact), say.money(figures.cost_per_contact)
        yield Para(line=say("hurts.together_cost", did=together, of=figures.contacts, money=money, each=each), tone=Tone.NOTE)
    else:
        line = sentences(say("hurts.together", did=together, of=figures.contacts), say("hurts.no_cost"))
        yield Para(line=line, tone=Tone.NOTE)


def _hurt(shown: Shown, one: IssueWeek, say: Say) -> Line:
    cost = shown.figures.cost_per_contact
    advice = say.word(f"quadrant.advice.{one.quadrant.value}")
    cause = say.word(f"cause.{one.cause}") if one.cause else ""
    given = {
        "title": shown.title(one.issue_id),
        "contacts": say.many("contacts", one.contacts, link=shown.which(f"issue-{one.issue_id}")),
        "cost": say("hurts.cost", money=say.money(one.contacts * cost)) if cost else (),
        "why": say("hurts.why", cause=cause[:1].upper() + cause[1:], advice=advice) if cause else say("hurts.why_none", advice=advice),
    }
    growth = _growth(shown, one, say)
    line = say("hurts.line", growth=growth, **given) if growth else say("hurts.line_alone", **given)
    voice = shown.quotes.get(shown.figures.voices.get(one.issue_id, 0))
    said = shorten(voice.text, MOST_VOICE) if voice is not None else ""
    return sentences(line, say("hurts.voice", quote=said) if said else ())


def _growth(shown: Shown, one: IssueWeek, say: Say) -> Line:
    if one.growth is Growth.UNKNOWN:
        return ()  # said once, with what is not known
    if one.growth is Growth.NEW:
        return say("growth.new")
    days = part_of_days(shown.figures.unknown.known_before, say)
    whole = text(say.number(one.before)) if shown.finished else say("growth.before_whole", n=one.before)
    before = say("growth.before_partly", n=one.before, days=days) if days else whole
    return say(f"growth.{one.growth.value}", before=before)


def _done(shown: Shown, say: Say) -> Iterator[Block]:
    figures = shown.figures
    if not figures.last_week:
        yield Para(line=say("done.none"))
    else:
        yield Bullets(lines=tuple(_followed(shown, one, say) for one in figures.last_week))
    named = {one.issue_id for one in figures.last_week}
    others = [one for one in figures.actions if one.state == "done" and one.this_week and one.issue_id not in named]
    if others:
        told = [say("done.action", change=Piece(text=one.change, link="/actions"), owner=one.owner) for one in others[:MOST_DONE]]
        yield Para(line=say("done.others", what=say.joined(told)))


def _followed(shown: Shown, one: FollowedUp, say: Say) -> Line:
    what: list[Line] = []
    for name, count in (("done", one.actions_done), ("made", one.actions_made), ("open", one.actions_open)):
        if count:
            what.append(say.many(f"done.{name}", count, link="/actions"))
    if one.said_in_public:
        what.append(say.many("done.said", one.said_in_public, link=f"/status/{one.issue_id}"))
    if one.answered:
        what.append(say.many("done.answered", one.answered, link=shown.which(f"answered-{one.issue_id}")))
    told = say("done.nothing") if one.nothing_done else say("done.did", what=say.joined(what))
    looks = [action.look for action in shown.figures.actions if action.issue_id == one.issue_id and action.look is not None]
    verdict = [say("done.tap", verdict=say.word(f"tap.{look.verdict.value}")) for look in looks[-1:]]
    now = say.many("contacts", one.now, link=shown.which(f"issue-{one.issue_id}"))
    then = Piece(text=say.number(one.then), link=shown.which(f"before-{one.issue_id}"))
    return say("done.line", title=shown.title(one.issue_id), then=then, now=now, what=sentences(told, *verdict))


def _facts(shown: Shown, say: Say) -> Iterator[Fact]:
    figures = shown.figures
    yield _told(say, "facts.unneeded", figures.unneeded.text, shown.which("unnecessary"), note=_otherwise(shown, say))
    yield _told(say, "facts.searched", figures.searched.text, shown.which("searched"), note=_asked_searched(shown, say))
    waits = part(sum(one.kept.did for one in figures.clocks), sum(one.kept.of for one in figures.clocks))
    yield Fact(
        name=say.word("facts.in_time"),
        line=say.of(waits, link=shown.which("waits")) if waits.of else say("facts.in_time_none"),
    )
    due = [one for one in figures.promises if one.kept is not None]
    kept = part(sum(bool(one.kept) for one in due), len(due))
    yield Fact(name=say.word("facts.promises"), line=say.of(kept, link="/status") if due else say("facts.promises_none"))
    yield _ignored(shown, say)
    asked = figures.feedback.answered
    feedback = say.of(asked, link="/feedback") if asked.of else say("facts.feedback_none")
    yield Fact(name=say.word("facts.feedback"), line=feedback)
    yield _praise(shown, say)
    yield _silence(shown, say)


def _told(say: Say, name: str, share: Part, link: str, *, note: str) -> Fact:
    of = plain_text(say("facts.written", of=say.many("directed", share.of)))
    return Fact(name=say.word(name), line=say.span(share, link=link) if share.of else say("share.none"), note=f"{of} {note}".strip())


def _otherwise(shown: Shown, say: Say) -> str:
    """Return what colleagues and customers say about unnecessary contact, and what the article did."""
    marks, answers = shown.figures.unneeded.marks, shown.figures.unneeded.feedback
    lines = (
        say("facts.marked", share=say.share(marks, "marks")) if marks.of else (),
        say("facts.answered", share=say.share(answers, "answers")) if answers.of else (),
        say("facts.article_unneeded"),
    )
    return plain_text(sentences(*lines))


def _asked_searched(shown: Shown, say: Say) -> str:
    asked = shown.figures.searched.feedback
    return plain_text(say("facts.answered", share=say.share(asked, "answers"))) if asked.of else ""


def _ignored(shown: Shown, say: Say) -> Fact:
    ignored = shown.figures.ignored
    name = say.word("facts.ignored")
    if not ignored.unanswered.of:
        return Fact(name=name, line=say("facts.ignored_none"))
    note = say("facts.ignored_note", hours=say.hours(ignored.longest_hours)) if ignored.unanswered.did else ()
    return Fact(name=name, line=say.of(ignored.unanswered, link=shown.which("ignored")), note=plain_text(note))


def _praise(shown: Shown, say: Say) -> Fact:
    praise = shown.figures.compliments
    line = say.many("mentions", praise.count, link=shown.which("compliment"))
    team = next(iter(praise.teams), "")
    note = say("facts.praise_for", team=team_name(team, say)) if team else say("facts.praise_none") if praise.count else ()
    return Fact(name=say.word("facts.praise"), line=line, note=plain_text(note))


def team_name(team: str, say: Say) -> str:
    """Return a team's name: the words for one of the word lists, or our own team's name as it is."""
    return say.word(f"team.{team}") if say.has(f"team.{team}") else team


def _silence(shown: Shown, say: Say) -> Fact:
    name = say.word("facts.silence")
    longest = max(shown.figures.silences, key=lambda one: one.hours, default=None)
    if longest is None:
        return Fact(name=name, line=say("facts.silence_none"))
    note = say("facts.silence_note", title=shown.title(longest.issue_id))
    link = f"/issues/{longest.issue_id}"
    return Fact(name=name, line=(Piece(text=say.hours(longest.hours), link=link),), note=plain_text(note))
