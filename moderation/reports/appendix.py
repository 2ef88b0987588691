"""What page one rests on, part one: days, issues by cost, matrix, channels, unnecessary contact, what conversations were worth. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from listener.digest import phrases
from moderation.model.card import SENTIMENTS
from moderation.model.document import Block, Bullets, Grid, Heading, Line, Para, Picture, Pictures, Piece, Tone, text
from moderation.model.matrix import Quadrant
from moderation.model.week_report import CellWeek, IssueWeek
from moderation.reports.growth import part
from moderation.reports.say import Say, sentences
from moderation.reports.shown import Shown

MOST_ISSUES = 25
MOST_IN_FIELD = 6
_FIELDS = (Quadrant.ELIMINATE, Quadrant.SIMPLIFY, Quadrant.AUTOMATE, Quadrant.LEVERAGE)


def issues_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the issues by what they cost, drawn and as a table."""
    yield Heading(text=say.word("issues.heading"), name="issues")
    found = [one for one in shown.figures.issues if one.contacts]
    if not found:
        yield Para(line=say("issues.none"))
        return
    listed = found[:MOST_ISSUES]
    yield Pictures(shown=(Picture(name="issues", caption=say.word("bars.caption")),))
    cost = bool(shown.figures.cost_per_contact)
    names = ("title", "contacts", *(("cost",) if cost else ()), "before", "growth", "people", "negative", "quadrant")
    yield Grid(
        caption=say.word("issues.caption"),
        head=tuple(say.word(f"issues.{name}") for name in names),
        rows=tuple(_issue_row(shown, one, say) for one in listed),
        numeric=frozenset(at for at, name in enumerate(names) if name in ("contacts", "cost", "before", "people")),
    )
    if len(found) > len(listed):
        yield _more("issues.more", len(found) - len(listed), say)


def _more(key: str, count: int, say: Say) -> Para:
    """Return how many issues are not listed; the number leads to all of them."""
    number = Piece(text=say.number(count), link="/issues")
    return Para(line=say(f"{key}.{'one' if count == 1 else 'many'}", n=number), tone=Tone.NOTE)


def _issue_row(shown: Shown, one: IssueWeek, say: Say) -> tuple[Line, ...]:
    cost, link = shown.figures.cost_per_contact, shown.which(f"issue-{one.issue_id}")
    hidden = text(f" ({say.word('issues.hidden')})") if one.hidden else ()
    cause = f", {say.word(f'cause.{one.cause}')}" if one.cause else ""
    return (
        (*shown.title(one.issue_id), *hidden),
        text(say.number(one.contacts), link),
        *((text(say.money(one.contacts * cost)),) if cost else ()),
        text(say.number(one.before), shown.which(f"before-{one.issue_id}") if one.before else ""),
        text(say.word(f"growth.word.{one.growth.value}")),
        text(say.number(one.people), link),
        say.of(one.negative, link=shown.which(f"negative-{one.issue_id}")) if one.negative.of else text(say.word("none")),
        text(f"{say.word(f'quadrant.{one.quadrant.value}')}{cause}"),
    )


def days_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the days of the week beside those of the week before, which page one draws."""
    days, half = shown.figures.days, len(shown.figures.days) // 2
    if not any(days):
        return
    yield Heading(text=say.word("days.heading"), name="days")
    names = phrases.conventions(say.language).weekdays
    first = shown.figures.from_at.astimezone(say.zone).date()

    def told(count: int, at: int) -> Line:
        return text(say.number(count) if _listened(shown, first + timedelta(days=at), say) else say.word("none"))

    yield Grid(
        caption=say.word("days.caption"),
        head=tuple(say.word(f"days.{name}") for name in ("day", "now", "before")),
        rows=tuple(
            (text(names[at % 7], strong=True), told(now, at), told(before, at - half))
            for at, (before, now) in enumerate(zip(days[:half], days[half:], strict=True))
        ),
        numeric=frozenset({1, 2}),
    )


def _listened(shown: Shown, day: date, say: Say) -> bool:
    """Tell whether anything of a day can be in the figures: it had begun when they were made, and was not over before the first post."""
    figures, unknown = shown.figures, shown.figures.unknown
    if day > figures.made_at.astimezone(say.zone).date():
        return False
    if unknown.first_at is not None and day < unknown.first_at.astimezone(say.zone).date():
        return False
    return unknown.known_before > 0 or day >= figures.from_at.astimezone(say.zone).date()


def matrix_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the value-irritant matrix, drawn and as a table."""
    yield Heading(text=say.word("matrix.heading"), name="matrix")
    placed = {
        quadrant: [one for one in shown.figures.issues if one.quadrant is quadrant and one.contacts and not one.hidden and one.mentions]
        for quadrant in _FIELDS
    }
    if not any(placed.values()):
        yield Para(line=say("matrix.empty"))
        return
    yield Pictures(shown=(Picture(name="matrix", caption=say.word("matrix.caption")),))
    yield Grid(
        caption=say.word("matrix.table"),
        head=tuple(say.word(f"matrix.{name}") for name in ("issue", "field", "mentions", "what")),
        rows=tuple(_placed(shown, one, say) for some in placed.values() for one in some[:MOST_IN_FIELD]),
        numeric=frozenset({2}),
    )
    more = sum(max(0, len(some) - MOST_IN_FIELD) for some in placed.values())
    if more:
        yield _more("matrix.more", more, say)


