"""What page one rests on, part two: clocks, promises, silence, what was left, feedback, actions. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.model.document import Block, Bullets, Grid, Heading, Line, Para, Picture, Pictures, Piece, Tone, text
from moderation.model.shares import Mean
from moderation.model.tap import TapVerdict
from moderation.model.week_work import ActionWeek, PromiseWeek, TapSaid
from moderation.reports.say import Say, sentences
from moderation.reports.shown import Shown


def kept_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield whether we answered in time, kept our word, kept silent, and left anything."""
    figures = shown.figures
    yield Heading(text=say.word("kept.heading"), name="kept")
    if figures.clocks:
        yield Pictures(shown=(Picture(name="kept", caption=say.word("kept.chart")),))
        yield Grid(
            caption=say.word("kept.caption"),
            head=tuple(say.word(f"kept.{name}") for name in ("channel", "kind", "in_time", "share")),
            rows=tuple(
                (
                    text(one.platform, strong=True),
                    text(say.word(f"clock.{one.kind.value}")),
                    say.of(one.kept, link=shown.which(f"waits-{one.platform}-{one.kind.value}")),
                    say.share(one.kept, "waits"),
                )
                for one in figures.clocks
            ),
        )
    else:
        yield Para(line=say("kept.no_clocks"))
    yield Bullets(lines=(*_promises(shown, say), *_silences(shown, say), *_ignored(shown, say)))


def _promises(shown: Shown, say: Say) -> Iterator[Line]:
    for one in shown.figures.promises:
        yield say(f"promise.{_fate(one)}", title=shown.title(one.issue_id), moment=say.moment(one.due_at))
    yield sentences(() if shown.figures.promises else say("promise.none"), say("promise.replies"))


def _fate(promise: PromiseWeek) -> str:
    return "open" if promise.kept is None else "kept" if promise.kept else "broken"


def _silences(shown: Shown, say: Say) -> Iterator[Line]:
    for one in shown.figures.silences:
        figure = f"issue-{one.issue_id}" if one.since_at is None else f"silent-{one.issue_id}"
        mentions = say.many("mentions", one.written, link=shown.which(figure))
        yield say("silence.line", title=shown.title(one.issue_id), hours=say.hours(one.hours), mentions=mentions)
    if not shown.figures.silences:
        yield say("silence.none")


def _ignored(shown: Shown, say: Say) -> Iterator[Line]:
    ignored = shown.figures.ignored
    of = say.many("directed", ignored.unanswered.of, link=shown.which("directed"))
    if not ignored.unanswered.of:
        yield say("ignored.none")
        return
    if not ignored.unanswered.did:
        yield say("ignored.all", of=of)
        return
    cases = [say("ignored.case", n=Piece(text=str(one), link=f"/cases/{one}")) for one in ignored.case_ids]
    yield sentences(
        say("ignored.line", of=of, n=Piece(text=say.number(ignored.unanswered.did), link=shown.which("ignored"))),
        say("ignored.no_case", n=Piece(text=say.number(ignored.no_case), link=shown.which("never"))) if ignored.no_case else (),
        say("ignored.cases", cases=say.joined(cases)) if cases else (),
    )


def feedback_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield what asking gave, beside the two benchmarks."""
    feedback = shown.figures.feedback
    yield Heading(text=say.word("feedback.heading"), name="feedback")
    rows = (
        ("answered", feedback.answered, "no_benchmark"),
        ("within", feedback.within, "within_benchmark"),
        ("bare", feedback.bare, "bare_benchmark"),
    )
    yield Pictures(shown=(Picture(name="feedback", caption=say.word("feedback.chart")),))
    yield Grid(
        caption=say.word("feedback.caption"),
        head=tuple(say.word(f"feedback.{name}") for name in ("what", "here", "there")),
        rows=tuple(
            (
                text(say.word(f"feedback.{name}"), strong=True),
                say.share(part, "asked", link="/feedback"),
                text(say.word(f"feedback.{benchmark}")),
            )
            for name, part, benchmark in rows
        ),
    )
    yield Para(line=say("feedback.review"), tone=Tone.NOTE)
    means = [("satisfaction", feedback.satisfaction), ("effort", feedback.effort), ("nps", feedback.nps)]
    told = tuple(_mean(name, one, say) for name, one in means if one.value is not None)
    few = max(one.n for _, one in means)
    yield Bullets(lines=told) if told else Para(line=say("feedback.few", of=say.many("answers", few, link="/feedback")))


def _mean(name: str, mean: Mean, say: Say) -> Line:
    values = {key: say.number(getattr(mean, key) or 0.0) for key in ("value", "low", "high")}
    return say(f"feedback.{name}", **values, of=say.many("answers", mean.n, link="/feedback"))


def actions_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the improvement actions with contacts before and after, and whether the tap closed."""
    yield Heading(text=say.word("actions.heading"), name="actions")
    if not shown.figures.actions:
        yield Para(line=say("actions.none"))
        return
    yield Grid(
        caption=say.word("actions.caption"),
        head=tuple(say.word(f"actions.{name}") for name in ("what", "issue", "owner", "state", "around", "tap")),
        rows=tuple(_action_row(shown, one, say) for one in shown.figures.actions),
    )
    yield Para(line=say("actions.plain"), tone=Tone.NOTE)


def _action_row(shown: Shown, one: ActionWeek, say: Say) -> tuple[Line, ...]:
    day = say.day(one.closed_at.astimezone(say.zone).date() if one.closed_at else one.due_on)
    done = one.state == "done"
    return (
        text(one.change, "/actions", strong=True),
        shown.title(one.issue_id),
        text(one.owner),
        say(f"action.{'late' if one.late else one.state}", day=day),
        _around(one, say) if done else say("action.not_done"),
        _tap(one.look, shown.figures.cost_per_contact, say) if done else text(say.word("none")),
    )


def _around(one: ActionWeek, say: Say) -> Line:
    if one.before is None:
        return say("action.no_before")
    if one.after is None:
        return say("action.no_after", before=one.before, before_weeks=one.before_weeks)
    return say("action.around", before=one.before, before_weeks=one.before_weeks, after=one.after, after_weeks=one.after_weeks)


def _tap(look: TapSaid | None, cost: float, say: Say) -> Line:
    """Return what "did the tap close?" said, with what is left of the contacts and how many did not come."""
    if look is None:
        return say("tap.none")
    said = list(say(f"tap.{look.verdict.value}"))
    if look.left is not None:
        said += say("tap.left", low=round(100 * look.left.low), high=round(100 * look.left.high))
    if look.avoided is not None and look.verdict is TapVerdict.CLOSED:
        said += say("tap.avoided", low=round(look.avoided.low), high=round(look.avoided.high))
        if cost:
            said += say("tap.saved", money=f"{say.money(look.avoided.low * cost)} – {say.money(look.avoided.high * cost)}")
    return tuple(said)
