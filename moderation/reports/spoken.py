"""The answering half's part of a digest, in words: what we said, asked and did. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo

from listener.digest import phrases
from listener.model.figures import Further
from moderation.model.spoken import ActionDue, PromiseDue, SpokenFigures

Line = tuple[str, str]


def further_of(figures: SpokenFigures, words: Mapping[str, Mapping[str, str]], *, zone: tzinfo, as_of: datetime) -> Further:
    """Return the section in every language of `words` (language → texts of config/templates/<language>/spoken.yaml); empty when quiet."""
    lines = {language: tuple(_lines(figures, some, language, zone, as_of)) for language, some in words.items()}
    return Further(heading={language: some["heading"] for language, some in words.items()}, lines=lines)


def _lines(figures: SpokenFigures, words: Mapping[str, str], language: str, zone: tzinfo, as_of: datetime) -> Iterator[Line]:
    """Yield what needs somebody first, then what is promised, then what was done."""

    def counted(key: str, count: int, **given: str) -> Iterator[Line]:
        if count:
            yield "", words[f"{key}.{'one' if count == 1 else 'many'}"].format(n=phrases.number(count, language), **given)

    def moment(at: datetime) -> str:
        return phrases.dated_moment(at, zone, language)

    if figures.stopped_by:
        yield "", words["stopped"].format(who=figures.stopped_by)
    yield from counted("alarms", figures.alarms)
    yield from counted("needs_human", figures.needs_human)
    yield from counted("request_late", figures.requests_late)
    yield from counted("request_soon", figures.requests_soon)
    yield from counted("clock_red", figures.clocks_red)
    yield from counted("clock_orange", figures.clocks_orange)
    yield from ((one.title, words[_promise(one, as_of)].format(moment=moment(one.due_at))) for one in figures.promises)
    yield from ((one.title, words["silence"].format(span=phrases.stretch(one.hours * 3600, language))) for one in figures.silences)
    yield from counted("to_approve", figures.to_approve)
    yield from counted("in_shadow", figures.in_shadow)
    yield from counted("posted", figures.posted)
    if figures.asked or figures.waiting or figures.not_asked:
        counts = {"asked": figures.asked, "waiting": figures.waiting, "not_asked": figures.not_asked}
        yield "", words["invitations"].format(**{name: phrases.number(count, language) for name, count in counts.items()})
    yield from counted("feedback", figures.responded, invited=phrases.number(figures.invited, language))
    if figures.satisfaction is not None:
        mean = phrases.number(round(figures.satisfaction, 1), language)
        yield "", words["satisfaction"].format(mean=mean, n=phrases.number(figures.answers, language))
    for one in figures.actions:
        due = moment(one.due_at).rpartition(" ")[0] if one.due_at else ""  # a day, without its last minute
        yield one.title, words[_action(one, as_of)].format(what=one.what, owner=one.owner, moment=due)


def _promise(one: PromiseDue, as_of: datetime) -> str:
    if one.kept is None:
        return "promise.late" if one.due_at < as_of else "promise.due"
    return "promise.kept" if one.kept else "promise.broken"


def _action(one: ActionDue, as_of: datetime) -> str:
    if one.done:
        return "action.done"
    if one.due_at is None:
        return "action.undated"
    return "action.late" if one.due_at < as_of else "action.open"