def _placed(shown: Shown, one: IssueWeek, say: Say) -> tuple[Line, ...]:
    where, by_hand = say.word(f"quadrant.{one.quadrant.value}"), say.word("matrix.by_hand")
    return (
        shown.title(one.issue_id),
        text(f"{where}, {by_hand}" if one.by_hand else where),
        text(say.number(one.mentions), shown.which(f"issue-{one.issue_id}")),
        text(say.word(f"quadrant.hurts.{one.quadrant.value}")),
    )


def grid_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the channel grid as planned and as it went, with the deviation per cell and of the whole."""
    yield Heading(text=say.word("grid.heading"), name="grid")
    cells = shown.figures.grid
    if not cells:
        yield Para(line=say("grid.none"))
        return
    total = sum(one.contacts for one in cells)
    otherwise = part(total - sum(one.followed.did for one in cells), total)
    elsewhere = part(sum(one.contacts for one in cells if not (one.preferred or one.supporting)), total)
    told = sentences(say("grid.deviation", share=say.share(otherwise, "cases")), say("grid.elsewhere", share=say.share(elsewhere, "cases")))
    yield Para(line=told)
    yield Pictures(shown=(Picture(name="grid", caption=say.word("grid.chart")),))
    names = ("type", "place", "wanted", "plan", "contacts", "as_planned", "otherwise")
    yield Grid(
        caption=say.word("grid.caption"),
        head=tuple(say.word(f"grid.{name}") for name in names),
        rows=tuple(_cell_row(shown, one, say) for one in cells),
        numeric=frozenset({4}),
    )


def _cell_row(shown: Shown, one: CellWeek, say: Say) -> tuple[Line, ...]:
    wanted = "preferred" if one.preferred else "supporting" if one.supporting else "neither"
    others = {way: n for way, n in one.went.items() if n and way != one.way.value}
    if one.way.value == "answer":
        others.pop("link_knowledge", None)  # answered here, and with an article too
    went = [say(f"went.{way}", n=n) for way, n in others.items()]
    place = f"place.{one.channel}"
    return (
        text(one.shown.get(say.language, one.contact_type), strong=True),
        text(say.word(place) if say.has(place) else one.channel),
        text(say.word(f"grid.{wanted}")),
        text(say.word(f"way.{one.way.value}")),
        text(say.number(one.contacts), shown.which(f"cell-{one.contact_type}-{one.channel}")),
        say.of(one.followed),
        say.joined(went) if went else text(say.word("none")),
    )


def unneeded_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the two percentages, three ways each, beside the article's own."""
    figures = shown.figures
    yield Heading(text=say.word("unneeded.heading"), name="unneeded")

    def row(name: str, unneeded: Line, searched: Line) -> tuple[Line, ...]:
        return text(say.word(f"unneeded.{name}"), strong=True), unneeded, searched

    written = (
        say.share(figures.unneeded.text, "directed", link=shown.which("unnecessary")),
        say.share(figures.searched.text, "directed", link=shown.which("searched")),
    )
    asked = (
        say.share(figures.unneeded.feedback, "answers", link="/feedback"),
        say.share(figures.searched.feedback, "answers", link="/feedback"),
    )
    yield Pictures(shown=(Picture(name="unneeded", caption=say.word("unneeded.chart")),))
    yield Grid(
        caption=say.word("unneeded.caption"),
        head=tuple(say.word(f"unneeded.{name}") for name in ("how", "unneeded", "searched")),
        rows=(
            row("text", *written),
            row("marks", say.share(figures.unneeded.marks, "marks", link=shown.which("marked")), say("unneeded.not_marked")),
            row("feedback", *asked),
            row("article", say("unneeded.article_unneeded"), say("unneeded.article_searched")),
        ),
    )
    unsure = figures.unneeded.unsure
    by = [say("counted", name=say.word(f"avoidable.{name}"), n=n) for name, n in figures.unneeded.avoidable_by.items()]
    yield Para(
        line=sentences(
            say("unneeded.read"),
            say("unneeded.unsure", n=say.many("talks", unsure, link=shown.which("unsure"))) if unsure else (),
            say("unneeded.by", what=say.joined(by)) if by else (),
        ),
        tone=Tone.NOTE,
    )


def value_part(shown: Shown, say: Say) -> Iterator[Block]:
    """Yield the four-part cards added up, with the moods at the beginning and the end."""
    value = shown.figures.value
    yield Heading(text=say.word("value.heading"), name="value")
    if not value.conversations:
        yield Para(line=say("value.none"))
        return
    closed = say.many("conversations", value.conversations, link=shown.which("closed"))
    yield Para(line=say("value.lead", conversations=closed))
    parts = (("need", value.needs, "need"), ("feedback", value.feedback, "fed"), ("knowledge", value.knowledge, "known"))
    lines = [say(f"value.{name}", of=say.of(one, link=shown.which(figure))) for name, one, figure in parts]
    if value.better.of:
        turned = (("better", value.better), ("worse", value.worse))
        lines += [say(f"value.{name}", share=say.share(one, "turned", link=shown.which(name))) for name, one in turned]
    yield Bullets(lines=tuple(lines))
    if value.better.of:
        yield Pictures(shown=(Picture(name="value", caption=say.word("value.chart")),))
        yield Grid(
            caption=say.word("value.caption"),
            head=tuple(say.word(f"value.{name}") for name in ("mood", "first", "last")),
            rows=tuple(
                (
                    text(say.word(f"mood.{name}"), strong=True),
                    text(say.number(value.first.get(name, 0))),
                    text(say.number(value.last.get(name, 0))),
                )
                for name in SENTIMENTS
            ),
            numeric=frozenset({1, 2}),
        )
