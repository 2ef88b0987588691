"""/issues, /issue and /mentions, and what is pressed below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from listener.digest.reason import reason_sentence
from listener.digest.sparkline import sparkline
from listener.errors import ActionError
from listener.model.figures import IssueFigures
from listener.model.issue import IssueState
from moderation.bot.buttons import MARK, Look, rows_of
from moderation.bot.call import Call
from moderation.bot.cards import CALM, GOOD, WARN, Card, embeds_of, harmless
from moderation.bot.said import Said
from moderation.inbox.choices import USUAL_DAYS
from moderation.inbox.fields import number_of
from moderation.inbox.page_records import IssueDetail
from moderation.inbox.parts import there
from moderation.model.person import Right

ON_PAGE = 8
QUOTES = 3
PLACES = 4
ON_TEXTS_PAGE = 5
_LOUD = frozenset({IssueState.NEW, IssueState.GROWING, IssueState.CAME_BACK})
COLOURS = {
    **dict.fromkeys(_LOUD, WARN),
    IssueState.RESOLVED: GOOD,
}


def issues(call: Call) -> Said:
    """Return a page of the issues, what matters first, with a menu that opens one."""
    state, brand, skip = call.given.get("state", ""), call.given.get("brand", ""), number_of(call.given.get("skip", "0")) or 0
    every = call.parts.issues()
    fit = [one for one in every.issues if state in ("", one.state.value) and (not brand or brand in one.brands)]
    some = fit[skip : skip + ON_PAGE]
    words = call.words
    if not some:
        return Said(text=words.text("issues.none_fit" if state or brand else "issues.empty"), replaces=_pressed(call))
    lines = [line for one in some for line in _listed(call, one)]
    title = words.text("bot.issues", brand=harmless(call.parts.brand, 80))
    footer = words.text("bot.shown", first=skip + 1, last=skip + len(some), all=len(fit))
    menu = call.buttons.menu(
        "issue_open",
        words.text("bot.choose_issue"),
        [(one.title, str(one.issue_id), _counts(call, one)) for one in some],
        chosen="issue",
    )
    before = _more(call, "bot.newer", max(0, skip - ON_PAGE), state, brand) if skip else None
    after = _more(call, "bot.older", skip + ON_PAGE, state, brand) if skip + ON_PAGE < len(fit) else None
    return Said(
        embeds=embeds_of([Card(title=title, lines=tuple(lines), footer=footer)]),
        rows=(menu, *rows_of(before, after, call.page("/issues"))),
        replaces=_pressed(call),
    )


def _more(call: Call, key: str, skip: int, state: str, brand: str) -> dict[str, Any]:
    return call.buttons.button("issues_page", call.words.text(key), skip=skip, state=state, brand=brand)


def _listed(call: Call, one: IssueFigures) -> Sequence[str]:
    state = call.words.text(f"state.{one.state.value}")
    return (f"**{harmless(one.title)}** · #{one.issue_id} · {state}", f"`{sparkline(one.trend, 14)}` {_counts(call, one)}")


def _counts(call: Call, one: IssueFigures) -> str:
    """Return how much is said about an issue now, and by how many."""
    people = call.words.count("people", one.period_authors)
    return f"{call.words.count('mentions', one.period_mentions)} · {people} · {call.words.text('issue.before', n=one.before_mentions)}"


def issue(call: Call) -> Said:
    """Return one issue: figures, why it stands out, quotes, where, what we said in public, and what can be done."""
    issue_id = call.number("issue")
    detail = call.parts.issue(issue_id, 0, 1)
    if detail is None:
        raise ActionError("There is no such issue.", key="no_issue")
    picture = call.bot.trend(detail.figures, call.language)
    card = issue_card(call, detail, picture.name if picture else "")
    return Said(embeds=embeds_of([card]), rows=issue_rows(call, detail.figures), pictures=(picture,) if picture else ())


def issue_card(call: Call, detail: IssueDetail, picture: str = "") -> Card:
    """Return an issue as an embed."""
    figures, words = detail.figures, call.words
    reason = reason_sentence(figures.signal, call.language) if figures.signal else words.text("issue.no_reason")
    state = words.text(f"state.{figures.state.value}")
    lines = [f"{state} · `{sparkline(figures.trend)}` · {_counts(call, figures)}", reason]
    lines += _quotes(call, figures)
    fields = [
        (words.text("issue.first"), call.moment(figures.first_at)),
        (words.text("issue.last"), call.moment(figures.last_at)),
        (words.text("bot.in_all"), f"{words.count('mentions', figures.mentions)} · {words.count('people', figures.authors)}"),
        (words.text("status.public"), _public(call, figures.issue_id)),
        *_places(call, figures.issue_id),
    ]
    return Card(
        title=harmless(figures.title, 200),
        lines=tuple(lines),
        fields=tuple(fields),
        footer=f"#{figures.issue_id} · {harmless(' · '.join(figures.brands), 120)}",
        colour=COLOURS.get(figures.state, CALM),
        picture=picture,
    )


def _quotes(call: Call, figures: IssueFigures) -> list[str]:
    """Return what people say, in their words and under pseudonyms; of X the link only."""
    shown = call.parts.issue(figures.issue_id, 0, QUOTES)
    return [call.said_by(one, figures.title) for one in (shown.mentions if shown else ())]


def _public(call: Call, issue_id: int) -> str:
    """Return how an issue stands in public, with our promise or our silence."""
    line = there(call.parts.status).line(issue_id) if call.parts.status else None
    words = call.words
    if line is None:
        return words.text("status.never")
    said = words.text(f"public_status.{line.public.status.value}") if line.public else words.text("status.never")
    if line.promise is not None:
        late = line.promise.due_at <= call.now()
        return f"{said} · {words.text('status.late' if late else 'status.due', moment=call.moment(line.promise.due_at))}"
    if line.silence is not None and line.silence.too_long:
        key = "status.silence" if line.silence.spoken else "status.silence_never"
        return f"{said} · {words.text(key, stretch=words.stretch(line.silence.since, call.now()))}"
    return said


def _places(call: Call, issue_id: int) -> list[tuple[str, str]]:
    """Return where people speak of an issue, and what its contacts are worth."""
    room, brands = call.parts.issue_room, call.person.brands
    if room is None:
        return []
    places = [
        f"{call.where(one.platform)} {harmless(one.realm, 60)}: {call.words.number(one.mentions)}"
        for one in room.sources(brands, issue_id, 0, 1)[:PLACES]
    ]
    place = room.places(brands, USUAL_DAYS).get(issue_id)
    found = [(call.words.text("issue.platforms"), "\n".join(places))] if places else []
    return found + ([(call.words.text("bot.place"), call.words.text(f"quadrant.{place.quadrant.value}"))] if place else [])


def issue_rows(call: Call, figures: IssueFigures) -> tuple[dict[str, Any], ...]:
    """Return what can be pressed below an issue. What somebody may not do is not shown to them; the press asks again."""
    words, issue_id = call.words, figures.issue_id
    texts = call.buttons.button("mentions_page", words.text("issue.mentions"), issue=issue_id)
    page = call.page(f"/issues/{issue_id}")
    if not call.may(Right.ANSWER) or call.parts.issue_room is None:
        return rows_of(texts, page)
    make = call.buttons.button
    return rows_of(
        texts,
        make("case_next", words.text("bot.claim_next"), look=Look.MAIN, issue=issue_id),
        *mark_buttons(call, figures, seen=call.parts.issue_room.edits.newest(issue_id)),
        make("status_write", words.text("status.speak"), issue=issue_id),
        page,
    )


def mark_buttons(call: Call, figures: IssueFigures, *, seen: int) -> tuple[dict[str, Any], ...]:
    """Return the buttons that mute and resolve an issue, or take that back. `seen`: the newest edit of it that is shown."""
    verbs = ("unmute" if figures.state is IssueState.MUTED else "mute", "reopen" if figures.state is IssueState.RESOLVED else "resolve")
    return tuple(call.buttons.button(f"issue_{verb}", call.words.text(f"bot.{verb}"), issue=figures.issue_id, seen=seen) for verb in verbs)


def mark(call: Call) -> Said:
    """Mute, resolve, or take that back: on the issue as it was shown. Somebody who was first is named, and nothing is done."""
    issue_id, seen = call.number("issue"), number_of(call.given.get("seen", "")) or 0
    verb = call.given["verb"].removeprefix("issue_")
    there(call.parts.issue_room).edits.mark(issue_id, verb, by=call.who, seen=seen)
    detail = call.parts.issue(issue_id, 0, 1)
    title = harmless(detail.figures.title) if detail else f"#{issue_id}"
    return Said(text=call.words.text(f"bot.done.{verb}", title=title))


def signal_seen(call: Call) -> Said:
    """Note that a colleague looks at a signal. Whoever is second hears who was first."""
    call.number("issue")
    who, at = call.bot.presses.see_signal(call.number("signal"), call.who, at=call.now())
    key = "bot.signal_yours" if who == call.who else "bot.signal_others"
    return Said(text=call.words.text(key, who=harmless(who, 80), moment=call.moment(at)))


def mentions(call: Call) -> Said:
    """Return the newest messages of an issue, or about a brand, a page at a time."""
    skip = number_of(call.given.get("skip", "0")) or 0
    issue_id, brand = call.given.get("issue", ""), call.given.get("brand", "")
    if not issue_id and not brand:
        brand = _only_brand(call)
    some, title, all_of_them = _of_issue(call, skip) if issue_id else _of_brand(call, brand, skip)
    words = call.words
    if not some:
        return Said(text=words.text("issue.no_mentions"), replaces=bool(skip))
    more = len(some) > ON_TEXTS_PAGE if all_of_them is None else skip + ON_TEXTS_PAGE < all_of_them
    lines = tuple(call.said_by(one, title) for one in some[:ON_TEXTS_PAGE])
    footer = "" if call.bot.sees_texts() else words.text("bot.no_intent")
    turn = call.buttons.button
    about: dict[str, Any] = {"issue": issue_id, "brand": brand}
    rows = rows_of(
        turn("mentions_page", words.text("bot.newer"), skip=max(0, skip - ON_TEXTS_PAGE), **about) if skip else None,
        turn("mentions_page", words.text("bot.older"), skip=skip + ON_TEXTS_PAGE, **about) if more else None,
        call.page(f"/issues/{issue_id}" if issue_id else "/search"),
    )
    return Said(
        embeds=embeds_of([Card(title=harmless(title, 200), lines=lines, footer=footer)]), rows=rows, replaces=bool(skip) or _turned(call)
    )


def _turned(call: Call) -> bool:
    """Tell whether a page of messages was turned back to its first one."""
    return _pressed(call) and "skip" in call.given


def _pressed(call: Call) -> bool:
    """Tell whether something of ours was pressed, and not a command typed."""
    return call.asked.name.startswith(MARK)


def _only_brand(call: Call) -> str:
    """Return the brand of a house with one; otherwise somebody has to say which."""
    brands = [one for one in call.bot.brands if call.person.brands is None or one in call.person.brands]
    if len(brands) != 1:
        raise ActionError("Say which issue or which brand.", key="bot_which")
    return brands[0]


def _of_issue(call: Call, skip: int) -> tuple[Sequence[Any], str, int | None]:
    found = call.parts.issue(call.number("issue"), skip, ON_TEXTS_PAGE)
    if found is None:
        raise ActionError("There is no such issue.", key="no_issue")
    return found.mentions, found.figures.title, found.mention_count


def _of_brand(call: Call, brand: str, skip: int) -> tuple[Sequence[Any], str, int | None]:
    if brand not in call.bot.brands or not call.person.sees([brand]):
        raise ActionError("There is no such brand.", key="bot_no_brand")
    return call.bot.newest(call.person.brands, brand, skip, ON_TEXTS_PAGE + 1), brand, None
