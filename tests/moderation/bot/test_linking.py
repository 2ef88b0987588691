"""Whose account at Discord is whose: proved with a code that works once, looked up at every press, and never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from listener.clock import ManualClock
from listener.errors import InputError, NotAllowed
from listener.ledger.ledger import Ledger
from moderation.bot.asked import Asked, Kind
from moderation.bot.call import bot_words
from moderation.bot.linking import MOST_WRONG, WINDOW_SECONDS, Linking, link_command
from moderation.ledger.bot_people import BotPeopleLedger
from moderation.ledger.people import Act, PeopleLedger
from moderation.model.person import Right, Role
from moderation.workflows.link_discord import CODE_LASTS, LinkDiscord
from tests.fakes.bot_rig import Echo
from tests.fakes.discord_wire.checks import command_errors
from tests.fakes.discord_wire.people import ANNA, BRAM, GUILD, OTHER_GUILD

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
WORDS = bot_words("nl")


class Room:
    """A home in which Anna and Bram work."""

    def __init__(self, ledger: Ledger) -> None:
        self.clock, self.now = ManualClock(NOW), 0.0
        self.people, self.kept = PeopleLedger(ledger.engine), BotPeopleLedger(ledger.engine)
        act = Act(by="test", at=NOW)
        self.anna, self.bram = (self.people.add(name, Role.AGENT, act).person_id for name in ("Anna", "Bram"))
        self.link = LinkDiscord(self.kept, self.clock)
        self.echo = Echo()
        self.answers = Linking(self.echo, self.link, guilds=frozenset({GUILD}), monotonic=lambda: self.now)

    def type(self, code: str, user_id: str = ANNA.user_id, guild_id: str = GUILD, language: str = "nl") -> str:
        asked = Asked(kind=Kind.COMMAND, name="link", user_id=user_id, guild_id=guild_id, language=language, options={"code": code})
        assert not self.answers.at_once(asked)
        return self.answers.answer(asked).text


@pytest.fixture
def room(ledger: Ledger) -> Room:
    return Room(ledger)


def test_a_code_makes_an_account_a_colleagues_once(room: Room) -> None:
    """Whoever typed it is who made it, with the rights they have at the moment of each press."""
    code = room.link.new_code(room.anna, by="Anna")
    assert room.type(code) == WORDS.text("link.done")
    person = room.kept.person_of(ANNA.user_id)
    assert person is not None
    assert (person.name, person.may(Right.ANSWER)) == ("Anna", True)
    assert room.type(code, BRAM.user_id) == WORDS.text("link.wrong")
    assert room.kept.person_of(BRAM.user_id) is None
    room.people.set_role(room.anna, Role.VIEWER, Act(by="test", at=NOW))
    now = room.kept.person_of(ANNA.user_id)
    assert now is not None
    assert not now.may(Right.ANSWER)


# what is typed, and whether it is taken for the code
SPELLINGS: tuple[tuple[Callable[[str], str], bool], ...] = (
    (lambda code: code, True),
    (lambda code: f" {code.lower().replace('-', ' ')} ", True),  # from a telephone, with capitals off
    (lambda code: code[:-1], False),
    (lambda code: code + "A", False),
    (lambda code: "", False),
    (lambda code: "-" * 20, False),
    (lambda code: code[::-1], False),
)


@pytest.mark.parametrize(("spelt", "taken"), SPELLINGS)
def test_a_code_is_taken_as_people_type_it(room: Room, spelt: Callable[[str], str], taken: bool) -> None:
    code = room.link.new_code(room.anna, by="Anna")
    assert room.type(spelt(code)) == WORDS.text("link.done" if taken else "link.wrong")


def test_a_code_ends_after_a_quarter_and_with_the_next_one(room: Room) -> None:
    """A code on a screen that was left is of no use later."""
    first = room.link.new_code(room.anna, by="Anna")
    second = room.link.new_code(room.anna, by="Anna")
    room.clock.advance(CODE_LASTS)
    assert [room.type(one) for one in (first, second)] == [WORDS.text("link.wrong")] * 2
    third = room.link.new_code(room.anna, by="Anna")
    assert room.type(third, language="en") == bot_words("en").text("link.done")


def test_codes_cannot_be_guessed(room: Room) -> None:
    """After a few wrong ones nobody of that account is heard, also with the right one; colleagues are."""
    code, theirs = room.link.new_code(room.anna, by="Anna"), room.link.new_code(room.bram, by="Bram")
    for number in range(MOST_WRONG):
        assert room.type(f"AAAAA-{number:05}") == WORDS.text("link.wrong")
    assert room.type(code) == WORDS.text("link.often")
    assert room.type(theirs, BRAM.user_id) == WORDS.text("link.done")
    room.now += WINDOW_SECONDS + 1
    assert room.type(code) == WORDS.text("link.done")


def test_an_account_is_one_colleagues_and_a_colleague_has_one(room: Room) -> None:
    """Else it could not be said who did something."""
    room.link.link(room.anna, ANNA.user_id, by="test")
    assert room.type(room.link.new_code(room.bram, by="Bram")) == WORDS.text("link.taken")
    with pytest.raises(NotAllowed):
        room.link.link(room.bram, ANNA.user_id, by="test")
    room.link.link(room.anna, BRAM.user_id, by="test")
    assert room.kept.person_of(ANNA.user_id) is None
    assert room.link.unlink(room.anna, by="test")
    assert not room.link.unlink(room.anna, by="test")
    assert room.kept.all() == {}


@pytest.mark.parametrize("wrong", ["", "anna#1234", "12", "9" * 21, "１１６００００００００００００００００１", "1160000000000000001 "])
def test_what_is_no_id_is_refused(room: Room, wrong: str) -> None:
    with pytest.raises(InputError):
        room.link.link(room.anna, wrong, by="test")


def test_a_code_typed_in_a_server_that_is_not_ours_links_nothing(room: Room) -> None:
    """Whoever owns that server may read along (RULES S25)."""
    code = room.link.new_code(room.anna, by="Anna")
    for guild_id in (OTHER_GUILD, ""):
        assert room.type(code, guild_id=guild_id) == WORDS.text("no.guild")
    assert room.kept.person_of(ANNA.user_id) is None


def test_everything_else_goes_to_whoever_answers(room: Room) -> None:
    """A button that happens to be called like the command is none of ours."""
    for kind, name in ((Kind.COMMAND, "ask"), (Kind.PRESS, "link"), (Kind.FORM, "form"), (Kind.HINT, "link")):
        room.answers.answer(Asked(kind=kind, name=name, user_id=ANNA.user_id))
    assert [one.name for one in room.echo.asked] == ["ask", "link", "form", "link"]
    assert list(command_errors([link_command()])) == []
