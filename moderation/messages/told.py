"""What a message to our own team says, before any form: a digest, an hour of crisis, signals, promises, a test. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from listener.digest import phrases
from listener.digest.discord import digest_discord
from listener.digest.inert import MOST_TITLE_CHARACTERS, inert, one_line, plain_figures
from listener.digest.outline import IssueBlock, QuoteLine, Section, outline
from listener.digest.reason import reason_sentence
from listener.digest.words import Words
from listener.model.figures import DigestFigures, IssueFigures
from listener.model.issue import Signal
from moderation.model.delivery import TOLD, Line, Message, Part, Picture, What

FADING = "fading"
MOST_QUOTED = 3
MOST_LISTED = 5
"""So many signals or promises are told one by one; the others are counted, and stand on the pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What every message needs: a language with its words and digest templates, the clock on the wall, our name, and where pages are."""

    language: str
    words: Mapping[str, str]
    templates: Mapping[str, str]
    zone: tzinfo
    brand: str
    base_url: str = ""
    invented: bool = False

    def text(self, key: str, **given: str) -> str:
        """Return a text with its blanks filled in; what is filled in is a value, never a pattern."""
        return self.words[key].format(**given)

    def count(self, key: str, number: int, **given: str) -> str:
        """Return the text for one or for many."""
        return self.text(f"{key}.{'one' if number == 1 else 'many'}", n=phrases.number(number, self.language), **given)

    def moment(self, at: datetime) -> str:
        """Return a moment on the clock of the settings."""
        return phrases.moment(at, self.zone, self.language)

    def url(self, path: str) -> str:
        """Return the address of a page of ours; "" in a house whose pages have none beyond this machine."""
        return f"{self.base_url.rstrip('/')}{path}" if self.base_url else ""

    @property
    def marked(self) -> str:
        """What stands above every message of an invented house; "" in a real one."""
        words = Words(self.templates, self.language, self.zone)
        return f"{words('invented')}. {words('invented_why')}" if self.invented else ""

    def listed(self, whats: Sequence[What] | frozenset[What]) -> str:
        """Return what somebody signed up for, as a list in words."""
        said = [self.words[f"what.{one.value}"] for one in (*TOLD, What.TEST) if one in whats]
        return f"{', '.join(said[:-1])} {self.words['and']} {said[-1]}" if len(said) > 1 else "".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTold:
    """A signal with the name of what it is about: an issue's title, a brand or a source."""

    signal: Signal
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTold:
    """A promise about an issue, due soon or (`late`) gone by without a word."""

    promise_id: int
    issue_id: int
    subject: str
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisTold:
    """What is in crisis since when."""

    subject: str
    since: datetime
    signal: Signal


def digest_message(
    figures: DigestFigures,
    speech: Speech,
    *,
    key: str,
    what: What = What.DAILY,
    title: str = "",
    opening: Sequence[str] = (),
    path: str = "/digest",
) -> Message:
    """Return a digest as a message. `title` and `opening` are put in the place of, and before, the digest's own."""
    plain = _short(plain_figures(figures))
    words = Words(speech.templates, speech.language, speech.zone)
    said = outline(plain, words)
    issues = (*plain.new, *plain.growing, *plain.fading)
    pages = {words("number_of", one): speech.url(f"/issues/{one.issue_id}") for one in issues}
    local = figures.as_of.astimezone(speech.zone)
    day = phrases.moment(figures.as_of, speech.zone, speech.language).rpartition(" ")[0]
    return Message(
        key=key,
        what=what,
        language=speech.language,
        title=title or speech.text("title.daily", brand=plain.brand, day=f"{day} {local.year}"),
        opening=(*opening, *said.opening),
        parts=tuple(_part(one, pages) for one in said.sections),
        closing=said.closing,
        marked=f"{said.invented}. {said.invented_why}" if said.invented else "",
        discord=_discord(figures, speech, title, opening),
        link=speech.url(path),
        link_text=speech.text("read_on"),
    )


def crisis_message(figures: DigestFigures, now: Sequence[CrisisTold], speech: Speech, *, key: str) -> Message:
    """Return the digest of an hour in which these are in crisis, the one of most people first."""
    first = now[0]
    subject = one_line(first.subject, MOST_TITLE_CHARACTERS)
    reason = reason_sentence(first.signal, speech.language)
    opening = [speech.text("crisis.since", moment=speech.moment(first.since), subject=subject, reason=reason)]
    if len(now) > 1:
        opening.append(speech.count("crisis.more", len(now) - 1))
    opening.append(speech.text("crisis.rhythm"))
    title = speech.text("title.crisis", subject=subject, moment=speech.moment(figures.as_of))
    path = f"/issues/{first.signal.issue_id}" if first.signal.issue_id is not None else "/issues"
    return digest_message(figures, speech, key=key, what=What.CRISIS, title=title, opening=opening, path=path)


