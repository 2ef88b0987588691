"""Words of others through every answer of the bot: no ping, no link that hides where it leads, no limit passed (RULES S22, I11)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

import pytest

from moderation.bot import case_answers, hints, house_answers, issue_answers, own_answers, reply_answers, status_answers
from moderation.bot.asked import Asked, Kind
from moderation.bot.call import BotParts, Call, bot_words, no_picture
from moderation.bot.cards import plain
from moderation.bot.said import Said, choices_of, message_of
from moderation.inbox.page_records import CaseDetail, IssueDetail
from moderation.inbox.parts import StaffParts
from moderation.model.discord_user import KeptOfUser
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Person, Role
from moderation.model.reply import Forbidden, Preview
from moderation.model.tone import ToneHit
from tests.fakes.bot_house import BotHouse
from tests.fakes.discord_wire.checks import choice_errors, message_errors, modal_errors, pings
from tests.fakes.house import AUTHOR, OURS
from tests.hostile.corpus import CORPUS

T = TypeVar("T")
TEXTS = (*CORPUS["I11"][:120], *CORPUS["I4"][::25], *CORPUS["I12"][:6], *CORPUS["I6"][:4], "", " ", "[goed](https://evil.example)", "\\")
OURS_TO_SAY = frozenset(
    {"language", "languages", "kind", "state", "key", "about", "native_key", "counts", "zone", "instead", "rule", "heading"}
)
"""Fields that hold one of our own few values, not anybody's words."""
_MENTION = re.compile(r"(?<!\\)<(?:@|#|/\w|t:|a?:\w)|@everyone|@here")
_MASKED = re.compile(r"(?<!\\)\]\(")
_HIDDEN = re.compile("[\u00ad\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_LINK = re.compile(r"https?://([^\s>/]+)")


def poisoned(record: T, text: str) -> T:
    """Return a record in which every text that somebody else could have chosen is this one."""
    if not dataclasses.is_dataclass(record) or isinstance(record, type):
        return record
    changed = {one.name: _poison(getattr(record, one.name), text) for one in dataclasses.fields(record) if one.name not in OURS_TO_SAY}
    return replace(record, **changed)


def _poison(value: Any, text: str) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(_poison(one, text) for one in value)
    if isinstance(value, Mapping):
        return {key: _poison(one, text) for key, one in value.items()}
    return poisoned(value, text)


@dataclass(frozen=True)
class Real:
    """One real answer of everything the pages know, to be poisoned."""

    issue: IssueDetail
    case: CaseDetail
    outbox: Any
    line: Any
    update: Any
    preview: Preview
    actions: tuple[Any, ...]
    coverage: tuple[Any, ...]
    digest: Any
    panel: Any


@pytest.fixture(scope="module")
def real(bot_house: BotHouse) -> Real:
    staff, things = bot_house.bot.staff, bot_house.house.things
    assert staff.outbox is not None
    assert staff.status is not None
    assert staff.feedback is not None
    issue, case = staff.issue(things[ObjectKind.ISSUE][OURS], 0, 5), staff.case(things[ObjectKind.CASE][OURS])
    line = staff.status.line(things[ObjectKind.ISSUE][OURS])
    assert issue is not None
    assert case is not None
    assert line is not None
    preview = bot_house.desk.replies.send.shown(things[ObjectKind.DRAFT][OURS], language="nl")
    hit = ToneHit(start=0, end=3, found="dat", why="waarom", instead=("anders",))
    now = bot_house.house.clock.now()
    return Real(
        issue=issue,
        case=case,
        outbox=staff.outbox.now(()),
        line=replace(line, drafts=line.updates),
        update=line.updates[0],
        preview=replace(preview, hits=(hit,), forbidden=(Forbidden(rule="x", words="regel", instead="other_words"),)),
        actions=tuple(staff.feedback.actions(None)),
        coverage=tuple(staff.coverage()),
        digest=bot_house.bot.figures(None, issue.figures.first_at, now),
        panel=staff.reply.panel(things[ObjectKind.CASE][OURS], Person(name=AUTHOR, role=Role.ADMIN)) if staff.reply else None,
    )


def told(staff: StaffParts, bot: BotParts, real: Real, text: str) -> tuple[StaffParts, BotParts]:
    """Return the parts with this text wherever somebody else's words are."""
    assert staff.outbox is not None
    assert staff.status is not None
    assert staff.feedback is not None
    assert staff.reply is not None
    issue, case = poisoned(real.issue, text), poisoned(real.case, text)
    every = replace(staff.issues(), issues=(issue.figures,) * 3)
    shown = replace(staff.queue.page(_choice(), Person(name=AUTHOR, role=Role.ADMIN), 1), entries=(case.entry,) * 3)
    say = lambda *_: text  # noqa: E731 - the shortest way to say the same to everything
    poisoned_parts = replace(
        staff,
        brand=text,
        issues=lambda: every,
        issue=lambda *_: issue,
        case=lambda *_: case,
        queue=replace(staff.queue, page=lambda *_: shown),
        coverage=lambda: poisoned(real.coverage[0], text) and [poisoned(real.coverage[0], text)],
        outbox=replace(staff.outbox, now=lambda *_: poisoned(real.outbox, text), alarm=say, held=say),
        status=replace(staff.status, line=lambda *_: poisoned(real.line, text)),
        feedback=replace(
            staff.feedback, actions=lambda *_: [poisoned(one, text) for one in real.actions], titles=lambda ids: dict.fromkeys(ids, text)
        ),
        reply=replace(staff.reply, panel=lambda *_: replace(real.panel, holder="", mine=True)),
    )
    more = replace(
        bot,
        staff=poisoned_parts,
        brands=(text, "Stroomwerk") if text else ("Stroomwerk",),
        figures=lambda *_: poisoned(real.digest, text),
        newest=lambda *_: [*issue.mentions] * 3,
        kept=lambda _: KeptOfUser(messages=1, colleague=text),
        trend=no_picture,
        chart=no_picture,
    )
    return poisoned_parts, more


def _choice() -> Any:
    from moderation.model.queue import QueueChoice

    return QueueChoice()


ANSWERS: Mapping[str, Callable[[Call, Real, str], Said]] = {
    "issues": lambda call, *_: issue_answers.issues(call),
    "issue": lambda call, *_: issue_answers.issue(call),
    "mentions of an issue": lambda call, *_: issue_answers.mentions(call),
    "mentions of a brand": lambda call, *_: issue_answers.mentions(replace(call, given={"brand": "Stroomwerk"})),
    "case": lambda call, *_: case_answers.case(call),
    "reply form": lambda call, *_: reply_answers.write(call),
    "reply preview": lambda call, real, text: reply_answers._preview(call, 1, poisoned(real.preview, text)),
    "status": lambda call, *_: status_answers.show(call),
    "status form": lambda call, *_: status_answers.write(call),
    "digest": lambda call, *_: house_answers.digest(call),
    "sources": lambda call, *_: house_answers.sources(call),
    "outbox": lambda call, *_: house_answers.outbox(call),
    "actions": lambda call, *_: house_answers.actions(call),
    "privacy": lambda call, *_: own_answers.privacy(call.bot, call.words, "1"),
    "issue hints": lambda call, *_: hints.hints(replace(call, asked=replace(call.asked, name="issue", hinted="issue", options={}))),
    "case hints": lambda call, *_: hints.hints(replace(call, asked=replace(call.asked, name="claim", hinted="case", options={}))),
    "brand hints": lambda call, *_: hints.hints(replace(call, asked=replace(call.asked, name="issues", hinted="brand", options={}))),
}
"""Everything that the bot says and that holds words of others."""


def strings(body: object, *, typed: bool = False) -> Iterator[str]:
    """Yield every text in a body that somebody reads. `typed`: values are what was typed or is meant, shown as plain text or not at all."""
    if isinstance(body, str):
        yield body
    elif isinstance(body, Mapping):
        for name, one in body.items():
            if name not in ("custom_id", "url") and not (typed and name == "value"):
                yield from strings(one, typed=typed)
    elif isinstance(body, (list, tuple)):
        for one in body:
            yield from strings(one, typed=typed)


def wrong(said: Said) -> list[str]:
    """Return what is wrong with an answer: who would be rung, what leads elsewhere, what hides, which limit is passed."""
    if said.choices is not None:
        body: dict[str, Any] = choices_of(said)
        found = list(choice_errors(body["choices"]))
    elif said.form is not None:
        body = dict(said.form)
        found = list(modal_errors(body))
    else:
        body = message_of(said)
        found = [*message_errors(body), *pings(body)]
    for text in strings(body, typed=said.form is not None or said.choices is not None):
        found += [
            f"{what}: {text[:80]!r}" for what, sign in (("ping", _MENTION), ("masked", _MASKED), ("hidden", _HIDDEN)) if sign.search(text)
        ]
        found += [f"link to {host}" for host in _LINK.findall(text) if host != "forum.example"]
    return found


@pytest.mark.parametrize("answer", list(ANSWERS))
def test_no_text_of_others_does_anything_in_discord(bot_house: BotHouse, real: Real, answer: str) -> None:
    """120 injections, hidden signs, Markdown and grapheme monsters, in every place where words of others stand."""
    broken = []
    for number, text in enumerate(TEXTS):
        lang = ("nl", "en")[number % 2]
        parts, bot = told(bot_house.bot.staff, bot_house.bot, real, text)
        call = Call(
            asked=Asked(kind=Kind.COMMAND, name=answer, user_id="1", language=lang),
            person=Person(name=AUTHOR, role=Role.ADMIN),
            parts=parts,
            bot=bot,
            words=bot_words(lang),
            given={"issue": str(real.issue.figures.issue_id), "case": "1", "verb": answer},
        )
        broken += [f"{text[:40]!r}: {one}" for one in wrong(ANSWERS[answer](call, real, text))]
    assert not broken, "\n".join(broken[:6])


def test_the_look_at_an_answer_sees_what_is_wrong() -> None:
    """A check that finds nothing in anything would let everything through."""
    for text in ("@everyone", "a <@123> b", "<#1>", "</ban:4>", "[hier](https://evil.example)", "goed\u202eziet", "https://evil.example/x"):
        assert wrong(Said(text="x", embeds=({"title": "t", "description": text},)))
    assert wrong(Said(text="x" * 2_001))
    assert wrong(Said(choices=((text := "y" * 101, text),)))
    assert not wrong(Said(text="gewone woorden"))


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\x00"])
def test_a_label_is_never_empty(text: str) -> None:
    """Discord refuses a whole message for one empty label."""
    assert plain(text, 80)