def signals_message(told: Sequence[SignalTold], speech: Speech, *, key: str) -> Message:
    """Return one or several signals as one message, newest first; beyond a few they are counted."""
    lines = [
        Line(
            bold=one_line(one.subject, MOST_TITLE_CHARACTERS),
            text=speech.text("signal.line", moment=speech.moment(one.signal.at), reason=reason_sentence(one.signal, speech.language)),
            url=speech.url(f"/issues/{one.signal.issue_id}") if one.signal.issue_id is not None else "",
        )
        for one in told[:MOST_LISTED]
    ]
    subject = one_line(told[0].subject, MOST_TITLE_CHARACTERS)
    title = speech.count("title.signal", len(told), subject=subject, brand=one_line(speech.brand, 80))
    only = told[0].signal.issue_id if len(told) == 1 else None
    return _listing(What.SIGNAL, "signal.heading", title, lines, len(told), speech, key, "/issues" if only is None else f"/issues/{only}")


def promises_message(told: Sequence[PromiseTold], speech: Speech, *, key: str) -> Message:
    """Return one or several promises as one message, first due first; beyond a few they are counted."""
    lines = [
        Line(
            bold=one_line(one.subject, MOST_TITLE_CHARACTERS),
            text=speech.text("promise.late" if one.late else "promise.soon", moment=speech.moment(one.due_at)),
            url=speech.url(f"/status/{one.issue_id}"),
        )
        for one in told[:MOST_LISTED]
    ]
    title = speech.count("title.promise", len(told), subject=one_line(told[0].subject, MOST_TITLE_CHARACTERS))
    return _listing(What.PROMISE, "promise.heading", title, lines, len(told), speech, key, "/status")


def trial_message(whats: frozenset[What], speech: Speech, *, key: str) -> Message:
    """Return the message by which people see whether anything arrives."""
    return Message(
        key=key,
        what=What.TEST,
        language=speech.language,
        title=speech.text("title.test"),
        opening=(speech.text("test.text"), *([speech.text("test.wants", whats=speech.listed(whats))] if whats else [])),
        parts=(),
        marked=speech.marked,
        link=speech.url("/"),
        link_text=speech.text("read_on"),
    )


def with_folded(message: Message, folded: int, speech: Speech) -> Message:
    """Say that earlier messages of the kind went into this one: they fell due while it was quiet or nobody could be reached."""
    if not folded:
        return message
    said = speech.count("superseded", folded)
    return replace(message, closing=(*message.closing, said))


def with_pictures(message: Message, pictures: Sequence[Picture]) -> Message:
    """Put charts with a message."""
    return replace(message, pictures=tuple(pictures))


def _listing(what: What, heading: str, title: str, lines: list[Line], total: int, speech: Speech, key: str, path: str) -> Message:
    if total > len(lines):
        lines = [*lines, Line(text=speech.count("more", total - len(lines)))]
    return Message(
        key=key,
        what=what,
        language=speech.language,
        title=title,
        opening=(),
        parts=(Part(heading=speech.text(heading), lines=tuple(lines)),),
        marked=speech.marked,
        link=speech.url(path),
        link_text=speech.text("read_on"),
    )


def _part(section: Section, pages: Mapping[str, str]) -> Part:
    return Part(heading=section.heading, lines=tuple(_lines(section, pages)))


def _lines(section: Section, pages: Mapping[str, str]) -> Iterator[Line]:
    for issue in section.issues:
        yield _issue(issue, pages.get(issue.number, ""), why=section.key != FADING)
        yield from map(_quote, issue.quotes)
    yield from map(_quote, section.quotes)
    yield from (Line(bold=name, text=text) for name, text in section.lines)


def _issue(issue: IssueBlock, page: str, *, why: bool) -> Line:
    """Return an issue without its little bars: read aloud they are noise, and the chart shows them."""
    return Line(bold=issue.title, text=issue.counts, small=f"{issue.why} ({issue.number})" if why else "", url=page)


def _quote(quote: QuoteLine) -> Line:
    return Line(text=f"“{quote.text}”" if quote.text else "", small=quote.byline, url=quote.url, quoted=True)


def _short(figures: DigestFigures) -> DigestFigures:
    """Return the figures with so few quotes that a telephone shows the whole in some turns of a thumb; the pages have them all."""

    def quoting(some: tuple[IssueFigures, ...], most: int) -> tuple[IssueFigures, ...]:
        return tuple(replace(one, quotes=one.quotes[:most]) for one in some)

    return replace(
        figures,
        new=quoting(figures.new, 1),
        growing=quoting(figures.growing, 1),
        fading=quoting(figures.fading, 0),
        ideas=figures.ideas[:MOST_QUOTED],
        compliments=figures.compliments[:MOST_QUOTED],
    )


def _discord(figures: DigestFigures, speech: Speech, title: str, opening: Sequence[str]) -> Mapping[str, object]:
    """Return the digest's own form for Discord, under our title and opening where it has such."""
    payload = digest_discord(figures, language=speech.language, zone=speech.zone, templates=speech.templates)
    if not title:
        return payload
    said = "\n".join((f"**{inert(title)}**", *map(inert, opening)))
    return {**payload, "content": "\n".join(filter(None, (str(payload.get("content", "")), said)))}
